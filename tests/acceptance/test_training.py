"""A campaign in a real browser: started by the headteacher, read and confirmed by a teacher."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from playwright.sync_api import expect

from bot.settings import EXAMPLE
from tests.acceptance.chromium import browser, complaints, desk
from tests.acceptance.pane import PATIENCE_MS, leaders, staff
from tests.acceptance.server import Server
from tests.torture.always_open import CALENDAR, in_two_months, noon_zone

pytestmark = pytest.mark.browser


def demo(folder: Path) -> Path:
    """The example's Federation, which works at every hour: people are asked in no other."""
    found = yaml.safe_load(EXAMPLE.read_text(encoding="utf-8"))
    path = folder / "federation.yml"
    path.write_text(yaml.safe_dump(found | {"calendar": CALENDAR, "timezone": noon_zone()}, sort_keys=False))
    return path


def test_from_the_start_to_the_list(tmp_path: Path) -> None:
    """Started in a form, it reaches the teacher, who answers five situations and confirms."""
    server = Server(tmp_path, SIGNPOST_CONFIG=str(demo(tmp_path)))
    server.start()
    try:
        with browser() as opened:
            expect.set_options(timeout=PATIENCE_MS)
            page = desk(opened).new_page()
            page.set_default_timeout(PATIENCE_MS)
            found = complaints(page)
            page.goto(f"{server.url}/?staff=ana&me=eleanor&tab=dm")
            office, teacher = leaders(page), staff(page)
            office.ask("training")
            office.shows("No campaign is running.")
            office.press("Start a campaign")
            office.reads("Start a campaign")
            office.fill("Until when?", f"{in_two_months():%Y-%m-%dT16:00}")
            office.press("Start")
            office.shows("Started: 16 people are asked")
            teacher.shows("Please read: the social media policy")
            teacher.press("Begin")
            for number, answer in enumerate(("Yes", "No", "Only if …", "No", "Yes"), start=1):
                teacher.reads(f"Situation {number} of 5")
                teacher.press(answer)
            teacher.reads("That was all")
            button = teacher.region.get_by_role("button", name="I have read and understood version").last
            button.click()
            teacher.shows("You are not reminded any more.")
            office.press("Show who has not confirmed")
            office.shows("1 of 14 have confirmed; 13 are outstanding, 0 not reached.")
            assert found == []
    finally:
        server.stop()
    assert "Traceback" not in server.log.read_text()
