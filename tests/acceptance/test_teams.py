"""Signpost in Microsoft's own client: a real browser, the real product, nothing between them but HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.chromium import browser
from tests.acceptance.teams_office import office
from tests.acceptance.teams_walk import Work, walk

pytestmark = [pytest.mark.browser, pytest.mark.node]


@pytest.mark.parametrize("sdk", ["botbuilder", "agents"])
def test_from_the_question_to_the_closed_case(tmp_path: Path, sdk: str) -> None:
    """Both sides of Teams work: question, question back, report on one card, card, form, closed case."""
    with office(tmp_path, sdk) as works, browser() as opened:
        walk(works, opened, lambda name, page, card: page.shoot(tmp_path / f"{name}.png", card))
        refused = [
            (request["activityName"], request["response"])
            for client in (works.staff, works.leaders)
            for request in client.recorded()
            if request["direction"].startswith("Microsoft")
            and request["response"]["statusCode"] not in (200, 202)
        ]
    assert refused == []


def test_the_policys_other_work(tmp_path: Path) -> None:
    """A picture that stops, the pages of an application, and a leader's lists, in Microsoft's client."""
    with office(tmp_path, "botbuilder") as works, browser() as opened:
        walk(works, opened, lambda name, page, card: page.shoot(tmp_path / f"{name}.png", card), Work)
