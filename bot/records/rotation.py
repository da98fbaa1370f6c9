"""Rewrap every record's key with the newest dated key, in batches, beside running servers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TypeVar

from bot.storage.crypto import KeyRing
from bot.storage.database import Database, StorageUnavailable, Transaction
from bot.storage.vault import Page, SealedTable, keys_in_use, rewrap_page, sealed_tables

_ROWS = 200
_ROUNDS = 25
_TRIES = 20
T = TypeVar("T")


@dataclass(frozen=True)
class Rotated:
    """What was done in one table, what no key opens, and what somebody held too long to be done."""

    table: str
    done: int
    broken: int
    left: int


def rotate(database: Database, ring: KeyRing, rest: Callable[[], None]) -> Iterator[Rotated]:
    """Table by table; killed at any point and run again it goes on where it was.

    `rest` is called between two transactions: on SQLite a running server needs its turn.
    """
    for table in sealed_tables():
        done, broken, rounds, left = 0, 0, 0, 1
        while left and rounds < _ROUNDS:
            more, broken = _round(database, ring, table, rest)
            done, rounds = done + more, rounds + 1
            used = patiently(database, rest, keys_in_use)[table.name]
            left = sum(count for key_id, count in used.items() if key_id != ring.ids[0]) - broken
        yield Rotated(table.name, done, broken, max(left, 0))


def _round(
    database: Database, ring: KeyRing, table: SealedTable, rest: Callable[[], None]
) -> tuple[int, int]:
    done, broken, after = 0, 0, None
    while True:
        page = patiently(database, rest, partial(_page, ring, table, after))
        rest()
        if page.last is None:
            return done, broken
        done, broken, after = done + page.done, broken + page.broken, page.last


def _page(ring: KeyRing, table: SealedTable, after: object, tx: Transaction) -> Page:
    return rewrap_page(tx, ring, table, after, _ROWS)


def patiently(database: Database, rest: Callable[[], None], do: Callable[[Transaction], T]) -> T:
    """Do it in a transaction; where others keep the database busy, again and again before giving up."""
    for _ in range(_TRIES):
        try:
            with database.transaction() as tx:
                return do(tx)
        except StorageUnavailable:
            rest()
    with database.transaction() as tx:
        return do(tx)


def needed_keys(database: Database) -> frozenset[str]:
    """The dated keys without which something in the database cannot be opened."""
    with database.transaction() as tx:
        return frozenset(key_id for used in keys_in_use(tx).values() for key_id in used)
