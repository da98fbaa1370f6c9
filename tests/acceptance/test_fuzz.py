"""A few hundred hostile inputs for each door, in `make test-all`; `make fuzz` sends ten thousand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fuzz.doors import Findings, slack, teams

_INPUTS = 400
pytestmark = pytest.mark.slow


def check(found: Findings) -> None:
    assert found.wrong == []
    assert found.inputs == _INPUTS
    # Some were taken and some refused: had all been refused, nothing behind the door would have been tried.
    assert found.statuses[400] > _INPUTS / 10
    assert found.statuses[200] + found.statuses[202] > _INPUTS / 10


def test_slacks_door_takes_no_harm(tmp_path: Path) -> None:
    """Spoilt requests, hostile words and bodies that are none: no fault, no change, no word in the log."""
    check(slack(tmp_path / "slack", _INPUTS, seed=1))


def test_teams_door_takes_no_harm(tmp_path: Path) -> None:
    """The same at Teams' door."""
    check(teams(tmp_path / "teams", _INPUTS, seed=1))
