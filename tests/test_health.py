"""`/readyz`: whether a load balancer should send anybody here."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections import namedtuple
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.health import Health
from tests.support.desk import Desk, inline


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The product on an SQLite file."""
    found = Desk.open(tmp_path)
    yield found
    found.close()


def ready(desk: Desk) -> tuple[int, dict[str, str]]:
    """The status, and the state of each part."""
    health = Health(desk.product.context, inline, lambda: desk.now)
    request: Any = None
    answer = asyncio.run(health.ready(request))
    return answer.status, json.loads(str(answer.text))["parts"]


def test_a_database_file_that_was_moved_is_told(desk: Desk, tmp_path: Path) -> None:
    """With its file moved away or replaced nothing more is stored, and readiness fails at once and says why;
    put back, it is the same file again."""
    desk.work()
    file, elsewhere = tmp_path / "signpost.db", tmp_path / "elsewhere.db"
    assert ready(desk) == (200, ready(desk)[1])
    file.rename(elsewhere)
    assert "not saved" in desk.press("ana", "report.start").lower()
    status, parts = ready(desk)
    assert (status, "moved or replaced" in parts["database"]) == (503, True)
    file.write_bytes(elsewhere.read_bytes())
    assert ready(desk)[0] == 503
    elsewhere.rename(file)
    assert ready(desk)[0] == 200


def test_a_database_that_can_only_be_read_is_not_ready(desk: Desk) -> None:
    """Readiness is proved by a write: a full or read-only disk still reads, and loses every report."""
    desk.work()
    with desk.product.database.transaction() as tx:
        tx.exec_driver_sql("PRAGMA query_only=ON")
    status, parts = ready(desk)
    assert status == 503
    assert parts["database"].startswith("unavailable")


def test_a_disk_without_room_for_a_report_is_not_ready(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A beat of the heart still fits where a report does not: readiness looks at the room as well."""
    desk.work()
    assert ready(desk)[0] == 200
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(2**30, 2**30 - 65536, 65536))
    assert ready(desk) == (503, {**ready(desk)[1], "database": "unavailable: its disk is full"})
