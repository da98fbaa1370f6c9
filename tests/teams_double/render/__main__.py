"""The pictures of Teams' cards in docs/images, from real cards: `python -m tests.teams_double.render`."""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.acceptance.chromium import browser
from tests.teams_double.render.drawing import ROOT, draw, installed, opened
from tests.teams_double.render.pictures import all_pictures

IMAGES = ROOT / "docs" / "images"
MOST_BYTES = 250_000


def main() -> None:
    """Make every picture again."""
    with tempfile.TemporaryDirectory() as folder:
        # Before the browser: both want an event loop of their own.
        pictures = list(all_pictures(Path(folder)))
        page = installed(Path(folder))
        with browser() as chromium, opened(chromium, page) as window:
            for picture in pictures:
                faults = draw(window, picture.card, picture.where)
                assert faults == [], picture.name
                window.evaluate("document.fonts.ready")
                kept = IMAGES / f"{picture.name}.png"
                window.locator("#root").screenshot(path=kept, animations="disabled")
                assert kept.stat().st_size < MOST_BYTES, f"{kept} is too large"


if __name__ == "__main__":
    main()
