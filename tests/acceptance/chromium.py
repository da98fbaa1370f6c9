"""Chromium from the system's packages, as the browser tests use it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

CHROMIUM = "/usr/bin/chromium"
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


@contextmanager
def browser() -> Iterator[Browser]:
    """A browser that is closed whatever happens."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        try:
            yield opened
        finally:
            opened.close()


def desk(opened: Browser, dark: bool = False) -> BrowserContext:
    """A desktop window without animations."""
    scheme = "dark" if dark else "light"
    return opened.new_context(viewport=DESKTOP, color_scheme=scheme, reduced_motion="reduce", locale="en-GB")  # type: ignore[arg-type]


def phone(opened: Browser) -> BrowserContext:
    """A phone held upright."""
    return opened.new_context(
        viewport=PHONE,  # type: ignore[arg-type]
        device_scale_factor=2,
        has_touch=True,
        is_mobile=True,
        reduced_motion="reduce",
        locale="en-GB",
    )


def lean(picture: Path) -> None:
    """Keep the picture in 256 colours: the same to the eye, and half as heavy."""
    with Image.open(picture) as shown:
        # By coverage rare colours are kept, such as the logo's; by one round of means those of large areas.
        by = Image.Quantize.MAXCOVERAGE
        few = shown.convert("RGB").quantize(256, by, kmeans=1, dither=Image.Dither.NONE)
    few.save(picture, optimize=True)


def complaints(page: Page) -> list[str]:
    """Every error and warning that the page's console will hold: refused scripts and styles among them."""
    found: list[str] = []
    page.on("console", lambda line: found.append(line.text) if line.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: found.append(str(error)))
    return found
