"""Wrapping every record's key anew by the newest dated key, some at a time, beside whoever serves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.storage.crypto import KeyRing
from bot.storage.database import Database
from bot.storage.rotation import SealedTable, keys_in_use, rewrap_page, sealed_tables

_ROWS = 200
_ROUNDS = 25


@dataclass(frozen=True)
class Rotated:
    """What was done in one table, what no key opens, and what somebody held too long to be done."""

    table: str
    done: int
    broken: int
    left: int


def rotate(database: Database, ring: KeyRing, rest: Callable[[], None]) -> Iterator[Rotated]:
    """Table by table; killed at any point and run again it goes on where it was.

    `rest` is called before rows that others held at that moment are tried again.
    """
    for table in sealed_tables():
        done, broken, rounds = 0, 0, 0
        while rounds < _ROUNDS:
            more, broken = _round(database, ring, table)
            done, rounds = done + more, rounds + 1
            if _left(database, ring, table) <= broken:
                break
            rest()
        yield Rotated(table.name, done, broken, max(_left(database, ring, table) - broken, 0))


def _round(database: Database, ring: KeyRing, table: SealedTable) -> tuple[int, int]:
    done, broken, after = 0, 0, None
    while True:
        with database.transaction() as tx:
            page = rewrap_page(tx, ring, table, after, _ROWS)
        if page.last is None:
            return done, broken
        done, broken, after = done + page.done, broken + page.broken, page.last


def _left(database: Database, ring: KeyRing, table: SealedTable) -> int:
    with database.transaction() as tx:
        used = keys_in_use(tx)[table.name]
    return sum(count for key_id, count in used.items() if key_id != ring.ids[0])


def needed_keys(database: Database) -> frozenset[str]:
    """The dated keys without which something in the database cannot be opened."""
    with database.transaction() as tx:
        return frozenset(key_id for used in keys_in_use(tx).values() for key_id in used)
