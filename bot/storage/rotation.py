"""The dated keys in use, and wrapping every record's key anew by the newest, while others are at work.

A record's own key stays what it is, so whoever has it open notices nothing. Which tables hold wrapped
keys is read from the schema: no new one can be forgotten.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, Table, and_, func, select, update

from bot.storage.crypto import KeyFault, KeyRing, WrappedKey
from bot.storage.rows import put
from bot.storage.schema import heartbeats, metadata

# Who has not said for three times as long which keys it has serves no more.
RING_SAID_EVERY_S = 20.0
RING_LIVES = timedelta(seconds=3 * RING_SAID_EVERY_S)
_RING = "ring:"
# The floors above hand a table on without knowing SQLAlchemy.
SealedTable = Table


@dataclass(frozen=True)
class Page:
    """Some rows of a table: how many were wrapped anew, how many no key opens, and the last one's key."""

    done: int
    broken: int
    last: Any


def sealed_tables() -> tuple[Table, ...]:
    """Every table whose rows hold a wrapped key."""
    return tuple(
        table for table in metadata.sorted_tables if {"key_id", "wrapped_key"} <= set(table.columns.keys())
    )


def _bound_to(table: Table) -> Column[Any]:
    # A record's key is bound to its row's id, or to the primary key where there is no other id.
    (key,) = table.primary_key
    return table.columns.get("id", key)


def keys_in_use(connection: Connection) -> dict[str, dict[str, int]]:
    """For each table, how many of its records each dated key has wrapped. Shredded ones count no more."""
    return {table.name: _used_in(connection, table) for table in sealed_tables()}


def _used_in(connection: Connection, table: Table) -> dict[str, int]:
    counted = select(table.c.key_id, func.count()).where(table.c.wrapped_key != b"").group_by(table.c.key_id)
    return {str(key_id): int(count) for key_id, count in connection.execute(counted)}


def rewrap_page(connection: Connection, ring: KeyRing, table: Table, after: Any, limit: int) -> Page:
    """Wrap the next rows after the primary key `after` anew by the newest key; None begins.

    Rows that somebody else holds at this moment are passed by: another round finds them.
    """
    (key,) = table.primary_key
    old = and_(table.c.key_id != ring.ids[0], table.c.wrapped_key != b"")
    where = old if after is None else and_(old, key > after)
    columns = (key.label("key"), _bound_to(table).label("row"), table.c.key_id, table.c.wrapped_key)
    query = select(*columns).where(where).order_by(key).limit(limit)
    rows = connection.execute(query.with_for_update(skip_locked=True, key_share=True)).all()
    broken = 0
    for row in rows:
        try:
            wrapped = ring.rewrap(table.name, str(row.row), WrappedKey(row.key_id, bytes(row.wrapped_key)))
        except KeyFault:
            broken += 1
            continue
        values = {"key_id": wrapped.key_id, "wrapped_key": wrapped.wrapped}
        connection.execute(update(table).where(key == row.key).values(**values))
    return Page(len(rows) - broken, broken, rows[-1].key if rows else None)


def ring_name(ring: KeyRing) -> str:
    """What stands for a ring of keys among the heartbeats, and says nothing of them."""
    told = "\n".join(f"{key_id} {ring.fingerprint(key_id)}" for key_id in ring.ids)
    return _RING + hashlib.sha256(told.encode()).hexdigest()[:16]


def say_ring(connection: Connection, ring: KeyRing, now: datetime) -> None:
    """Say that a process serves with these keys."""
    put(connection, heartbeats, name=ring_name(ring), at=now)


def others_serve(connection: Connection, ring: KeyRing, now: datetime) -> bool:
    """Whether a process serves with other keys than these."""
    since = now - RING_LIVES
    other = and_(heartbeats.c.name.startswith(_RING), heartbeats.c.name != ring_name(ring))
    return (
        connection.execute(select(heartbeats.c.name).where(other, heartbeats.c.at > since)).first()
        is not None
    )
