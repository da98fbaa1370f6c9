"""How what every worker and everybody asks grows with the reports that are stored and long closed."""

from __future__ import annotations

import secrets
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import event, select

from bench.delivery_fill import fill
from bot.app import new_tokens
from bot.domain.turns import Said
from bot.storage import outbox
from bot.storage.timers import due_reports
from tests.support.desk import Desk

_LEASE = timedelta(seconds=30)
EMPTY = "empty"


@dataclass(frozen=True)
class Growth:
    """With so many old reports: the middle of each cost in milliseconds, and how a claim is carried out.

    EMPTY among the costs is the transaction that the others are compared with.
    """

    database: str
    old: int
    ms: dict[str, float]
    plan: str

    def times_empty(self, name: str) -> float:
        """One of the costs over that of the empty transaction in the same rounds."""
        return self.ms[name] / self.ms[EMPTY]


def measure_growth(name: str, url: str, sizes: Sequence[int], rounds: int) -> Iterator[Growth]:
    """One size after the other in the same database; a few reports are open each time."""
    with tempfile.TemporaryDirectory() as folder:
        desk, stored = Desk.open(Path(folder), database_url=url), 0
        for size in sorted(sizes):
            fill(desk, size, stored)
            stored = size
            desk.work(rounds=50)
            yield Growth(name, size, _costs(desk, rounds), _plan(desk))
        desk.close()


def _costs(desk: Desk, rounds: int) -> dict[str, float]:
    asked: dict[str, Callable[[], object]] = {
        EMPTY: lambda: _nothing(desk),
        "nothing to claim": lambda: _claim(desk),
        "submission": lambda: desk.report("ana", new_tokens(), kind="colleague"),
        "claim": lambda: _claim(desk),
        "due reports": lambda: _due(desk),
        "list of cases": lambda: desk.send("farid", Said("cases"), secrets.token_hex(8)),
    }
    taken: dict[str, list[float]] = {name: [] for name in asked}
    for _ in range(rounds):
        for name, ask in asked.items():
            began = time.perf_counter()
            ask()
            taken[name].append(time.perf_counter() - began)
        # What was submitted is delivered and closed again: as many are open at each size.
        _finish(desk)
    return {name: float(np.median(seconds)) * 1000 for name, seconds in taken.items()}


def _nothing(desk: Desk) -> object:
    """A transaction that reads nothing: what else the machine does meets it as well."""
    with desk.product.database.transaction() as tx:
        return tx.execute(select(1)).scalar()


def _claim(desk: Desk) -> object:
    with desk.product.database.transaction() as tx:
        return outbox.claim(tx, "token", desk.now, _LEASE, 20)


def _due(desk: Desk) -> object:
    with desk.product.database.transaction() as tx:
        return due_reports(tx, desk.now)


def _finish(desk: Desk) -> None:
    with desk.product.database.transaction() as tx:
        tx.exec_driver_sql("UPDATE reports SET stage = 'closed', due_at = NULL WHERE stage = 'submitted'")
        tx.exec_driver_sql("UPDATE outbox SET state = 'sent' WHERE state IN ('pending', 'sending')")


def _plan(desk: Desk) -> str:
    """How the database carries out the claim, in its own words."""
    database, lines = desk.product.database, list[str]()
    explain = "EXPLAIN" if database.is_shared else "EXPLAIN QUERY PLAN"

    def before(_: Any, cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        # The last one: where claims are locked, a look goes before it.
        if "FROM outbox" in statement:
            lines.clear()
            cursor.execute(f"{explain} {statement}", parameters)
            lines.extend(str(row[-1]) for row in cursor.fetchall())

    event.listen(database.engine, "before_cursor_execute", before)
    desk.report("ana", new_tokens(), kind="colleague")
    try:
        _claim(desk)
    finally:
        event.remove(database.engine, "before_cursor_execute", before)
    return "\n".join(lines)
