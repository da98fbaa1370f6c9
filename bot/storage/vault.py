"""The keys in use: the ring of dated keys, records' keys wrapped by them, and rewrapping."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, Table, and_, func, select, update

from bot.storage.crypto import KeyFault, KeyRing, WrappedKey, blind_index
from bot.storage.rows import insert_new, put
from bot.storage.schema import heartbeats, metadata, secrets

# Who has not said for three times as long which keys it has serves no more.
RING_SAID_EVERY_S = 20.0
RING_LIVES = timedelta(seconds=3 * RING_SAID_EVERY_S)
_RING = "ring:"
# The floors above hand a table on without knowing SQLAlchemy.
SealedTable = Table


@dataclass(frozen=True)
class Page:
    """Some rows of a table: how many were rewrapped, how many no key opens, and the last one's key."""

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
    """Rewrap the next rows after the primary key `after` with the newest key; None begins.

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


@dataclass(frozen=True)
class Vault:
    """What seals records and hides owners: `ring` for fields, `index` for look-ups by HMAC.

    `chain` binds the rows of the audit together.
    """

    ring: KeyRing
    index: bytes = field(repr=False)
    chain: bytes = field(repr=False)

    def blind(self, *parts: str) -> str:
        """A look-up value that reveals nothing of `parts` to a reader of the table."""
        return blind_index(self.index, *parts)

    def new_id(self) -> str:
        """A random id of 128 bits, in hex."""
        return self.ring.entropy(16).hex()


def open_vault(connection: Connection, ring: KeyRing) -> Vault:
    """The vault of this database; its keys for all records are made on first use.

    Raises KeyFault on a foreign key, and where a key is missing that some record needs.
    """
    _refuse_missing_keys(connection, ring)
    return Vault(ring, _secret(connection, ring, "index"), _secret(connection, ring, "chain"))


def _secret(connection: Connection, ring: KeyRing, name: str) -> bytes:
    query = select(secrets).where(secrets.c.name == name)
    row = connection.execute(query).one_or_none()
    if row is None:
        _make_secret(connection, ring, name)
        row = connection.execute(query).one()
    key = ring.open_record_key("secrets", name, WrappedKey(row.key_id, row.wrapped_key))
    return bytes.fromhex(key.open("sealed_secret", row.sealed_secret))


def _make_secret(connection: Connection, ring: KeyRing, name: str) -> None:
    record, wrapped = ring.new_record_key("secrets", name)
    sealed = record.seal("sealed_secret", ring.entropy(32).hex())
    values = {"name": name, "key_id": wrapped.key_id, "wrapped_key": wrapped.wrapped}
    # Another process may start at this moment: there is one such key, and it is the first one's.
    insert_new(connection, secrets, **values, sealed_secret=sealed)


def _refuse_missing_keys(connection: Connection, ring: KeyRing) -> None:
    # Better not to start than to leave what nobody can open: reports whose ladder nobody climbs.
    needed: dict[str, list[str]] = {}
    for table, used in keys_in_use(connection).items():
        for key_id in used.keys() - set(ring.ids):
            needed.setdefault(key_id, []).append(table)
    if needed:
        told = "; ".join(f"{key_id} (for {', '.join(needed[key_id])})" for key_id in sorted(needed))
        raise KeyFault(
            f"The database needs keys that are not in SIGNPOST_KEYS: {told}. Put each back, after the newest"
            "; docs/keys.md says what to do where one is lost."
        )
