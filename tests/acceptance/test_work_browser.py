"""A picture that stops, a draft with findings, a complaint answered late in its day, in a real browser."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page

from bot.app import clock
from bot.content.federation import load_federation
from bot.domain.replies import due
from tests.acceptance.chromium import desk
from tests.acceptance.pane import Pane, leaders, staff
from tests.acceptance.server import ROOT, Server

pytestmark = pytest.mark.browser

DRAFT = "Vote for Ivo Kestrel in Year 9 at the school election! Ring 07700 900412"
EVENT = "Year 8 sports day"
LONDON = ZoneInfo("Europe/London")
COMPLAINT = "Northgate School on Facebook"


def picture_stops(ana: Pane) -> None:
    """The check of a picture, up to the list that was not read."""
    ana.ask("check a picture")
    ana.press("Open the check")
    ana.shows("Has anybody in the picture asked")
    ana.press("No, nobody has")
    ana.shows("Is anybody in it on the Federation's list")
    ana.press("I have not read the list")
    ana.shows("Stop: don't post it")


def asks_about_the_list(ana: Pane) -> None:
    """From there, the question to the person who holds it."""
    ana.press("Ask about an event or class")
    ana.choice("Which school?", "Northgate School").check()
    ana.fill("Which event or class?", EVENT)
    ana.press("Ask")
    ana.shows("Ravi Nair", "The answer comes to you here")


def draft_is_checked(ana: Pane) -> None:
    """A draft, and what was found in it."""
    ana.ask("check a draft")
    ana.press("Open the check")
    ana.choice("Where will it be posted?", "On a Federation account").check()
    ana.fill("Your draft", DRAFT)
    ana.press("Check it")
    ana.shows("A telephone number", "This may be controversial", "No initials at the end")


def late_in_its_time(now: datetime) -> tuple[datetime, int]:
    """When a comment was received of whose time most has passed, and the percent of the newest reminder.

    On most days that is 80; what comes in at a weekend has until the end of Monday.
    """
    hours, best = load_federation(ROOT / "federation.example.yml").working_time, (0.0, now)
    for minutes in range(60, 96 * 60, 30):
        received = now - timedelta(minutes=minutes)
        passed = (now - received) / (due(received, hours).at - received)
        best = max(best, (passed, received)) if passed < 0.97 else best
    return best[1], 80 if best[0] >= 0.8 else 50


def complaint_is_logged(ana: Pane) -> int:
    """A complaint of whose time most has passed; how much its runner is told, in percent."""
    ana.ask("log a comment")
    ana.choice("Which account is it on?", COMPLAINT).check()
    ana.choice("What is it?", "Complaint").check()
    received, percent = late_in_its_time(clock())
    ana.fill("When was it received?", f"{received.astimezone(LONDON):%Y-%m-%dT%H:%M}")
    ana.press("Log it")
    ana.shows("It is on the list")
    return percent


def at(page: Page, server: Server, user: str) -> Pane:
    """The direct messages of somebody with a role."""
    page.goto(f"{server.url}/?staff=priya&me={user}")
    pane = leaders(page)
    pane.turn_to("Direct messages")
    return pane


def test_a_picture_stops_and_who_holds_the_list_is_asked(chromium: Browser, server: Server) -> None:
    """The check stops with its clause; the holder answers about the event, and the asker reads to read it."""
    window = desk(chromium)
    page = window.new_page()
    page.goto(f"{server.url}/?staff=ana&me=farid")
    ana = staff(page)
    picture_stops(ana)
    asks_about_the_list(ana)
    ravi = at(page, server, "ravi")
    ravi.shows("A question about the list of objections and restrictions", EVENT)
    ravi.press("Somebody is on it")
    ravi.shows("Thank you. Ana Silva")
    page.goto(f"{server.url}/?staff=ana&me=farid")
    staff(page).shows("somebody is on the list", "Nobody's word that it will be all right")
    window.close()


def test_a_draft_is_checked_and_a_leader_is_asked(chromium: Browser, server: Server) -> None:
    """Each finding stands above the form; a leader reads who asks, and no word of the draft."""
    window = desk(chromium)
    page = window.new_page()
    page.goto(f"{server.url}/?staff=ana&me=farid")
    ana = staff(page)
    draft_is_checked(ana)
    ana.press("Ask a senior leader")
    ana.shows("told that you would like to speak to one of them")
    farid = at(page, server, "farid")
    farid.shows("Somebody asks before posting", "Ana Silva")
    assert "Kestrel" not in page.content()
    window.close()


def test_a_complaint_is_answered_before_its_day_is_over(chromium: Browser, server: Server) -> None:
    """Its runner is told, opens the list, and closes the entry; it stands there no more."""
    window = desk(chromium)
    page = window.new_page()
    page.goto(f"{server.url}/?staff=ana&me=farid")
    percent = complaint_is_logged(staff(page))
    lucy = at(page, server, "lucy")
    lucy.shows("A reply is still owed", f"{percent} % of the time has passed", COMPLAINT)
    lucy.press("Answered")
    lucy.shows("When?")
    lucy.press("Save")
    lucy.shows("The entry is closed")
    window.close()
