"""An account on the page itself: from the application to the day on which it is live, in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.acceptance.chromium import desk
from tests.acceptance.pane import Pane, leaders, staff
from tests.acceptance.server import Server

pytestmark = pytest.mark.browser

NAME = "@NorthgateScience"
READ = (
    "I have read and understood the social media policy.",
    "I have received appropriate training.",
    "I will run this account.",
)
CREATED = (
    "It is separate from any personal account.",
    "It is linked to the official e-mail address of the application.",
    "I have been added to those who monitor it.",
)


def filled_in(ana: Pane) -> None:
    """The first three pages, and the fourth on the screen."""
    ana.ask("new account")
    ana.reads("Apply for an account: 1 of 4")
    ana.choice("Which school is it for?", "Northgate School").check()
    ana.region.get_by_label("Which platform?").last.select_option(label="X (Twitter)")
    ana.fill("What is it to be called?", NAME)
    ana.press("Next")
    ana.reads("Apply for an account: 2 of 4")
    ana.fill("What is the aim of the account?", "To show parents what the science department does.")
    ana.choice("Who is it for?", "Parents and carers").check()
    ana.fill("How will it be promoted?", "In the newsletter, and on posters at the gate.")
    ana.press("Next")
    ana.reads("Apply for an account: 3 of 4")
    ana.region.get_by_label("Who leads it?").last.select_option(label="Ana Silva (teacher)")
    ana.choice("Who else runs it?", "Joe Whitfield (teaching assistant)").check()
    ana.press("Next")
    ana.reads("Apply for an account: 4 of 4")


def sent(ana: Pane) -> None:
    """The fourth page, the last look, and Send."""
    ana.choice("Will everybody be able to see it?", "Yes, it is open to the public").check()
    ana.fill("Which official e-mail address will it be linked to?", "science@harbour.example.sch.uk")
    ana.press("Next")
    ana.shows("All is filled in")
    ana.press("Send the application")
    ana.shows("asked to attest")


def done(pane: Pane, label: str, form: str, *ticks: str) -> None:
    """Press an act, wait for its form, tick all of it, and send it by the button of the same name."""
    pane.press(label)
    pane.reads(form)
    for tick in ticks:
        pane.choice("Please tick each of these", tick).check()


def attested(pane: Pane) -> None:
    """Somebody who is to run it attests."""
    done(pane, "I will run it", "Before you run it", *READ)
    pane.fill("Which training did you have, and when?", "The course of September 2026")
    pane.press("I will run it")
    pane.shows("It is noted")


def told(page: Page, server: Server, user: str) -> Pane:
    """The direct messages of somebody with a role, with the newest one opened."""
    page.goto(f"{server.url}/?staff=priya&me={user}")
    pane = leaders(page)
    pane.turn_to("Direct messages")
    pane.press("Open")
    return pane


def at(page: Page, server: Server, user: str) -> Pane:
    """The private chat of a member of staff, with the account opened from the list."""
    page.goto(f"{server.url}/?staff={user}&me=farid")
    pane = staff(page)
    pane.ask("accounts")
    pane.press(f"Open {NAME}")
    return pane


def test_from_the_application_to_a_live_account(chromium: Browser, server: Server) -> None:
    """Each does their part on the page, in turn; a closed group stops it, and a password is refused."""
    window = desk(chromium)
    page = window.new_page()
    page.goto(f"{server.url}/?staff=ana&me=farid")
    ana = staff(page)
    filled_in(ana)
    ana.choice("Will everybody be able to see it?", "No, it is private or closed").check()
    ana.fill("Which official e-mail address will it be linked to?", "science@harbour.example.sch.uk")
    ana.press("Next")
    ana.shows("A private or closed account or group")
    sent(ana)
    attested(ana)
    attested(at(page, server, "joe"))
    ravi = told(page, server, "ravi")
    done(ravi, "Pass it on", "Pass it on to the leadership team", "The business case covers every point.")
    ravi.press("Pass it on")
    ravi.shows("is with the Federation Leadership Team")
    farid = told(page, server, "farid")
    expect(farid.region.get_by_role("button", name="Approve", exact=True)).to_have_count(0)
    farid.press("Satisfied of a runner")
    for name in ("Ana Silva (teacher)", "Joe Whitfield (teaching assistant)"):
        farid.choice("Of whom are you satisfied?", name).check()
    farid.press("Satisfied of a runner")
    farid.shows("the leadership team is satisfied")
    done(
        farid,
        "Approve",
        "Approve the account",
        "The Federation Leadership Team approves this account.",
    )
    farid.press("Approve")
    farid.shows("is approved")
    ivan = told(page, server, "ivan")
    done(ivan, "It is created", "The account is created", *CREATED)
    ivan.fill("Where are the login details kept?", "S3cret!99")
    ivan.press("It is created")
    ivan.shows("looks like a password")
    ivan.fill("Where are the login details kept?", "The password vault under Science")
    ivan.press("It is created")
    ivan.shows("is live")
    ana = at(page, server, "ana")
    ana.press("Read and confirm the rules")
    for number in range(1, 8):
        ana.reads(f"The rules for {NAME}: {number} of 7")
        ana.press("Confirmed")
    ana.shows("You have confirmed all rules")
    window.close()
