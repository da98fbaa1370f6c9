"""What the tests in a browser share."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.acceptance.server import Server

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """One browser for the tests of a file."""
    # Only where one is asked for: the other tests of this folder need no Playwright.
    from tests.acceptance.chromium import browser

    with browser() as opened:
        yield opened


@pytest.fixture
def window(chromium: Browser) -> Iterator[BrowserContext]:
    """A desktop window of its own."""
    from tests.acceptance.chromium import desk

    opened = desk(chromium)
    yield opened
    opened.close()


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server of its own, with nothing stored."""
    found = Server(tmp_path_factory.mktemp("server"))
    found.start()
    yield found
    found.stop()
