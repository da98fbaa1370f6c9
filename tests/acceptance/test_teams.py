"""Signpost in Microsoft's own client: a real browser, the real product, nothing between them but HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.chromium import browser
from tests.acceptance.teams_office import office
from tests.acceptance.teams_walk import Work, walk
from tests.teams_double.client.app import installed

pytestmark = [pytest.mark.browser, pytest.mark.node]


@pytest.fixture(scope="module")
def cli(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed(tmp_path_factory.mktemp("client"))


@pytest.mark.parametrize("sdk", ["botbuilder", "agents"])
def test_from_the_question_to_the_closed_case(tmp_path: Path, cli: Path, sdk: str) -> None:
    """Both sides of Teams work: question, question back, report on one card, card, form, closed case."""
    with office(tmp_path, cli, sdk) as works, browser() as opened:
        walk(works, opened, lambda name, page, card: page.shoot(tmp_path / f"{name}.png", card))
        refused = [
            (request["activityName"], request["response"])
            for client in (works.staff, works.leaders)
            for request in client.recorded()
            if request["direction"].startswith("Microsoft")
            and request["response"]["statusCode"] not in (200, 202)
        ]
    assert refused == []


def test_the_policys_other_work(tmp_path: Path, cli: Path) -> None:
    """A picture that stops, an application that is sent, a draft, a leader's lists, in Microsoft's client."""
    with office(tmp_path, cli) as works, browser() as opened:
        walk(works, opened, lambda name, page, card: page.shoot(tmp_path / f"{name}.png", card), Work)
