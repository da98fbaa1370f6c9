"""The pictures of Slack in docs/images, from real payloads: `python -m tests.slack_double.render`."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

from playwright.sync_api import Browser

from tests.acceptance.chromium import browser, lean
from tests.slack_double.render.pictures import Picture, all_pictures

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
IMAGES = ROOT / "docs" / "images"
LOGO = ROOT / "bot" / "channels" / "playground" / "static" / "logo.svg"
MOST_BYTES = 250_000
_TIME = "09:41"


def main() -> None:
    """Make every picture again."""
    with tempfile.TemporaryDirectory() as folder:
        # Before the browser: both want an event loop of their own.
        pictures = list(all_pictures(Path(folder)))
        built = bundle(Path(folder))
        with browser() as opened:
            draw(opened, built, pictures)


def draw(opened: Browser, built: Path, pictures: Iterable[Picture]) -> None:
    """Draw the pictures with what was built."""
    window = opened.new_context(
        viewport={"width": 900, "height": 900}, device_scale_factor=1.5, locale="en-GB"
    )
    page = window.new_page()
    for picture in pictures:
        target = built / f"{picture.name}.html"
        target.write_text(html(picture), encoding="utf-8")
        page.goto(target.as_uri())
        shown = page.locator("#root")
        shown.locator("> *").wait_for()
        page.evaluate("document.fonts.ready")
        kept = IMAGES / f"{picture.name}.png"
        shown.screenshot(path=kept, animations="disabled")
        lean(kept)
        assert kept.stat().st_size < MOST_BYTES, f"{kept} is too large"


def bundle(folder: Path) -> Path:
    """The page's script and style in `folder`, from the packages that the lock file names."""
    for name in ("package.json", "package-lock.json", "page.jsx", "page.css"):
        shutil.copy(HERE / name, folder / name)
    npm = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(npm, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    # The program itself: npm's wrapper of it is an install script, and those are not run.
    esbuild = next((folder / "node_modules" / "@esbuild").glob("*/bin/esbuild"))
    defined = '--define:process.env.NODE_ENV="production"'
    built = folder / "built"
    loaders = ["--loader:.woff2=file", "--loader:.woff=empty"]
    options = ["--bundle", "--minify", f"--outdir={built}", defined, *loaders, "--log-level=error"]
    subprocess.run([esbuild, "page.jsx", *options], cwd=folder, check=True)
    return built


def html(picture: Picture) -> str:
    """The page that draws one picture."""
    logo = "data:image/svg+xml;base64," + base64.b64encode(LOGO.read_bytes()).decode()
    shown = {
        "frame": picture.frame,
        "payload": picture.payload,
        "where": picture.where,
        "logo": logo,
        "time": _TIME,
    }
    script = json.dumps(shown).replace("</", "<\\/")
    return (
        '<!doctype html><html lang="en-GB"><meta charset="utf-8"><link rel="stylesheet" href="page.css">'
        f'<div id="root"></div><script>window.picture = {script}</script><script src="page.js"></script>'
    )


if __name__ == "__main__":
    main()
