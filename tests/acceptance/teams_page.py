"""What one person does in their Teams: types, presses, fills in, and reads."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from playwright.sync_api import FloatRect, Locator, Page, expect

PATIENCE_MS = 30_000
_EDITOR = "[data-lexical-editor=true]"
_CARD = ".ac-adaptiveCard"


class TeamsPage:
    """The client's page. Whatever is looked for is looked for on the newest card that has it."""

    def __init__(self, page: Page, url: str) -> None:
        self._page = page
        page.goto(url)
        expect(self._editor).to_be_visible(timeout=PATIENCE_MS)

    def open(self, chat: str) -> None:
        """Go to another chat, by its name."""
        self._page.get_by_text(chat, exact=True).first.dispatch_event("click")
        # The client draws a chat's cards again a moment after it is opened, and forgets what was typed.
        self._page.wait_for_timeout(1000)

    def say(self, text: str) -> None:
        """Type a message and send it."""
        self._editor.click()
        self._page.keyboard.type(text)
        self._page.get_by_role("button", name="Send Message").click()

    def mention(self, bot: str, text: str) -> None:
        """Type a message that names the bot, and send it."""
        self._editor.click()
        self._page.keyboard.type(f"@{bot[:4]}", delay=80)
        # The menu may stand outside the window.
        self._page.get_by_role("menuitem", name=bot).dispatch_event("click")
        self._page.keyboard.type(f" {text}")
        self._page.get_by_role("button", name="Send Message").click()

    def extension(self, command: str) -> None:
        """Open a window of the message extension, by its command's id."""
        self._page.get_by_role("button", name="Trigger Message Extension App").click()
        self._page.get_by_text("Action Command", exact=True).click()
        self._page.get_by_placeholder("Input command id").fill(command)
        self._page.get_by_role("button", name="Create", exact=True).click()

    def window_says(self, words: str) -> Locator:
        """The window of the message extension, as soon as it has these words."""
        window = self._page.get_by_role("dialog")
        expect(window).to_contain_text(words, timeout=PATIENCE_MS)
        return window

    def press(self, label: str, then: str) -> Locator:
        """Press a button, and wait for the words that this brings."""
        self.button(label).click()
        return self.reads(then)

    def button(self, label: str) -> Locator:
        """The newest button with this label."""
        return self._page.get_by_role("button", name=label, exact=True).last

    def pick(self, label: str) -> None:
        """Tick a choice."""
        choice = self._page.locator(_CARD).get_by_text(label, exact=True).last
        self._come_to(choice)
        choice.click()

    def choose(self, option: str, place: int = 0) -> None:
        """Choose from a closed list of the newest card, its first or another; of several, one more."""
        closed = self._page.locator(_CARD).last.get_by_role("combobox").nth(place)
        self._come_to(closed)
        if closed.evaluate("one => one.tagName") == "SELECT":
            closed.select_option(label=option)
            return
        closed.click()
        several = self._page.get_by_role("menuitemcheckbox", name=option, exact=True)
        several.or_(self._page.get_by_role("option", name=option, exact=True)).last.click()
        if several.count():
            # It stays open for more.
            self._page.keyboard.press("Escape")

    def date(self, at: datetime) -> None:
        """Fill in the moment that the newest card asks for; the client offers half hours."""
        for label in ("Select a date...", "Select a time..."):
            field = self._page.locator(_CARD).last.get_by_placeholder(label)
            self._come_to(field)
            field.click()
            if "time" in label:
                field.fill(f"{at:%H}:{at.minute // 30 * 30:02}")
                self._page.keyboard.press("Enter")
                continue
            day = self._page.get_by_role("button", name=f"{at.day}, {at:%B}, {at:%Y}", exact=True)
            if not day.count():
                self._page.get_by_role("button", name=re.compile("previous month", re.IGNORECASE)).click()
            day.first.click()

    def write(self, label: str, text: str) -> None:
        """Fill in a field."""
        field = self._page.locator(_CARD).get_by_label(re.compile(f"^{re.escape(label)}")).last
        self._come_to(field)
        field.fill(text)

    def _come_to(self, part: Locator) -> None:
        """The client draws a card again when the mouse comes to it, and would forget what is done before."""
        part.hover()
        self._page.wait_for_timeout(300)

    def reads(self, words: str) -> Locator:
        """The newest card with these words, as soon as it is there."""
        card = self._page.locator(_CARD).filter(has_text=words).last
        expect(card).to_be_visible(timeout=PATIENCE_MS)
        return card

    def says(self, words: str) -> Locator:
        """These words anywhere on the page, as soon as they are there."""
        found = self._page.get_by_text(words).last
        expect(found).to_be_visible(timeout=PATIENCE_MS)
        return found

    def cards(self) -> int:
        """How many cards stand in the chat."""
        return self._page.locator(_CARD).count()

    def has_more_cards(self, before: int) -> None:
        """A card has come to those that were there before."""
        expect(self._page.locator(_CARD)).to_have_count(before + 1, timeout=PATIENCE_MS)

    def has_not(self, words: str) -> None:
        """These words stand nowhere on the page."""
        expect(self._page.get_by_text(words)).to_have_count(0, timeout=PATIENCE_MS)

    def shoot(self, path: Path, part: Locator | None = None) -> None:
        """A picture of the chat, with this part of it in sight."""
        if part is not None:
            part.scroll_into_view_if_needed()
        size = self._page.viewport_size
        assert size is not None
        # Without the client's own menu and its log.
        chat: FloatRect = {"x": 68, "y": 49, "width": size["width"] - 398, "height": size["height"] - 49}
        self._page.screenshot(path=path, animations="disabled", clip=chat)

    @property
    def _editor(self) -> Locator:
        return self._page.locator(_EDITOR).first
