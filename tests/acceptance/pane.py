"""The page as a person works it: by headings, labels and buttons that can be seen, never by ids."""

from __future__ import annotations

import re
from dataclasses import dataclass

from playwright.sync_api import Locator, Page, expect

PATIENCE_MS = 30_000
_TABS = 150

# A journey as a person reads it: the question on the screen, what is picked there (by its label), and the
# button that answers it.
Answer = tuple[str, str] | tuple[str, dict[str, str], str]
Answers = tuple[Answer, ...]


def parts(answer: Answer) -> tuple[str, dict[str, str], str]:
    """The question, what is picked, and the button."""
    return answer if len(answer) == 3 else (answer[0], {}, answer[1])


@dataclass(frozen=True)
class Pane:
    """One side of the page. Everything waits until it is there, at most `PATIENCE_MS`."""

    region: Locator

    @property
    def newest(self) -> Locator:
        """The last message."""
        return self.region.get_by_role("article").last

    def button(self, label: str) -> Locator:
        """The last button of exactly this name."""
        return self.region.get_by_role("button", name=label, exact=True).last

    def ask(self, text: str) -> None:
        """Type a message and send it."""
        box = self.region.get_by_role("textbox", name=re.compile("^Message to Signpost"))
        box.fill(text)
        box.press("Enter")

    def press(self, label: str) -> None:
        """Press a button."""
        self.button(label).click()

    def answer(self, *answers: Answer) -> None:
        """Wait for each question, pick what is to be picked, and press the button."""
        for question, picks, label in map(parts, answers):
            self.reads(question)
            for group, option in picks.items():
                self.choice(group, option).check()
            self.press(label)

    def choice(self, group: str, option: str) -> Locator:
        """One of the choices of a field."""
        field = self.region.get_by_role("group", name=group, exact=True).last
        return field.get_by_label(option, exact=True)

    def fill(self, label: str, text: str) -> None:
        """Fill the field of this label."""
        self.region.get_by_label(label).last.fill(text)

    def reads(self, heading: str) -> None:
        """Wait until this heading is on the screen."""
        expect(self.region.get_by_role("heading", name=heading, exact=True).last).to_be_visible()

    def shows(self, *texts: str | re.Pattern[str]) -> None:
        """Wait until all of it is there."""
        for text in texts:
            expect(self.region).to_contain_text(text)

    def become(self, name: str) -> None:
        """Choose another person from the list of people."""
        chooser = self.region.locator("summary").filter(has_text="Choose someone else")
        chooser.click()
        self.region.get_by_role("link", name=name).click()
        expect(chooser).to_contain_text(name)

    def turn_to(self, tab: str) -> None:
        """Choose a tab of this side."""
        self.region.get_by_role("tab", name=tab).click()


def staff(page: Page) -> Pane:
    """The member of staff's private chat."""
    return Pane(page.get_by_role("region", name="Private chat with Signpost"))


def leaders(page: Page) -> Pane:
    """The Federation Leadership Team's channel and the roles' direct messages."""
    return Pane(page.get_by_role("region", name="Leadership Team and roles"))


def channel(page: Page) -> Locator:
    """The conversation of the FLT's private channel."""
    return page.get_by_role("log", name="FLT channel")


@dataclass(frozen=True)
class Keys:
    """The keyboard alone: Tab to what is wanted, Enter to press it."""

    page: Page

    def reach(self, wanted: Locator, key: str = "Tab") -> None:
        """Press Tab (or another key) until `wanted` has the focus."""
        expect(wanted).to_be_visible()
        for _ in range(_TABS):
            if wanted.evaluate("one => one === document.activeElement"):
                return
            self.page.keyboard.press(key)
        raise AssertionError(f"{key} does not lead to {wanted}")

    def answer(self, pane: Pane, *answers: Answer) -> None:
        """Wait for each question, pick what is to be picked, go to its button, and press Enter."""
        for question, picks, label in map(parts, answers):
            pane.reads(question)
            for group, option in picks.items():
                # The arrows choose among the options of one group; Tab comes to the first.
                first = (
                    pane.region.get_by_role("group", name=group, exact=True).last.get_by_role("radio").first
                )
                self.reach(first)
                self.page.keyboard.press("Space")
                self.reach(pane.choice(group, option), "ArrowDown")
            self.reach(pane.button(label))
            self.page.keyboard.press("Enter")

    def say(self, pane: Pane, text: str) -> None:
        """Go to the message box, type, and press Enter."""
        self.reach(pane.region.get_by_role("textbox", name=re.compile("^Message to Signpost")))
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")

    def side(self, name: str) -> None:
        """On a phone: go back to the two tabs at the top and turn to the other side."""
        other = self.page.get_by_role("tab", name=name)
        self.reach(self.page.locator("[data-side][aria-selected=true]"), "Shift+Tab")
        self.page.keyboard.press("ArrowRight")
        expect(other).to_be_focused()
