"""The page itself, in a real browser, over a core that answers with samples."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, Thread

import pytest
from aiohttp import web
from playwright.sync_api import Browser, BrowserContext, Page, Request, ViewportSize, expect

from bot.channels.playground import PlaygroundSender
from bot.delivery.sender import Target
from bot.domain.messages import Message
from bot.domain.turns import Pressed
from tests.acceptance.chromium import complaints, desk, phone
from tests.channels.fake_core import FakeCore, card, product
from tests.support.desk import ASSESSED, Desk

pytestmark = pytest.mark.browser


@dataclass
class Served:
    """A playground that answers at `url`, in a thread of its own."""

    app: web.Application
    core: FakeCore
    sender: PlaygroundSender
    loop: asyncio.AbstractEventLoop
    url: str = ""

    def post(self, target: Target, message: Message, key: str = "arrived") -> None:
        """Post a message, as the outbox does."""
        posting = self.sender.post(target, message, key)
        asyncio.run_coroutine_threadsafe(posting, self.loop).result(5)

    def drop_connections(self) -> None:
        """End every live connection, and post a card before any page is back."""

        async def go() -> None:
            await self.app.shutdown()
            await self.sender.post(Target("playground", "flt"), card(), "missed")

        asyncio.run_coroutine_threadsafe(go(), self.loop).result(5)


@contextmanager
def served() -> Iterator[Served]:
    app, core, _, sender = product()
    ready, loop = Event(), asyncio.new_event_loop()
    found = Served(app, core, sender, loop)

    async def start() -> web.AppRunner:
        runner = web.AppRunner(app, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        found.url = f"http://localhost:{runner.addresses[0][1]}/"
        return runner

    def live() -> None:
        asyncio.set_event_loop(loop)
        runner = loop.run_until_complete(start())
        ready.set()
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.close()

    thread = Thread(target=live)
    thread.start()
    assert ready.wait(10)
    try:
        yield found
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


@pytest.fixture
def site() -> Iterator[Served]:
    with served() as found:
        yield found


def report(page: Page) -> None:
    """From the first word to "received", in the staff pane."""
    page.get_by_label("Message to Signpost from Mira Patel").fill("I want to report a picture")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="No", exact=True).click()
    page.get_by_label("What happened, in your own words?").fill("A picture of Sports Day")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("#staff-pane")).to_contain_text("Your report was received")


def test_a_report_appears_in_the_other_pane_and_is_worked(site: Served, window: BrowserContext) -> None:
    """A sent report shows its card at once; a press rewrites it in place; the console stays clean."""
    page = window.new_page()
    faults = complaints(page)
    page.goto(site.url)
    page.get_by_role("button", name="Can I follow a former student?").click()
    expect(page.locator("#staff-pane .verdict")).to_contain_text("Never")
    report(page)
    channel = page.locator("#view-flt")
    expect(channel).to_contain_text("FED-7K3Q: a picture taken by accident")
    channel.get_by_role("button", name="Acknowledge").click()
    expect(channel).to_contain_text("Acknowledged by Amara Okafor")
    expect(channel).to_contain_text("Only you can see this")
    expect(channel.locator(".item-bot")).to_have_count(1)
    assert faults == []


def test_a_reload_shows_the_same(site: Served, window: BrowserContext) -> None:
    """After a full reload both panes read as they did before."""
    page = window.new_page()
    page.goto(site.url)
    report(page)
    expect(page.locator("#view-flt .item")).to_have_count(1)
    before = page.locator("main").inner_text()
    page.reload()
    assert page.locator("main").inner_text() == before


def test_two_clicks_are_one_event(site: Served, window: BrowserContext) -> None:
    """A double click sends one event."""
    page = window.new_page()
    page.goto(site.url)
    report(page)
    known = len(site.core.seen)
    page.locator("#view-flt").get_by_role("button", name="Acknowledge").dblclick()
    expect(page.locator("#view-flt")).to_contain_text("You acknowledged FED-7K3Q")
    assert len(site.core.seen) == known + 1


def test_the_second_click_answers_nothing(site: Served, window: BrowserContext) -> None:
    """A slow double click answers one question, not the next one that has come under the pointer."""
    page = window.new_page()
    page.goto(site.url)
    page.get_by_role("button", name="I want to report abuse online").click()
    page.get_by_role("button", name="No", exact=True).click()
    expect(page.get_by_role("button", name="Continue")).to_be_visible()
    known = len(site.core.seen)
    second = "one => one.dispatchEvent(new MouseEvent('click', {detail: 2, bubbles: true, cancelable: true}))"
    page.get_by_role("button", name="Continue").evaluate(second)
    page.get_by_role("button", name="Back").evaluate(second)
    page.get_by_role("button", name="Save for later").click()
    expect(page.locator("[data-busy]")).to_have_count(0)
    assert [one.content for one in site.core.seen[known:]] == [Pressed("save", "")]


def test_a_message_does_not_move_a_form(site: Served, window: BrowserContext) -> None:
    """While somebody types in a form, a message that arrives does not scroll it away."""
    page = window.new_page()
    page.goto(site.url)
    page.get_by_role("button", name="I want to report abuse online").click()
    page.get_by_role("button", name="No", exact=True).click()
    page.get_by_label("What happened, in your own words?").fill("Half a sentence")
    where = page.locator("#staff-log").evaluate("one => one.scrollTop")
    site.post(Target("playground", "mira"), card())
    expect(page.locator("#staff-log .item-bot")).to_have_count(2)
    assert page.locator("#staff-log").evaluate("one => one.scrollTop") == where


def test_a_retry_after_a_lost_answer_is_the_same_event(site: Served, window: BrowserContext) -> None:
    """When the network fails the page says so, keeps the words, and tries again under the same event id."""
    page = window.new_page()
    page.goto(site.url)
    ids: list[str] = []

    def sent(request: Request) -> None:
        if request.method == "POST":
            ids.append(json.loads(request.post_data or "")["event"])

    page.on("request", sent)
    page.route("**/send", lambda route: route.abort())
    box = page.get_by_label("Message to Signpost from Mira Patel")
    box.fill("Can I follow a former student?")
    page.keyboard.press("Enter")
    expect(page.locator("#staff-pane .composer .problem")).to_contain_text("did not reach Signpost")
    expect(box).to_have_value("Can I follow a former student?")
    page.unroute("**/send")
    page.keyboard.press("Enter")
    expect(page.locator("#staff-pane .verdict")).to_be_visible()
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_an_error_is_found_by_keyboard_and_ear(site: Served, window: BrowserContext) -> None:
    """A wrong form moves the focus to its list of errors, which leads to the field."""
    page = window.new_page()
    page.goto(site.url)
    page.get_by_role("button", name="I want to report abuse online").click()
    page.get_by_role("button", name="No", exact=True).click()
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("#staff-pane .errors")).to_be_focused()
    page.locator(".errors a").press("Enter")
    expect(page.get_by_label("What happened, in your own words?")).to_be_focused()


def test_the_page_is_worked_by_keyboard_alone(site: Served, window: BrowserContext) -> None:
    """Tab reaches the skip link, arrows turn the tabs, and Escape closes the list of people."""
    page = window.new_page()
    page.goto(site.url)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the staff chat")).to_be_focused()
    page.locator("#tab-flt").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator("#tab-dm")).to_be_focused()
    expect(page.locator("#view-dm")).to_be_visible()
    summary = page.locator("#leader-pane .picker summary")
    summary.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(summary).to_be_focused()
    expect(page.locator("#leader-pane .faces")).to_be_hidden()


def test_the_newest_answer_is_one_key_away(site: Served, window: BrowserContext) -> None:
    """Shift and Tab lead from the box to the newest answer; from there Tab goes on to its buttons."""
    page = window.new_page()
    page.goto(site.url)
    box = page.get_by_label("Message to Signpost from Mira Patel")
    answers = page.locator("#staff-log .item-bot .message")
    for number in (1, 2):
        box.fill("Can I follow a former student?")
        page.keyboard.press("Enter")
        expect(answers).to_have_count(number)
    box.focus()
    page.keyboard.press("Shift+Tab")
    expect(answers.last).to_be_focused()
    page.keyboard.press("Tab")
    expect(answers.last.locator("button").first).to_be_focused()


def test_unread_messages_are_counted_until_read(site: Served, window: BrowserContext) -> None:
    """A notice for someone else shows a count beside their name, which goes once it was read."""
    page = window.new_page()
    page.goto(site.url)
    report(page)
    expect(page.locator("#leader-pane [data-unread-others]")).to_have_text("1")
    page.locator("#leader-pane .picker summary").click()
    page.locator("#leader-pane").get_by_role("link", name="Ravi Shah").click()
    expect(page.locator("#leader-pane")).to_contain_text("You are not a member of this channel")
    page.get_by_role("tab", name="Direct messages").click()
    expect(page.locator("#view-dm")).to_contain_text("FED-7K3Q")
    expect(page.locator("#tab-dm .badge")).to_be_hidden()


def test_a_file_that_is_dropped_is_not_read(site: Served, window: BrowserContext) -> None:
    """Dropping a file brings the advice, and sends nothing of the file, not even its name."""
    page = window.new_page()
    page.goto(site.url)
    sent: list[str] = []

    def note(request: Request) -> None:
        if request.method == "POST":
            sent.append(request.post_data or "")

    page.on("request", note)
    page.evaluate(
        """() => { const held = new DataTransfer(); held.items.add(new File(["abc"], "secret-name.png"));
        const told = { dataTransfer: held, bubbles: true, cancelable: true };
        document.querySelector("#staff-log").dispatchEvent(new DragEvent("drop", told)); }"""
    )
    expect(page.locator("#staff-pane")).to_contain_text("I have not opened this")
    assert len(sent) == 1
    assert "secret-name" not in sent[0]


def test_a_half_filled_form_survives_a_lost_connection(site: Served, window: BrowserContext) -> None:
    """After a gap the page reads afresh, but never over words that are being typed."""
    page = window.new_page()
    page.goto(site.url)
    page.get_by_role("button", name="I want to report abuse online").click()
    page.get_by_role("button", name="No", exact=True).click()
    page.get_by_label("What happened, in your own words?").fill("Half a sentence")
    site.drop_connections()
    expect(page.locator("#offline")).to_contain_text("Reload the page when you have finished this form")
    expect(page.get_by_label("What happened, in your own words?")).to_have_value("Half a sentence")


def test_what_was_missed_is_read_after_a_gap(site: Served, window: BrowserContext) -> None:
    """A card that was posted while the connection was down is there once it is back; an open menu stays."""
    page = window.new_page()
    page.goto(site.url)
    expect(page.locator("#view-flt")).to_contain_text("No cases here yet")
    people = page.locator("#leader-pane .picker summary")
    people.click()
    site.drop_connections()
    expect(page.locator("#view-flt .item")).to_have_count(1)
    expect(page.locator("#offline")).to_be_hidden()
    expect(people).to_be_focused()
    page.locator("#leader-pane .picker").get_by_role("link", name="Ravi Shah").click()
    expect(people).to_contain_text("Ravi Shah")
    expect(page.locator("#leader-pane .picker")).not_to_have_attribute("open", "")


def test_light_and_dark(site: Served, chromium: Browser) -> None:
    """The system's theme is taken, the button turns it, and the choice is kept."""
    opened = desk(chromium, dark=True)
    page = opened.new_page()
    page.goto(site.url)
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    page.get_by_role("button", name="Light theme").click()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    opened.close()


def test_a_phone_shows_one_side_at_a_time(site: Served, chromium: Browser) -> None:
    """At phone width nothing is cut off at the side, and tabs lead from one pane to the other."""
    opened = phone(chromium)
    page = opened.new_page()
    page.goto(site.url)
    report(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.locator("#leader-pane")).to_be_hidden()
    expect(page.locator('[data-unread-side="leader"]')).to_have_text("1")
    page.get_by_role("tab", name="Leadership Team").click()
    expect(page.locator("#view-flt")).to_contain_text("FED-7K3Q")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    picker = page.locator("#leader-pane .picker")
    picker.locator("summary .who span").evaluate(
        "one => { one.textContent = 'A long role of a long school'.repeat(3) }"
    )
    box = picker.bounding_box()
    assert box is not None
    assert box["x"] + box["width"] <= 390
    opened.close()


_NARROW: ViewportSize = {"width": 375, "height": 812}


def real_cards(folder: Path) -> list[Message]:
    """The fullest cards that the product posts, before and after they were taken: urgent, an allegation."""
    desk = Desk.open(folder)
    try:
        first = desk.report("ana", kind="colleague", danger="yes", target="student").reference
        second = desk.report("ana", kind="colleague", child_risk="yes").reference
        desk.work(20)
        found = [desk.notebook.seen["flt"][0][1], desk.notebook.seen["dina"][-1][1]]
        for person, reference in (("farid", first), ("dina", second)):
            desk.press(person, "case.acknowledge", reference)
            desk.fill(
                person, "case.assess", reference, **{**ASSESSED, "nature": "allegation", "crime": "yes"}
            )
            desk.work(20)
        return [*found, desk.notebook.seen["flt"][0][1], desk.notebook.seen["dina"][-1][1]]
    finally:
        desk.close()


def test_a_card_on_a_phone_is_a_third_of_the_pane(site: Served, chromium: Browser, tmp_path: Path) -> None:
    """At 375 pixels marks and buttons are there in full, and facts that do not fit are moved into sight."""
    opened = chromium.new_context(viewport=_NARROW, is_mobile=True, has_touch=True)
    page = opened.new_page()
    page.goto(site.url)
    page.locator('[data-side="leader"]').click()
    # The browser's own loop runs in this thread.
    with ThreadPoolExecutor(1) as apart:
        cards = apart.submit(real_cards, tmp_path).result()
    for number, shown in enumerate(cards):
        site.post(Target("playground", "flt"), replace(shown, replaces=f"card:{number}"), f"card-{number}")
        expect(page.locator("#view-flt article.card")).to_have_count(number + 1)
        card_shown = page.locator("#view-flt article.card").last
        tall, room = card_shown.bounding_box(), page.locator("#leader-pane").bounding_box()
        assert tall is not None
        assert room is not None
        assert tall["height"] * 3 <= room["height"], (number, tall["height"], room["height"])
        assert tall["x"] + tall["width"] <= _NARROW["width"]
        for item in (*card_shown.get_by_role("button").all(), *card_shown.locator(".tag").all()):
            expect(item).to_be_visible()
        last = card_shown.locator(".facts dd").last
        last.scroll_into_view_if_needed()
        expect(last).to_be_in_viewport()
    opened.close()
