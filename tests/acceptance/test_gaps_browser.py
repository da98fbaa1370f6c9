"""From "not covered" to the asker's answer in Chromium, on the real server with the real engine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.acceptance.chromium import complaints, desk
from tests.acceptance.pane import leaders, staff
from tests.acceptance.server import Server

pytestmark = pytest.mark.browser
ASKED = "Who pays for Canva for Ella Smith at Northgate School?"
WORDING = "Who pays for Canva?"
# Where the pictures go that a person looks at; nowhere, where it is not set.
PICTURES = os.environ.get("SIGNPOST_PICTURES", "")  # noqa: TID251 - the tester's own
ANSWER = "Use the Federation’s own login. The School Business Manager has it."
MARK = "The Federation's answer, not in the policy"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The product in a process of its own."""
    made = Server(tmp_path_factory.mktemp("gaps"))
    made.start()
    yield made
    made.stop()


def keep(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png")


def test_from_not_covered_to_the_answer(server: Server, chromium: Browser) -> None:
    """A question that the policy leaves open is asked, answered, signed, told, given and taken back."""
    page = desk(chromium).new_page()
    said = complaints(page)
    page.goto(f"{server.url}/?staff=ana&me=eleanor")
    ana, eleanor = staff(page), leaders(page)
    ana.ask(ASKED)
    ana.shows("I could not find an answer")
    keep(page, "1-not-covered")
    ana.press("Ask for an answer")
    ana.reads("Ask for an answer")
    keep(page, "2-form")
    ana.choice("How would you like to ask?", "With my name: the answer is sent to me").check()
    ana.press("Put this question on the list")
    ana.shows("Your question is on the list")
    eleanor.turn_to("Direct messages")
    eleanor.shows("A question waits for an answer")
    keep(page, "3-asked")

    eleanor.press("Show the list")
    eleanor.reads("Questions the policy leaves open")
    keep(page, "4-list")
    eleanor.press("Answer")
    eleanor.fill("The question, as it is answered", WORDING)
    eleanor.fill("The answer, in plain words", ANSWER)
    eleanor.choice("What does the answer say may be done?", "Neither: it only explains").check()
    eleanor.choice(
        "What does it rest on?", "The policy is silent: this is the Federation's own answer"
    ).check()
    eleanor.choice("When is it looked at again?", "In 6 months").check()
    keep(page, "5-answer")
    eleanor.press("Save the answer")
    eleanor.shows("It is shown to nobody until a second person signs it.")

    page.goto(f"{server.url}/?staff=ana&me=dina")
    ana, dina = staff(page), leaders(page)
    dina.turn_to("Direct messages")
    dina.shows("An answer waits for a second signature")
    dina.press("Show the list")
    dina.press("Look at it and sign")
    dina.reads("Sign an answer")
    keep(page, "6-sign")
    dina.press("Sign: put it in force")
    dina.shows("Signed. From now on")
    ana.shows("Your question has been answered", MARK, ANSWER)
    keep(page, "7-told")

    given_and_taken_back(page, server)
    assert said == []


def given_and_taken_back(page: Page, server: Server) -> None:
    """Somebody else gets the answer, and no more once it is taken back."""
    page.goto(f"{server.url}/?staff=joe&me=dina")
    joe, dina = staff(page), leaders(page)
    dina.turn_to("Direct messages")
    joe.ask("who pays for canva")
    joe.shows(MARK, ANSWER)
    keep(page, "8-given")
    dina.press("Open questions")
    dina.press("Take the answer back")
    dina.shows("The answer is taken back")
    joe.ask("Who pays for Canva, please?")
    joe.shows("I could not find an answer")
    keep(page, "9-taken-back")
