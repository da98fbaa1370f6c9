"""A question that the policy leaves open, asked in Slack by a person who is new to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.slack_office import Office, office

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """One workspace for all of these."""
    with office(tmp_path_factory.mktemp("slack")) as found:
        yield found


def test_a_question_with_a_number_is_read_once_more_and_put_on_the_list(works: Office) -> None:
    """What is taken out of a question is gone from the field too, and the next press sends what is left."""
    sam = works.slack.add_user("sam")
    sam.slash("/report")
    works.modal(sam, "danger")
    works.press(sam, "No", "Northgate School", "A question that the policy does not answer")
    mode, question = list(works.modal(sam, "Ask for an answer").fields)
    sam.fill(
        None,
        {
            mode: "With my name: the answer is sent to me",
            question: "May I use Mastodon with my year 7 class?",
        },
    )
    assert sam.submit().ok
    view = works.modal(sam, "Something was taken out")
    assert "year 7" not in str(view.blocks)
    assert sam.submit().ok
    works.modal(sam, "Your question is on the list")
