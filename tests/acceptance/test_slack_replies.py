"""The list of replies on Slack, from outside: logged in a window, told to its runner, answered from there."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from bot.app import clock
from tests.acceptance.slack_office import Office, office

pytestmark = pytest.mark.process

ACCOUNT = "Northgate School on Facebook"
POST = "https://www.facebook.com/northgate/posts/4711"


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with office(tmp_path_factory.mktemp("slack")) as found:
        yield found


def test_the_whole_way(works: Office) -> None:
    """A command opens the list in a window; form, runner's message and answer follow, for them alone."""
    ana, lucy = works["ana"], works["lucy"]
    act = ana.slash("/replies", channel=works.staffroom)
    assert act.ok
    works.modal(ana, "You run no account")
    works.press(ana, "Log a comment")
    works.modal(ana, "must be responded to within 24 hours")
    given = {
        "Which account is it on?": ACCOUNT,
        "What is it?": "Complaint",
        "When was it received?": int(clock().timestamp()) - 3600,
        "Link to the post": POST,
    }
    works.submit(ana, given)
    works.modal(ana, "It is on the list")
    told = works.said_to(lucy, "A reply is owed")
    assert POST not in told.words
    lucy.press("Show the list", told)
    assert POST in works.modal(lucy, ACCOUNT).words
    works.press(lucy, "Answered")
    works.modal(lucy, "When?")
    lucy.submit()
    works.modal(lucy, "The entry is closed")
    assert works.slack.messages_in(works.staffroom) == []
    for person in ("joe", "farid", "dina"):
        assert POST not in works[person].ever_saw()
    assert POST not in "\n".join(message.words for message in lucy.messages())


def test_what_is_typed_is_opened_in_a_window(works: Office) -> None:
    """What is typed leaves a button in the chat and opens a window; what is wrong is named there."""
    joe = works["joe"]
    joe.dm("log a comment")
    works.said_to(joe, "form that only you can see")
    joe.press("Open the form")
    works.modal(joe, "Which account is it on?")
    given = {
        "Which account is it on?": "It is not listed",
        "What is it?": "Query",
        "When was it received?": int(clock().timestamp()) + 7200,
    }
    works.submit(joe, given)
    shown = works.modal(joe, "This lies in the future").words
    assert "please give the link" in shown


def test_from_a_report_the_window_shows_the_form(works: Office) -> None:
    """An ordinary comment that is chosen in a report leads to the form in the same window, and no report."""
    priya = works["priya"]
    priya.slash("/report")
    works.modal(priya, "danger")
    ordinary = "An ordinary comment, question or complaint on a Federation account"
    works.press(priya, "No", "Northgate School", ordinary)
    works.modal(priya, "must be responded to within 24 hours")
    given = {
        "Which account is it on?": ACCOUNT,
        "What is it?": "Comment",
        "When was it received?": int(clock().timestamp()) - 60,
    }
    works.submit(priya, given)
    works.modal(priya, "It is on the list")
    assert works.server.rows()["reports"] == 0
