"""The policy's other work on Slack and on Teams, against the real server: an account, a complaint, a picture.

A draft is checked on each door in `test_before_posting.py`; in a browser all four are walked in
`test_accounts.py` and `test_work_browser.py`, on Slack an account in `test_slack_accounts.py`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest

from bot.app import clock
from tests.acceptance.sites import Site, opened_on
from tests.acceptance.test_work_browser import LONDON, late_in_its_time
from tests.acceptance.walkers import Filled, Walker
from tests.acceptance.walkers_chat import TeamsPerson, _has

pytestmark = pytest.mark.process

ACCOUNT, NAME = "Northgate School on Facebook", "@NorthgateScience"
TICKS, TRAINED = "Please tick each of these", "Which training did you have, and when?"
KEPT = "Where are the login details kept?"
_PATIENCE_S = 20.0


@pytest.fixture(params=["slack", "teams"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The real server on one channel."""
    with opened_on(request.param, tmp_path_factory.mktemp(request.param) / "site") as opened:
        yield opened


def comes_to(person: Walker, button: str) -> None:
    """Press a button of a message that comes by itself."""
    if isinstance(person, TeamsPerson):
        deadline = time.monotonic() + _PATIENCE_S
        while not (found := [one for one in person._mine() if _has(one[1], (button,))]):
            assert time.monotonic() < deadline, f"nothing came with {button}"
            time.sleep(0.05)
        person._message, person._card = found[-1]
    person.press(button)


def met(site: Site, *names: str) -> None:
    """On Teams nobody is written to who has not installed Signpost."""
    for name in names:
        if isinstance(person := site.person(name), TeamsPerson):
            person.say("help")


def test_a_complaint_is_answered_late_in_its_time(site: Site) -> None:
    """Logged when most of its time has passed, its runner reads how much, and answers from the message."""
    received, percent = late_in_its_time(clock())
    met(site, "ana", "lucy")
    ana, lucy = site.person("ana"), site.person("lucy")
    ana.say("log a comment")
    # Teams has fields for a day and a time on the Federation's clock; Slack's picker gives a moment.
    zone = LONDON if isinstance(ana, TeamsPerson) else UTC
    typed = received.astimezone(zone).replace(tzinfo=None, second=0, microsecond=0)
    ana.fill({"Which account is it on?": ACCOUNT, "What is it?": "Complaint", "When was it received?": typed})
    assert "It is on the list" in ana.words
    site.server.wait_until(lambda: f"{percent} %" in site.elsewhere("ana"))
    comes_to(lucy, "Answered")
    assert "When?" in lucy.words
    lucy.fill({})
    assert "The entry is closed" in lucy.words


def test_a_picture_stops(site: Site) -> None:
    """Question by question in one window or on one card, up to the answer that stops, with its clause."""
    ana = site.person("ana")
    ana.say("check a picture")
    if "Open the check" in ana.buttons():
        ana.press("Open the check")
    ana.press("No, nobody has")
    ana.press("No: I have read the list and nobody is on it")
    ana.press("No, or not for all of them")
    assert "Stop: don't post it" in ana.words
    assert "under no circumstances" in ana.words


class OnTeams:
    """An account on its way on Teams, at the connector: what its people do on their cards."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def act(self, name: str, button: str, given: Filled) -> str:
        """Somebody opens it from the list, presses an act, and sends its form; what they read then."""
        person = self._site.person(name)
        person.say("accounts")
        comes_to(person, f"Open {NAME}")
        person.press(button)
        ticks = next((one for one in person.asked() if one.label == TICKS), None)
        every = ",".join(map(str, range(len(ticks.options)))) if ticks else ""
        person.fill({**given, **({TICKS: every} if every else {})})
        return person.words

    def confirm_rules(self, name: str) -> None:
        """A runner confirms the rules 46 to 53, one by one."""
        person = self._site.person(name)
        person.say("accounts")
        comes_to(person, f"Open {NAME}")
        person.press("Read and confirm the rules")
        for _ in range(7):
            person.press("Confirmed")
        assert "You have confirmed all rules" in person.words


@pytest.fixture
def teams(tmp_path: Path) -> Iterator[Site]:
    """The real server on Teams."""
    with opened_on("teams", tmp_path / "site") as opened:
        yield opened


def test_on_teams_an_account_from_application_to_live(teams: Site) -> None:
    """Its runners are picked from the register; each page and each act takes the place of the card before."""
    met(teams, "ana", "lucy", "omar", "ravi", "farid", "ivan")
    ana, account = teams.person("ana"), OnTeams(teams)
    ana.say("new account")
    pages: tuple[Filled, ...] = (
        {
            "Which school is it for?": "Northgate School",
            "Which platform?": "X (Twitter)",
            "What is it to be called?": NAME,
        },
        {
            "What is the aim of the account?": "To show what the science department does.",
            "Who is it for?": "Parents and carers",
            "How will it be promoted?": "In the newsletter, and on posters.",
        },
        {"Who leads it?": "Lucy Banks", "Who else runs it?": "Omar Reid"},
        {
            "Will everybody be able to see it?": "Yes, it is open to the public",
            "Which official e-mail address will it be linked to?": "science@harbour.example.sch.uk",
        },
    )
    for given in pages:
        ana.fill(given)
    assert "Lucy Banks (lead)" in ana.words
    ana.press("Send the application")
    assert "The runners are to attest" in ana.words
    for runner in ("lucy", "omar"):
        account.act(runner, "I will run it", {TRAINED: "September 2026"})
    account.act("ravi", "Pass it on", {})
    account.act("farid", "Satisfied of a runner", {"Of whom are you satisfied?": "person:lucy,person:omar"})
    account.act("farid", "Approve", {})
    assert "is live" in account.act("ivan", "It is created", {KEPT: "The vault of the office"})
    for runner in ("lucy", "omar"):
        account.confirm_rules(runner)
