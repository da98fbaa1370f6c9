"""An application for an account on Slack, from outside: runners picked as users, and asked to attest."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.acceptance.slack_office import Office, office
from tests.slack_double.person import Person

pytestmark = pytest.mark.process

NAME = "@NorthgateScience"
CREATED = [
    "It is separate from any personal account.",
    "It is linked to the official e-mail address of the application.",
    "I have been added to those who monitor it.",
]


@pytest.fixture(scope="module")
def works(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with office(tmp_path_factory.mktemp("slack")) as found:
        yield found


READ = [
    "I have read and understood the social media policy.",
    "I have received appropriate training.",
    "I will run this account.",
]
TICKS, TRAINED = "Please tick each of these", "Which training did you have, and when?"


def attest(works: Office, *people: Person, title: str = "You are named to run an account") -> None:
    """Each opens what they were told, and attests in its window."""
    for person in people:
        opened(works, person, title)
        works.press(person, "I will run it")
        works.modal(person, "Before you run it")
        works.submit(person, {TICKS: READ, TRAINED: "September 2026"})
        works.modal(person, "It is noted that you will run")


def opened(works: Office, person: Person, title: str) -> None:
    """Open what somebody was told under this title."""
    told = works.said_to(person, title)
    assert "science department" not in told.words
    person.press("Open", told)
    works.modal(person, NAME)


def to_live(works: Office) -> None:
    """The business manager, the leadership team and IT, each in a window; then the rules, one by one."""
    ravi, farid, ivan = works["ravi"], works["farid"], works["ivan"]
    opened(works, ravi, "An application for an account")
    works.press(ravi, "Pass it on")
    works.modal(ravi, "Pass it on to the leadership team")
    works.submit(ravi, {TICKS: ["The business case covers every point."]})
    works.modal(ravi, "is with the Federation Leadership Team")
    opened(works, farid, "An application for an account")
    works.press(farid, "Satisfied of a runner")
    works.modal(farid, "Read, understood, trained")
    works.submit(farid, {"Of whom are you satisfied?": ["Lucy Banks", "Joe"]})
    works.press(farid, "Approve")
    works.modal(farid, "Approve the account")
    works.submit(farid, {TICKS: ["The Federation Leadership Team approves this account."]})
    works.modal(farid, "is approved")
    opened(works, ivan, "An account to be created")
    works.press(ivan, "It is created")
    works.modal(ivan, "Where are the login details kept?")
    works.submit(ivan, {TICKS: CREATED, "Where are the login details kept?": "The vault of the office"})
    works.modal(ivan, "is live")
    for person in (works["lucy"], works["joe"]):
        opened(works, person, "Rules to confirm")
        works.press(person, "Read and confirm the rules", *["Confirmed"] * 7)
        works.modal(person, "You have confirmed all rules")


def transferred(works: Office) -> None:
    """IT names who runs it from now on; a new runner attests, and the leadership team is satisfied."""
    ivan, farid, joe, priya = (works[name] for name in ("ivan", "farid", "joe", "priya"))
    opened(works, ivan, "An account to be created")
    works.press(ivan, "Transfer it")
    works.modal(ivan, "Transfer the account")
    works.submit(ivan, {"Who leads it?": joe, "Who else runs it?": [priya]})
    works.modal(ivan, "is being transferred")
    attest(works, priya, title="An account is being transferred")
    opened(works, farid, "An account is being transferred")
    works.press(farid, "Satisfied of a runner")
    works.modal(farid, "Read, understood, trained")
    works.submit(farid, {"Of whom are you satisfied?": ["Joe", "Priya"]})
    opened(works, ivan, "An account is being transferred")
    works.press(ivan, "It is transferred")
    works.modal(ivan, "Where are the login details kept?")
    works.submit(
        ivan,
        {
            TICKS: ["The login details were changed.", "Those who no longer run it have no access."],
            "Where are the login details kept?": "The vault of the school",
        },
    )
    works.modal(ivan, "is transferred")


def left(works: Office) -> None:
    """Slack says that the lead's account is deactivated: IT is to close or transfer it, and closes it."""
    joe, ivan = works["joe"], works["ivan"]
    user = {"id": joe.id, "team_id": "T1", "deleted": True, "name": "joe"}
    assert works.slack.send_event({"type": "user_change", "user": user}).status == 200
    opened(works, ivan, "An account to be closed or transferred")
    works.press(ivan, "Close it")
    works.modal(ivan, "Close the account")
    works.submit(ivan, {"Why?": "Its lead has left."})
    works.modal(ivan, "is to be closed")
    works.press(ivan, "It is closed")
    works.modal(ivan, "The account is closed")
    works.submit(
        ivan, {TICKS: ["The account is closed on its platform.", "Its login details are used nowhere else."]}
    )
    works.modal(ivan, "is closed")
    works.said_to(works["priya"], "An account was closed")


def test_from_the_command_to_the_closing(works: Office) -> None:
    """An application in windows, runners picked as users, live; transferred; and then closed."""
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
    attest(works, lucy, joe)
    to_live(works)
    transferred(works)
    left(works)
    assert works.slack.messages_in(works.staffroom) == []
    for name in ("dina", "beth", "colin"):
        assert NAME not in works[name].ever_saw()
