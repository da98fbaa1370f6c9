"""Signpost in Microsoft's own client, from the first question to the closed case.

`python -m tests.acceptance.teams_walk` makes the pictures of docs/teams.md again.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Locator, ViewportSize, expect

from bot.app import clock
from tests.acceptance.chromium import browser
from tests.acceptance.pane import parts
from tests.acceptance.server import ROOT
from tests.acceptance.teams_office import Office, office
from tests.acceptance.teams_page import TeamsPage
from tests.acceptance.test_browser import ACCIDENT, CLAUSE, MORE, REASON, WHO_AND_HOW
from tests.acceptance.test_slack_accounts import CREATED
from tests.acceptance.test_work_browser import COMPLAINT, DRAFT, LONDON, late_in_its_time
from tests.teams_double.client.app import Client, installed

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
    """The policy's other work, as far as a teacher and a leader do it."""

    def all(self) -> None:
        """The whole way."""
        self.picture()
        self.application()
        self.draft()
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
        shown = self.staff.press("Next", "3 of 4")
        self.staff.choose("Lucy Banks")
        self.staff.choose("Omar Reid", place=1)
        self.keep("teams-13-account", self.staff, shown)
        self.staff.press("Next", "4 of 4")
        self.staff.pick("Yes, it is open to the public")
        self.staff.write("Which official e-mail address will it be linked to?", "it@harbour.example.sch.uk")
        self.staff.press("Next", "All is filled in")
        self.staff.press("Send the application", "The runners are to attest")

    def draft(self) -> None:
        """In the window of the message extension: a card's button opens none in this client."""
        self.staff.extension("askPolicy")
        self.staff.window_says("What would you like to know?")
        self.staff.write("Ask about the policy", "check a draft")
        self.staff.button("Ask").click()
        self.staff.window_says("please don't paste it here")
        self.staff.button("Open the check").click()
        self.staff.window_says("Nothing of this is kept")
        self.staff.pick("On a Federation account")
        self.staff.write("Your draft", DRAFT)
        self.staff.button("Check it").click()
        self.keep(
            "teams-15-draft", self.staff, self.staff.window_says("This may be the full name of a student")
        )
        self.staff.button("Close, keep nothing").click()
        self.staff.window_says("Closed. Nothing of it is kept.")

    def lists(self) -> None:
        """A leader's own lists."""
        self.leader.open(OWN)
        self.leader.say("my work")
        shown = self.leader.reads("What waits for you")
        expect(shown).to_contain_text("Comments that are owed an answer")
        self.keep("teams-14-work", self.leader, shown)


@dataclass(frozen=True)
class Whole(Work):
    """The same to its end, an account live and a complaint answered, each person in a client of their own."""

    others: dict[str, TeamsPage]

    def all(self) -> None:
        """The whole way."""
        for person in self.others.values():
            # Nobody is written to who has not met Signpost.
            person.say("help")
            person.reads("How I can help")
        self.application()
        self.approved()
        self.created()
        self.complaint()
        self.draft()

    def approved(self) -> None:
        """Both runners attest, the business manager passes it on, and the leadership team approves."""
        for name in ("lucy", "omar"):
            runner = self._opened(name, "You are named to run an account", "I will run it")
            runner.press("I will run it", "Before you run it")
            for tick in ("read and understood the social media policy", "received appropriate training"):
                runner.pick(f"I have {tick}.")
            runner.pick("I will run this account.")
            runner.write("Which training did you have, and when?", "September 2026")
            runner.press("I will run it", "It is noted that you will run")
        manager = self._opened("ravi", "An application for an account", "Pass it on")
        manager.press("Pass it on", "Pass it on to the leadership team")
        manager.pick("The business case covers every point.")
        manager.press("Pass it on", "is with the Federation Leadership Team")
        self.leader.open(OWN)
        self.leader.reads("An application for an account")
        self.leader.press("Open", "With the Federation Leadership Team")
        self.leader.press("Satisfied of a runner", "Read, understood, trained")
        self.leader.pick("Lucy Banks")
        self.leader.pick("Omar Reid")
        self.leader.press("Satisfied of a runner", "the leadership team is satisfied")
        self.keep("teams-16-approve", self.leader, self.leader.press("Approve", "Approve the account"))
        self.leader.pick("The Federation Leadership Team approves this account.")
        self.leader.press("Approve", "is approved")

    def created(self) -> None:
        """IT creates it, and each runner confirms the rules, one by one."""
        manager = self._opened("ivan", "An account to be created", "Approved; the IT Manager creates it")
        manager.press("It is created", "Where are the login details kept?")
        for tick in CREATED:
            manager.pick(tick)
        manager.write("Where are the login details kept?", "The vault of the office")
        self.keep("teams-17-live", manager, manager.press("It is created", "is live"))
        for name in ("lucy", "omar"):
            runner = self._opened(name, "Rules to confirm", "Read and confirm the rules")
            runner.press("Read and confirm the rules", "1 of 7")
            for number in range(2, 8):
                runner.press("Confirmed", f"{number} of 7")
            runner.press("Confirmed", "You have confirmed all rules")

    def complaint(self) -> None:
        """Logged when most of its time has passed: its runner reads how much, and answers from there."""
        received, percent = late_in_its_time(clock())
        self.staff.say("log a comment")
        self.staff.reads("Which account is it on?")
        self.staff.pick(COMPLAINT)
        self.staff.pick("Complaint")
        self.staff.date(received.astimezone(LONDON))
        self.staff.press("Log it", "It is on the list")
        runner = self.others["lucy"]
        self.keep("teams-18-late", runner, runner.reads(f"{percent} % of the time has passed"))
        runner.press("Answered", "When?")
        runner.press("Save", "The entry is closed")

    def _opened(self, name: str, told: str, then: str) -> TeamsPage:
        """Somebody opens what they were told."""
        person = self.others[name]
        person.reads(told)
        person.press("Open", then)
        return person


def seen(opened: Browser, client: Client) -> TeamsPage:
    """A client's page, in a window of its own."""
    size: ViewportSize = {"width": 1280, "height": 960}
    window = opened.new_context(viewport=size, locale="en-GB", reduced_motion="reduce")
    return TeamsPage(window.new_page(), client.url)


def walk(works: Office, opened: Browser, keep: Keep, way: type[Walk] = Walk) -> None:
    """The whole way through both clients."""
    way(seen(opened, works.staff), seen(opened, works.leaders), keep).all()


def whole(works: Office, opened: Browser, keep: Keep) -> None:
    """The policy's other work to its end, through the clients of all who have a part in it."""
    others = {name: seen(opened, client) for name, client in works.others.items()}
    Whole(seen(opened, works.staff), seen(opened, works.leaders), keep, others).all()


def main() -> None:
    """Make every picture again."""

    def keep(name: str, page: TeamsPage, card: Locator) -> None:
        kept = IMAGES / f"{name}.png"
        page.shoot(kept, card)
        assert kept.stat().st_size < MOST_BYTES, f"{kept} is too large"

    with tempfile.TemporaryDirectory() as folder, browser() as opened:
        cli = installed(Path(folder))
        with office(Path(folder) / "first", cli) as works:
            for way in (Walk, Work):
                walk(works, opened, keep, way)
        with office(Path(folder) / "whole", cli, others=("lucy", "omar", "ravi", "ivan")) as works:
            whole(works, opened, keep)


if __name__ == "__main__":
    main()
