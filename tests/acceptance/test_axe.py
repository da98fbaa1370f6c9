"""Every main screen of the playground, under axe: nothing that it knows of keeps anybody out."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.acceptance.chromium import DESKTOP
from tests.acceptance.pane import PATIENCE_MS, Pane, leaders, staff
from tests.acceptance.server import Server
from tests.acceptance.test_browser import ACCIDENT, WHO_AND_HOW, sent

pytestmark = [pytest.mark.browser, pytest.mark.node]
HERE = Path(__file__).parent / "axe"
NARROW = {"width": 375, "height": 800}
RUN = """rules => axe.run(document, {resultTypes: ['violations'], ...rules}).then(all => all.violations.map(
    one => one.id + ': ' + one.nodes.map(node => node.html.slice(0, 120)).join(' … ')))"""
# Of all its rules this alone depends on the colours.
COLOURS = {"runOnly": ["color-contrast"]}


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """axe-core, from the package that the lock file names."""
    folder = tmp_path_factory.mktemp("axe")
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder / name)
    npm = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(npm, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    found = Server(tmp_path_factory.mktemp("server"))
    found.start()
    yield found
    found.stop()


class Looker:
    """Looks at a page wherever somebody has come to, and keeps what is wrong there."""

    def __init__(self, page: Page, axe: str) -> None:
        self._page = page
        self._axe = axe
        self.found: dict[str, list[str]] = {}

    def look(self, name: str) -> None:
        """Look at what stands there now, light and dark."""
        self._page.evaluate(self._axe)
        wrong = self._page.evaluate(RUN, {})
        self._page.emulate_media(color_scheme="dark")
        wrong += self._page.evaluate(RUN, COLOURS)
        self._page.emulate_media(color_scheme="light")
        if wrong:
            self.found[name] = wrong


@pytest.mark.parametrize("width", [DESKTOP, NARROW], ids=["desktop", "375 px"])
def test_no_screen_keeps_anybody_out(chromium: Browser, server: Server, axe: str, width: Any) -> None:
    """No rule of axe is broken, from the first look to the roster, light and dark, wide and narrow."""
    opened = chromium.new_context(
        viewport=width, color_scheme="light", bypass_csp=True, reduced_motion="reduce", locale="en-GB"
    )
    expect.set_options(timeout=PATIENCE_MS)
    page = opened.new_page()
    page.set_default_timeout(PATIENCE_MS)
    looker = Looker(page, axe)
    _as_staff(looker, page, server)
    _as_leader(looker, page, server)
    opened.close()
    assert looker.found == {}


def _as_staff(looker: Looker, page: Page, server: Server) -> None:
    page.goto(f"{server.url}/?staff=ana&me=farid")
    pane = staff(page)
    looker.look("the start")
    for words, shown in (
        ("can I follow a former student?", "Staff are not permitted to follow or engage"),
        ("A student says that he will kill himself tonight", "999"),
        ("help", "How I can help"),
        ("check a picture", "Seven questions about the picture"),
        ("status", "With a receipt code"),
    ):
        pane.ask(words)
        pane.shows(shown)
        looker.look(words)
    pane.ask("report")
    for answer in (*ACCIDENT, *WHO_AND_HOW):
        pane.reads(answer[0])
        looker.look(answer[0])
        pane.answer(answer)
    pane.reads("Please check before you send")
    looker.look("the review")
    sent(pane)
    looker.look("the receipt")


def _as_leader(looker: Looker, page: Page, server: Server) -> None:
    page.goto(f"{server.url}/?staff=ana&me=eleanor&tab=flt")
    if page.viewport_size == NARROW:
        page.get_by_role("tab", name="Leadership").or_(page.locator("#side-leader")).first.click()
    pane = leaders(page)
    pane.shows("Not acknowledged yet")
    looker.look("the channel")
    pane.press("Acknowledge")
    pane.turn_to("Direct messages")
    for words, shown in (("cases", "Open cases"), ("roster", "Who holds which role"), ("audit", "newest 40")):
        _asks(pane, words, shown)
        looker.look(words)


def _asks(pane: Pane, words: str, shown: str) -> None:
    pane.ask(words)
    pane.shows(shown)
