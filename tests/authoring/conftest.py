"""The officer's checkout, fresh for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.authoring.office import Office, open_office


@pytest.fixture
def office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """A copy of the data files, to be changed."""
    return open_office(tmp_path, monkeypatch)
