"""Microsoft's own renderer of Adaptive Cards in Chromium."""

from __future__ import annotations

import base64
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
LOGO = ROOT / "bot" / "channels" / "playground" / "static" / "logo.svg"
_SCRIPTS = (
    "node_modules/markdown-it/dist/markdown-it.min.js",
    "node_modules/adaptivecards/dist/adaptivecards.min.js",
    "page.js",
)
_STYLES = ("node_modules/@fontsource/noto-color-emoji/400.css", "page.css")


def installed(folder: Path) -> Path:
    """The page in `folder`, with the packages that the lock file names."""
    for name in ("package.json", "package-lock.json", "page.js", "page.css"):
        shutil.copy(HERE / name, folder / name)
    npm = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(npm, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    styles = "".join(f'<link rel="stylesheet" href="{name}">' for name in _STYLES)
    scripts = "".join(f'<script src="{name}"></script>' for name in _SCRIPTS)
    page = folder / "page.html"
    html = f'<!doctype html><html lang="en-GB"><meta charset="utf-8">{styles}<div id="root"></div>{scripts}'
    page.write_text(html, encoding="utf-8")
    return page


@contextmanager
def opened(browser: Browser, page: Path) -> Iterator[Page]:
    """A window in which cards are drawn."""
    window = browser.new_context(
        viewport={"width": 700, "height": 900}, device_scale_factor=1.5, locale="en-GB"
    )
    shown = window.new_page()
    shown.goto(page.as_uri())
    yield shown
    window.close()


def draw(page: Page, card: dict[str, Any], where: str = "Signpost") -> list[str]:
    """Draw a card, and return what the renderer finds wrong with it."""
    logo = "data:image/svg+xml;base64," + base64.b64encode(LOGO.read_bytes()).decode()
    page.evaluate("picture => window.draw(picture)", {"card": card, "where": where, "logo": logo})
    faults: list[str] = page.evaluate("window.faults")
    return faults
