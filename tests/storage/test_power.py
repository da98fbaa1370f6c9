"""Power cuts, on a simulated disk: what kill -9 never tests, since the system's memory survives it."""

from __future__ import annotations

import pytest

from bot.storage import sqlite
from tests.support.forgetful_disk import Lost, suffer

_CUTS = 60
# Either side of the version from which the log is safe to use: both ways of committing are tested.
_LOG, _JOURNAL = (3, 51, 3), (3, 40, 1)


def cut(version: tuple[int, ...], *weaker: str) -> Lost:
    """Sixty cuts under the product's own statements for that version, and whatever weakens them."""
    return suffer((*sqlite.first_statements(version), *weaker), sqlite.BEGIN, _CUTS, seed=7)


@pytest.mark.parametrize("version", [_LOG, _JOURNAL])
def test_a_confirmed_commit_outlives_a_power_cut(version: tuple[int, ...]) -> None:
    """Whatever was not synced is lost or torn, yet no confirmed commit is, and none is there by half."""
    found = cut(version)
    assert found.cuts == _CUTS
    assert found.confirmed > 10 * _CUTS
    assert (found.lost, found.half, found.corrupt) == (0, 0, 0)


def test_both_ways_of_committing_are_tested() -> None:
    """One version writes a log, the other a journal."""
    assert "PRAGMA journal_mode=wal" in sqlite.first_statements(_LOG)
    assert "PRAGMA journal_mode=delete" in sqlite.first_statements(_JOURNAL)


@pytest.mark.parametrize(
    ("version", "weaker"), [(_LOG, "PRAGMA synchronous=NORMAL"), (_JOURNAL, "PRAGMA synchronous=FULL")]
)
def test_weaker_settings_would_lose_commits(version: tuple[int, ...], weaker: str) -> None:
    """The same cuts under settings that are often advised lose confirmed commits: the disk forgets."""
    assert cut(version, weaker).lost > 0


def test_without_any_sync_the_database_breaks() -> None:
    """With synchronous off, databases are found that are not whole."""
    found = cut(_JOURNAL, "PRAGMA synchronous=OFF")
    assert found.lost > 0
    assert found.corrupt + found.half > 0
