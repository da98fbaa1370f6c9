"""Signpost in Microsoft's own client, from the first question to the closed case.

`python -m tests.acceptance.teams_walk` makes the pictures of docs/teams.md again.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Locator, expect

from tests.acceptance.chromium import browser
from tests.acceptance.pane import parts
from tests.acceptance.server import ROOT
from tests.acceptance.teams_office import Office, office
from tests.acceptance.teams_page import TeamsPage
from tests.acceptance.test_browser import ACCIDENT, CLAUSE, MORE, REASON, WHO_AND_HOW

IMAGES = ROOT / "docs" / "images"
MOST_BYTES = 250_000
NARRATIVE = "Relay practice, lane four"
GROUP, OWN = "Leadership Team", "Personal Chat"

# Keeps a picture of a page under a name, with a card in sight.
Keep = Callable[[str, TeamsPage, Locator], None]


@dataclass(frozen=True)
class Walk:
    """A teacher's Teams and a leader's, side by side."""

    staff: TeamsPage
    leader: TeamsPage
    keep: Keep

    def all(self) -> None:
        """The whole way."""
        self.mention()
        self.question()
        self.clarify()
        reference = self.report()
        self.acknowledge(reference)
        self.close(reference)
        self.status(reference)
        self.dialog()

    def mention(self) -> None:
        """A question where others read is answered to the asker alone."""
        self.leader.open(GROUP)
        self.leader.mention("Signpost", "can I follow a former student?")
        told = self.leader.says("I've sent you the answer privately.")
        self.leader.has_not(CLAUSE)
        self.keep("teams-10-mention", self.leader, told)
        self.leader.open(OWN)
        self.leader.reads(CLAUSE)
        self.leader.open(GROUP)

    def question(self) -> None:
        """A question, and the clause word for word."""
        self.staff.say("can I follow a former student?")
        self.keep("teams-1-question", self.staff, self.staff.reads(CLAUSE))

    def clarify(self) -> None:
        """A vague question gets one question back, and a press answers it."""
        self.staff.say("can I post pictures of students?")
        asked = self.staff.reads("I want to give you the right rule.")
        self.keep("teams-2-clarify", self.staff, asked)
        # Whichever is offered first: its label is the topic of the answer.
        offered = asked.get_by_role("button").first
        before = self.staff.cards()
        offered.click()
        self.staff.has_more_cards(before)

    def report(self) -> str:
        """A picture taken by accident, step by step on one card; the reference of the report."""
        self.staff.say("report")
        for question, picks, answer in map(parts, ACCIDENT):
            shown = self.staff.reads(question)
            for option in dict.fromkeys(picks.values()):
                self.staff.pick(option)
            if "Is it deleted?" in picks:
                self.keep("teams-3-step", self.staff, shown)
            self.staff.button(answer).click()
            if len(picks) > 1:
                # Of two fields with a "No" the last is picked: what was left out is asked again by itself.
                self.staff.reads("Was it posted, sent or asked for?")
                self.staff.button("No").click()
        for question, _, answer in map(parts, WHO_AND_HOW):
            self.staff.reads(question)
            self.staff.button(answer).click()
        self.staff.press(MORE, "What was going on?")
        self.staff.write("What was going on?", NARRATIVE)
        self.staff.button("Continue").click()
        self.keep("teams-4-review", self.staff, self.staff.reads("Nothing has been sent yet"))
        self.leader.has_not("FED-")
        received = self.staff.press("Send", "has been received")
        self.keep("teams-5-received", self.staff, received)
        found = re.search(r"FED-[0-9A-Z]{4}", received.inner_text())
        assert found, received.inner_text()
        # Every step stood on this one card: what was written is nowhere in the chat.
        self.staff.has_not(NARRATIVE)
        return found.group()

    def acknowledge(self, reference: str) -> None:
        """The card in the leadership team's chat, rewritten in place when somebody takes it on."""
        card = self.leader.reads(reference)
        expect(card).to_contain_text("Not acknowledged yet")
        self.leader.has_not(NARRATIVE)
        self.keep("teams-6-card", self.leader, card)
        self.leader.button("Acknowledge").click()
        card = self.leader.reads("Being dealt with")
        self.keep("teams-7-acknowledged", self.leader, card)
        self.staff.reads("somebody on the team has it")

    def close(self, reference: str) -> None:
        """A form of the case opens in the leader's own chat, and the card in the group follows."""
        self.leader.button("Open details").click()
        self.leader.open(OWN)
        self.leader.reads("The report")
        self.leader.button("Close this case").click()
        form = self.leader.reads(f"Close {reference}")
        self.leader.pick("Content or picture removed")
        self.leader.write("Reason", REASON)
        self.leader.write("Why was nobody outside told?", "Nobody outside needed to know.")
        self.leader.pick("Its deletion is confirmed, everywhere it was")
        self.keep("teams-8-close", self.leader, form)
        self.leader.button("Close the case").click()
        self.staff.reads(f"{reference} is closed")
        self.leader.has_not(REASON)
        self.leader.open(GROUP)
        expect(self.leader.reads(reference)).to_contain_text("Closed")

    def status(self, reference: str) -> None:
        """The reporter sees where it stands, and not the reason."""
        self.staff.say("status")
        shown = self.staff.reads("Your reports")
        expect(shown).to_contain_text(reference)
        self.staff.has_not(REASON)
        self.keep("teams-9-status", self.staff, shown)

    def dialog(self) -> None:
        """The policy is asked in a window that only one person sees."""
        self.staff.extension("askPolicy")
        self.staff.window_says("What would you like to know?")
        self.staff.write("Ask about the policy", "can I follow a former student?")
        self.staff.button("Ask").click()
        self.keep("teams-11-dialog", self.staff, self.staff.window_says(CLAUSE))


@dataclass(frozen=True)
class Work(Walk):
    """The policy's other work, as far as the client shows it: it opens no dialog, so no draft."""

    def all(self) -> None:
        """The whole way."""
        self.picture()
        self.application()
        self.lists()

    def picture(self) -> None:
        """Question by question on one card, up to the answer that stops."""
        self.staff.say("check a picture")
        self.staff.press("Open the check", "Has anybody in the picture asked")
        self.staff.press("No, nobody has", "Is anybody in it on the Federation's list")
        stopped = self.staff.press("I have not read the list", "Stop: don't post it")
        self.keep("teams-12-picture", self.staff, stopped)

    def application(self) -> None:
        """Its pages, each in the place of the one before, with runners from the staff register."""
        self.staff.say("new account")
        self.staff.reads("1 of 4")
        self.staff.pick("Northgate School")
        self.staff.choose("X (Twitter)")
        self.staff.write("What is it to be called?", "@NorthgateScience")
        self.staff.press("Next", "2 of 4")
        self.staff.write("What is the aim of the account?", "To show what the science department does.")
        self.staff.pick("Parents and carers")
        self.staff.write("How will it be promoted?", "In the newsletter, and on posters.")
        self.keep("teams-13-account", self.staff, self.staff.press("Next", "3 of 4"))

    def lists(self) -> None:
        """A leader's own lists."""
        self.leader.open(OWN)
        self.leader.say("my work")
        shown = self.leader.reads("What waits for you")
        expect(shown).to_contain_text("Comments that are owed an answer")
        self.keep("teams-14-work", self.leader, shown)


def walk(works: Office, opened: Browser, keep: Keep, way: type[Walk] = Walk) -> None:
    """The whole way through both clients."""
    pages = []
    for client in (works.staff, works.leaders):
        window = opened.new_context(
            viewport={"width": 1280, "height": 960}, locale="en-GB", reduced_motion="reduce"
        )
        pages.append(TeamsPage(window.new_page(), client.url))
    way(pages[0], pages[1], keep).all()


def main() -> None:
    """Make every picture again."""

    def keep(name: str, page: TeamsPage, card: Locator) -> None:
        kept = IMAGES / f"{name}.png"
        page.shoot(kept, card)
        assert kept.stat().st_size < MOST_BYTES, f"{kept} is too large"

    with tempfile.TemporaryDirectory() as folder, office(Path(folder)) as works, browser() as opened:
        for way in (Walk, Work):
            walk(works, opened, keep, way)


if __name__ == "__main__":
    main()
