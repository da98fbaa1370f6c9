"""An application for an account on Slack, from outside: runners picked as users, and asked to attest."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.slack_office import Office, office

pytestmark = pytest.mark.process

NAME = "@NorthgateScience"


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with office(tmp_path_factory.mktemp("slack")) as found:
        yield found


def test_from_the_command_to_the_attestation(works: Office) -> None:
    """A command opens the application in a window; users of Slack are picked, and asked to attest."""
    ana, joe, lucy = works["ana"], works["joe"], works["lucy"]
    assert ana.slash("/account-request", channel=works.staffroom).ok
    works.modal(ana, "1 of 4")
    works.submit(
        ana,
        {
            "Which school is it for?": "Northgate School",
            "Which platform?": "X (Twitter)",
            "What is it to be called?": NAME,
        },
    )
    works.modal(ana, "2 of 4")
    works.submit(
        ana,
        {
            "What is the aim of the account?": "To show what the science department does.",
            "Who is it for?": ["Parents and carers"],
            "How will it be promoted?": "In the newsletter, and on posters.",
        },
    )
    works.modal(ana, "3 of 4")
    works.submit(ana, {"Who leads it?": lucy, "Who else runs it?": [joe]})
    works.modal(ana, "4 of 4")
    works.submit(
        ana,
        {
            "Will everybody be able to see it?": "Yes, it is open to the public",
            "Which official e-mail address will it be linked to?": "science@harbour.example.sch.uk",
        },
    )
    shown = works.modal(ana, "All is filled in").words
    assert "Lucy Banks (lead)" in shown
    works.press(ana, "Send the application")
    works.modal(ana, "The runners are to attest")
    for person in (lucy, joe):
        told = works.said_to(person, "You are named to run an account")
        assert "science department" not in told.words
        person.press("Open", told)
        works.modal(person, "To show what the science department does.")
        works.press(person, "I will run it")
        works.modal(person, "Before you run it")
        ticks = [
            "I have read and understood the social media policy.",
            "I have received appropriate training.",
            "I will run this account.",
        ]
        works.submit(
            person,
            {"Please tick each of these": ticks, "Which training did you have, and when?": "September 2026"},
        )
        works.modal(person, "It is noted that you will run")
    works.said_to(works["ravi"], "An application for an account")
    assert works.slack.messages_in(works.staffroom) == []
    for name in ("priya", "dina"):
        assert NAME not in works[name].ever_saw()
