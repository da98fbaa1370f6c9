"""What runs beside the doors: here the time that all processes share."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from bot.running import SharedClock
from bot.storage.database import Database

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


def test_the_shared_time_is_carried_on() -> None:
    """Between two questions to the database its time goes on by the steady clock, and each answer sets it."""
    answers, seconds = [NOON, NOON + timedelta(hours=1)], [100.0]
    clock = SharedClock(lambda: answers.pop(0), lambda: seconds[0])
    seconds[0] = 107.5
    assert clock() == NOON + timedelta(seconds=7.5)
    clock.set()
    seconds[0] = 108.0
    assert clock() == NOON + timedelta(hours=1, seconds=0.5)


@pytest.mark.postgres
def test_postgres_tells_the_time(postgres_url: str) -> None:
    """The database's own clock, aware, in UTC."""
    database = Database(postgres_url)
    try:
        first, second = database.now(), database.now()
    finally:
        database.close()
    assert first < second
    assert first.utcoffset() == timedelta()
