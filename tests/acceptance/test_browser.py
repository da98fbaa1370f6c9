"""The whole product in a real browser, against the real server: what staff and the FLT see of each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.acceptance.chromium import complaints, phone
from tests.acceptance.pane import PATIENCE_MS, Answers, Keys, Pane, channel, leaders, staff
from tests.acceptance.reporting import report_accident
from tests.acceptance.server import Server

pytestmark = pytest.mark.browser

REFERENCE = re.compile(r"FED-[0-9A-Z]{4,}")
CLAUSE = (
    "Staff are not permitted to follow or engage with current or prior students of the Federation on any "
    "personal social media network account."
)
NARRATIVE = "Relay practice, lane four"
INSULTS = "They write insults about me in the staffroom group"
REASON = "The picture was deleted everywhere and nobody else saw it."

# A picture taken by accident, with nothing in it that must be stopped for.
ACCIDENT: Answers = (
    ("First, is anyone in danger?", "No"),
    ("Which school is this about?", "Northgate School"),
    ("What is this about?", "A picture or video that should not have been made, taken or shared"),
    ("Before anything else", "Continue"),
    ("What could someone see?", "No"),
    (
        "How did it come about?",
        {
            "Did you take it by accident?": "Yes, I took it by accident",
            "If you took it: was it posted or sent anywhere before you noticed, or has anybody asked for it?"
            " (optional)": "No",
            "If you took it: has a student or a parent said or reported anything to you about it?"
            " (optional)": "No",
        },
        "Continue",
    ),
    ("It happens. Here is what to do", {"Is it deleted?": "Yes, everywhere"}, "Continue"),
)
WHO_AND_HOW: Answers = (
    ("Is one of these people involved?", "No"),
    ("Who may know it was you?", "Named"),
)
MORE = "Add: A little more"
COLLEAGUE: Answers = (
    ("First, is anyone in danger?", "No"),
    ("Which school is this about?", "Southmere School"),
    ("What is this about?", "Online abuse by a colleague"),
    ("Is a student involved?", "No"),
    (
        "How serious is it?",
        {"Is it a threat, or may someone hurt themselves?": "Neither", "Could it be a crime?": "No"},
        "Continue",
    ),
    ("Is one of these people involved?", "No"),
    ("Who may know it was you?", "Anonymous"),
)
AFTERMATH: Answers = (
    ("What happened?", {"What would you like to happen?": "I want it to stop"}, "Continue"),
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    found = Server(tmp_path)
    found.start()
    yield found
    found.stop()
    # Windows close in the middle of things; that is no fault to log.
    assert "Traceback" not in found.log.read_text()


def opened_at(window: BrowserContext, url: str) -> Page:
    expect.set_options(timeout=PATIENCE_MS)
    page = window.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(url)
    return page


def sent(pane: Pane) -> str:
    """Press Send and return the reference that the receipt names."""
    pane.reads("Please check before you send")
    pane.press("Send")
    return reference(pane)


def reference(pane: Pane, receipt: str = "Your report has been received") -> str:
    pane.shows(receipt)
    found = REFERENCE.search(pane.region.inner_text())
    assert found
    return found[0]


def card(log: Locator, number: str, kind: str) -> Locator:
    return log.get_by_role("article", name=f"{number} · {kind}")


def test_a_question_a_report_and_its_closure(server: Server, window: BrowserContext) -> None:
    """A clause answers; a report reaches the FLT live, is worked in place, and the reporter sees its end."""
    page = opened_at(window, f"{server.url}/?staff=ana&me=eleanor")
    faults, loads = complaints(page), list[str]()
    page.on("load", lambda loaded: loads.append(loaded.url))
    ana, eleanor = staff(page), leaders(page)

    ana.ask("can I follow a former student?")
    expect(ana.newest).to_contain_text("No")
    ana.shows(CLAUSE, "Personal use > Staff, lines 328–329")

    ana.ask("report")
    ana.answer(*ACCIDENT)
    ana.answer(*WHO_AND_HOW, ("Please check before you send", MORE))
    ana.fill("What was going on?", NARRATIVE)
    ana.press("Continue")
    ana.shows("Nothing has been sent yet", "Who will see it", "Beth Okafor, Federation Business Manager")
    eleanor.shows("No cases here yet")
    number = sent(ana)

    shown = card(channel(page), number, "Compromising picture")
    expect(shown).to_contain_text("Not acknowledged yet")
    expect(shown).to_contain_text("Northgate School")
    expect(shown).not_to_contain_text(NARRATIVE)
    eleanor.press("Acknowledge")
    expect(shown).to_contain_text("Being dealt with")
    expect(shown).to_contain_text("Eleanor Marsh")
    expect(shown).to_have_count(1)
    ana.shows(f"Your report {number}: somebody on the team has it")

    eleanor.press("Open details")
    eleanor.shows(f"{number} · The report")
    eleanor.press("Close this case")
    eleanor.region.get_by_label("Content or picture removed").check()
    eleanor.fill("Reason", REASON)
    eleanor.fill("Why was nobody outside told?", "Nobody outside needed to know.")
    eleanor.region.get_by_label("Its deletion is confirmed").check()
    eleanor.press("Close the case")
    expect(shown).to_contain_text("Closed")
    ana.shows(f"Your report {number} is closed. The content has been removed or deleted")
    ana.ask("status")
    ana.reads("Your reports")
    expect(ana.newest).to_contain_text(number)
    expect(ana.newest).to_contain_text("Closed")
    expect(ana.region).not_to_contain_text(REASON)
    assert loads == []
    assert faults == []


def test_an_anonymous_report_names_nobody(server: Server, window: BrowserContext) -> None:
    """A wrong code is caught before Send, the right one opens the status, and no side shows a name."""
    page = opened_at(window, f"{server.url}/?staff=joe&me=farid")
    joe, farid = staff(page), leaders(page)
    joe.ask("report")
    joe.answer(*COLLEAGUE)
    joe.reads("What happened?")
    joe.fill("What happened", INSULTS)
    joe.answer(*AFTERMATH)

    joe.reads("Write these two down")
    number, code = _written_down(joe)
    joe.fill("Type the receipt code here", "AAAA-BBBB-CCCC")
    joe.press("I have written them down")
    joe.shows("This is not the receipt code shown above")
    joe.fill("Type the receipt code here", code.lower())
    joe.press("I have written them down")
    joe.shows("Who you are is not stored with this report")
    assert sent(joe) == number

    page.reload()
    expect(joe.region).not_to_contain_text(number)
    joe.ask("status")
    joe.shows("You have no report under your name")
    joe.press("With a receipt code")
    joe.reads("Look up a report")
    joe.fill("Reference", number)
    joe.fill("Receipt code", code)
    joe.press("Look it up")
    joe.shows("Received. Nobody has acknowledged it yet.")

    expect(card(channel(page), number, "Abuse by a colleague")).to_contain_text("Anonymous")
    farid.press("Open details")
    farid.shows(INSULTS)
    for name in ("Farid Anwar", "Eleanor Marsh", "Omar Reid", "Dina Clarke"):
        farid.become(name)
        for tab in ("FLT channel", "Direct messages"):
            farid.turn_to(tab)
            expect(farid.region).not_to_contain_text(re.compile("joe|whitfield", re.IGNORECASE))
    assert "whitfield" not in farid.region.inner_html().lower()


def _written_down(pane: Pane) -> tuple[str, str]:
    text = pane.newest.inner_text()
    number, code = REFERENCE.search(text), re.search(r"Receipt code: (\S+)", text)
    assert number
    assert code
    return number[0], code[1]


def test_an_urgent_alert_goes_past_the_channel(server: Server, window: BrowserContext) -> None:
    """The alert from the danger screen reaches the DSL's direct messages, and never the FLT's channel."""
    page = opened_at(window, f"{server.url}/?staff=priya&me=farid")
    priya, team = staff(page), leaders(page)
    priya.ask("report")
    priya.answer(("First, is anyone in danger?", "Yes"))
    priya.shows("Call 999 now", "020 7946 0101")
    priya.press("Send an urgent alert")
    priya.shows("Send an urgent alert?", "Dina Clarke", "Your name goes with it.")
    priya.press("Send the urgent alert")
    number = reference(priya, "Your urgent alert has been received")
    priya.shows("It does not replace a phone call")

    team.become("Dina Clarke")
    team.turn_to("Direct messages")
    shown = card(team.region, number, "Urgent safeguarding alert")
    expect(shown).to_contain_text("URGENT")
    team.become("Farid Anwar")
    team.turn_to("FLT channel")
    team.shows("No cases here yet")
    expect(team.region).not_to_contain_text(number)


def test_a_phone_and_a_keyboard_are_enough(server: Server, chromium: Browser) -> None:
    """At phone width, without a pointer: asked, answered, reported, acknowledged, seen by the reporter."""
    held = phone(chromium)
    page = opened_at(held, f"{server.url}/?staff=ana&me=eleanor")
    keys, ana, eleanor = Keys(page), staff(page), leaders(page)

    keys.say(ana, "can I follow a former student?")
    ana.shows(CLAUSE)
    expect(ana.newest.get_by_text("The policy’s answer: No")).to_be_in_viewport()
    keys.say(ana, "report")
    keys.answer(ana, *ACCIDENT, *WHO_AND_HOW, ("Please check before you send", "Send"))
    number = reference(ana)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert page.evaluate(
        "[...document.querySelectorAll('.scroll')].every(one => one.scrollWidth <= one.clientWidth)"
    )

    keys.side("Leadership Team")
    shown = card(channel(page), number, "Compromising picture")
    expect(shown).to_be_in_viewport()
    keys.reach(eleanor.button("Acknowledge"))
    page.keyboard.press("Enter")
    expect(shown).to_contain_text("Being dealt with")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

    keys.side("Staff chat")
    ana.shows(f"Your report {number}: somebody on the team has it")
    held.close()


def test_a_card_cut_off_by_a_kill_is_seen_once(window: BrowserContext, tmp_path: Path) -> None:
    """After kill -9 at "received" the restarted server shows the report's card once, in a browser."""
    killed = Server(tmp_path)
    killed.start()
    try:
        number = report_accident(killed)
        killed.kill()
        killed.start()
        page = opened_at(window, f"{killed.url}/?staff=ana&me=farid")
        card_heading = page.get_by_role("heading", name=re.compile(f"^{number} "))
        expect(card_heading).to_have_count(1)
        page.reload()
        expect(card_heading).to_have_count(1)
    finally:
        killed.stop()
