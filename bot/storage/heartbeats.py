"""Which processes are alive, as far as they say so themselves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, select

from bot.storage.rows import put
from bot.storage.schema import heartbeats


def beat(connection: Connection, name: str, now: datetime) -> None:
    """Say that the process `name` is alive."""
    put(connection, heartbeats, name=name, at=now)


def last_beat(connection: Connection, name: str) -> datetime | None:
    """When `name` last said that it is alive."""
    row = connection.execute(select(heartbeats.c.at).where(heartbeats.c.name == name)).first()
    return None if row is None else row.at
