"""The pictures of the README, from the real product: `python -m tests.acceptance.screens`."""

from __future__ import annotations

import base64
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.acceptance.chromium import CHROMIUM, FLAGS, PHONE, lean
from tests.acceptance.pane import PATIENCE_MS, Pane, channel, leaders, staff
from tests.acceptance.server import ROOT, Server
from tests.acceptance.test_accounts import filled_in
from tests.acceptance.test_accounts import sent as sent_application
from tests.acceptance.test_browser import ACCIDENT, CLAUSE, REASON, WHO_AND_HOW, card, sent
from tests.acceptance.test_work_browser import complaint_is_logged, draft_is_checked, picture_stops

IMAGES = ROOT / "docs" / "images"
MOST_BYTES = 250_000
_WIDTH = 1360
_HEIGHT = 920
_TALL = 1070
_WHOLE = 1360
_PHONE_SCALE = 1.5


def main() -> None:
    """Make every picture, each as a person would come to it."""
    expect.set_options(timeout=PATIENCE_MS)
    with _browser() as opened:
        with _server() as server:
            _the_walk(_page(_window(opened), f"{server.url}/?staff=ana&me=eleanor"))
            _the_branches(_page(_window(opened), f"{server.url}/?staff=priya&me=farid"))
            _dark(_page(_window(opened, dark=True), f"{server.url}/?staff=joe&me=farid"))
            _phone(_page(_held(opened), f"{server.url}/?staff=joe&me=farid"))
        with _server() as server:
            _accounts(_page(_window(opened), f"{server.url}/?staff=ana&me=farid"))
        with _server() as server:
            _work(_page(_window(opened), f"{server.url}/?staff=ana&me=lucy&tab=dm"))
        with _server() as server:
            _restricted(_page(_window(opened), f"{server.url}/?staff=joe&me=dina&tab=dm"))
    _weigh()


@contextmanager
def _server() -> Iterator[Server]:
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder))
        server.start()
        try:
            yield server
        finally:
            server.stop()


@contextmanager
def _browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # The language decides how a date field looks.
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, "--lang=en-GB"])
        yield opened
        opened.close()


def _window(opened: Browser, dark: bool = False) -> BrowserContext:
    return opened.new_context(
        viewport={"width": _WIDTH, "height": _HEIGHT},
        color_scheme="dark" if dark else "light",
        reduced_motion="reduce",
        locale="en-GB",
    )


def _held(opened: Browser) -> BrowserContext:
    return opened.new_context(
        viewport=PHONE,  # type: ignore[arg-type]
        device_scale_factor=_PHONE_SCALE,
        is_mobile=True,
        has_touch=True,
        reduced_motion="reduce",
        locale="en-GB",
    )


def _page(window: BrowserContext, url: str) -> Page:
    page = window.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(url)
    return page


def _keep(page: Page, name: str, pane: Pane | None = None) -> None:
    (IMAGES / name).write_bytes(_picture(page, pane))
    lean(IMAGES / name)


def _picture(page: Page, pane: Pane | None) -> bytes:
    # Neither a pointer that rests on a button nor the ring of the focus belongs in a picture.
    page.mouse.move(0, 0)
    page.evaluate("document.activeElement?.blur()")
    shown = pane.region if pane else page
    return shown.screenshot(animations="disabled")


def _tall(page: Page, name: str, pane: Pane, shown: str) -> None:
    """A long message, in a window that is tall enough for what matters in it."""
    page.set_viewport_size({"width": _WIDTH, "height": _TALL})
    pane.button(shown).scroll_into_view_if_needed()
    _keep(page, name, pane)
    page.set_viewport_size({"width": _WIDTH, "height": _HEIGHT})


def _the_walk(page: Page) -> None:
    """From the question to the closed case, with both sides in sight."""
    ana, eleanor = staff(page), leaders(page)
    ana.ask("can I follow a former student?")
    ana.shows(CLAUSE)
    _keep(page, "1-question.png")
    ana.ask("report")
    ana.answer(*ACCIDENT[:-1])
    ana.reads(ACCIDENT[-1][0])
    _keep(page, "4-image-step.png", ana)
    ana.answer(ACCIDENT[-1], *WHO_AND_HOW)
    ana.reads("Please check before you send")
    _tall(page, "5-review.png", ana, "Cancel")
    number = sent(ana)
    shown = card(channel(page), number, "Compromising picture")
    expect(shown).to_be_visible()
    ana.shows(f"For your records: {number}, received on")
    receipt = ana.region.get_by_role("article").filter(has_text="Your report has been received")
    # From its first line, whatever part of it fits.
    receipt.evaluate("one => one.scrollIntoView()")
    _keep(page, "6-received.png")
    eleanor.press("Acknowledge")
    expect(shown).to_contain_text("Being dealt with")
    ana.shows(f"Your report {number}: somebody on the team has it")
    _keep(page, "7-acknowledged.png")
    _close(page, ana, eleanor, number)


def _accounts(page: Page) -> None:
    """An application: a page of it, and the last look before it is sent."""
    ana = staff(page)
    filled_in(ana)
    _keep(page, "12-account-page.png", ana)
    sent_application(ana)
    page.set_viewport_size({"width": _WIDTH, "height": _TALL})
    ana.button("Withdraw it").scroll_into_view_if_needed()
    _keep(page, "13-account-sent.png", ana)


def _work(page: Page) -> None:
    """A picture that stops, a draft with its findings, and a complaint in its runner's messages."""
    ana = staff(page)
    page.set_viewport_size({"width": _WIDTH, "height": _WHOLE})
    picture_stops(ana)
    _keep(page, "14-picture-stops.png", ana)
    draft_is_checked(ana)
    ana.button("Ask a senior leader").scroll_into_view_if_needed()
    _keep(page, "15-draft-checked.png", ana)
    page.set_viewport_size({"width": _WIDTH, "height": _HEIGHT})
    ana.press("Close, keep nothing")
    complaint_is_logged(ana)
    lucy = leaders(page)
    lucy.shows("A reply is")
    lucy.press("Answered")
    lucy.shows("When?")
    _keep(page, "16-complaint.png")


def _close(page: Page, ana: Pane, eleanor: Pane, number: str) -> None:
    eleanor.press("Open details")
    eleanor.shows(f"{number} · The report")
    eleanor.press("Close this case")
    eleanor.region.get_by_label("Content or picture removed").check()
    eleanor.fill("Reason", REASON)
    eleanor.fill("Why was nobody outside told?", "Nobody outside needed to know.")
    eleanor.region.get_by_label("Its deletion is confirmed").check()
    _keep(page, "8-close-form.png")
    eleanor.press("Close the case")
    ana.shows(f"Your report {number} is closed.")
    ana.ask("status")
    ana.reads("Your reports")
    _keep(page, "9-closed.png")


def _the_branches(page: Page) -> None:
    """A question back, the closest rule with what was read, and the screen of danger."""
    priya = staff(page)
    priya.ask("can I post a photo of my class?")
    expect(priya.button("A Federation account")).to_be_visible()
    _keep(page, "2-clarify.png", priya)
    priya.ask("do I have to reply within a day on my own page?")
    priya.shows("Read as: you · your own account · replying")
    _keep(page, "11-read-as.png", priya)
    priya.ask("report")
    priya.answer(("First, is anyone in danger?", "Yes"))
    priya.shows("Call 999 now")
    _tall(page, "3-danger.png", priya, "Cancel")


def _restricted(page: Page) -> None:
    """A case that the FLT's channel never sees: the DSL's messages beside the channel, which stays empty."""
    joe, dina = staff(page), leaders(page)
    joe.ask("report")
    joe.answer(*ACCIDENT[:4], ("What could someone see?", "Not sure"), ("Stop and phone", "Continue"))
    joe.region.get_by_role("group", name="Have you phoned the DSL?").get_by_label("Yes").check()
    joe.answer(("A few facts, no details", "Continue"), *WHO_AND_HOW)
    number = sent(joe)
    expect(card(dina.region, number, "Compromising picture")).to_be_visible()
    private = _picture(page, dina)
    dina.become("Grace Holloway")
    dina.turn_to("FLT channel")
    dina.shows("No cases here yet")
    _beside(page, "10-restricted.png", private, _picture(page, dina))


def _beside(page: Page, name: str, *pictures: bytes) -> None:
    """Several pictures in one, on a page of their own."""
    shown = page.context.new_page()
    sources = [f"data:image/png;base64,{base64.b64encode(picture).decode()}" for picture in pictures]
    images = "".join(f'<img src="{source}">' for source in sources)
    shown.set_content(f'<div id="all" style="display:inline-flex;gap:16px">{images}</div>')
    shown.locator("#all").screenshot(path=str(IMAGES / name))
    lean(IMAGES / name)
    shown.close()


def _dark(page: Page) -> None:
    joe = staff(page)
    joe.ask("Can I put a photo from sports day on the school Facebook page?")
    joe.shows("The policy’s own words")
    _keep(page, "dark.png")


def _phone(page: Page) -> None:
    joe = staff(page)
    joe.ask("can I follow a former student?")
    joe.shows(CLAUSE)
    _keep(page, "phone.png")


def _weigh() -> None:
    heavy = [path.name for path in IMAGES.glob("*.png") if path.stat().st_size > MOST_BYTES]
    if heavy:
        sys.exit(f"Over {MOST_BYTES // 1000} kB: {', '.join(heavy)}")


if __name__ == "__main__":
    main()
