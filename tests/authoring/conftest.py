"""The officer's checkout, fresh for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.authoring import proof
from bot.content import world
from bot.content.playbook import HasClauses, Playbook, load_playbook
from tests.authoring.office import Office, open_office

# By what it is read from: to walk through every journey is half of what a check takes, and hardly a test
# changes one.
_read: dict[tuple[frozenset[tuple[str, bytes]], frozenset[str]], Playbook] = {}


def _playbook(folder: Path, policy: HasClauses) -> Playbook:
    """The playbook of these files, walked through once. What is at fault is read each time."""
    files = [*folder.glob("*.yml"), *(folder / "journeys").glob("*.yml")]
    whole = frozenset((path.relative_to(folder).as_posix(), path.read_bytes()) for path in files)
    key = (whole, frozenset(policy.clauses))
    if key not in _read:
        _read[key] = load_playbook(folder, policy)
    return _read[key]


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """A copy of the data files, to be changed."""
    monkeypatch.setattr(world, "load_playbook", _playbook)
    monkeypatch.setattr(proof, "load_playbook", _playbook)
    return open_office(tmp_path, monkeypatch)
