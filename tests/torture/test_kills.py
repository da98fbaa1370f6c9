"""Short runs, by a seed: what `make torture` does a thousand times."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.postgres import Cluster
from tests.torture.run import Plan, Result, torture

# Most of a minute each: beside the other long ones, though the first needs nothing but Python.
pytestmark = pytest.mark.postgres
_KILLS = 30
# What waits at the end is waited for.
_FEW = 60


def run(folder: Path, plan: Plan, cluster: Cluster | None = None) -> Result:
    said: list[str] = []
    result = torture(folder, plan, cluster, said.append)
    if not result.ok:
        # Whole: an assertion would show the beginning alone, and not what was wrong.
        pytest.fail(json.dumps(result.json(), indent=1))
    assert result.numbers["received"] >= _KILLS // 5
    return result


def test_one_process_on_sqlite_killed_thirty_times(tmp_path: Path) -> None:
    """Killed at any moment, before a Slack that fails: nothing received is lost, and no card seen twice."""
    result = run(tmp_path, Plan(kills=_KILLS, most_waiting=_FEW, wait_for_timers=False))
    assert result.numbers["unanswered acts"] > 0
    assert result.numbers["requests sent twice"] > 0


def test_two_webs_and_two_workers_killed_thirty_times(tmp_path: Path, cluster: Cluster) -> None:
    """The same on PostgreSQL, one or all of four at once, and the database restarted: no deadlock either."""
    run(
        tmp_path,
        Plan(database="postgresql", kills=_KILLS, seed=2, most_waiting=_FEW, wait_for_timers=False),
        cluster,
    )
