"""A whole submission beside a bare transaction that inserts the same rows and bytes, in turns."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import Table, func, insert, select

from bench.measures import percentiles
from bot.app import new_tokens
from bot.storage.database import Transaction
from bot.storage.schema import audit, outbox, report_events, report_people, reports, submission_keys
from tests.support.desk import Desk

_STORY = "What I saw that day, in some words. " * 20
_TABLES = (reports, report_people, report_events, outbox, submission_keys, audit)
_WARM = 10
Rows = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Commits:
    """Milliseconds (p50, p99, mean) of each kind of transaction on one database, one client."""

    database: str
    rows: int
    bare_ms: tuple[float, float, float]
    whole_ms: tuple[float, float, float]

    @property
    def ratio(self) -> float:
        """The middle of a whole submission over that of the bare one."""
        return self.whole_ms[0] / self.bare_ms[0]


def measure_commits(name: str, url: str, rounds: int) -> Commits:
    """Both, one after the other, so that whatever else the machine does meets both."""
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk.open(Path(folder), database_url=url)
        model = _rows_of_one(desk)
        bare, whole = [], []
        for number in range(rounds + _WARM):
            rows, tokens = _anew(model, number), new_tokens()
            _continue_audit(desk, rows)
            bare.append(_bare(desk, rows))
            began = time.perf_counter()
            desk.report("ana", tokens, kind="colleague", story=_STORY)
            whole.append(time.perf_counter() - began)
        desk.close()
    return Commits(name, sum(map(len, model.values())), _figures(bare[_WARM:]), _figures(whole[_WARM:]))


def _rows_of_one(desk: Desk) -> Rows:
    """What one submission stores, row by row."""
    desk.report("ana", kind="colleague", story=_STORY)
    with desk.product.database.transaction() as tx:
        return {table.name: [dict(row._mapping) for row in tx.execute(select(table))] for table in _TABLES}


def _anew(model: Rows, number: int) -> Rows:
    """The same rows and bytes under other names."""
    fresh: Rows = {}
    for table, rows in model.items():
        fresh[table] = [{name: _renamed(name, value, number) for name, value in row.items()} for row in rows]
    return fresh


def _continue_audit(desk: Desk, rows: Rows) -> None:
    """The audit's rows are numbered one after another: these are the next."""
    with desk.product.database.transaction() as tx:
        newest = tx.execute(select(func.max(audit.c.number))).scalar_one()
    for number, row in enumerate(rows["audit"], start=newest + 1):
        row["number"] = number


def _renamed(name: str, value: Any, number: int) -> Any:
    if name in ("id", "report_id", "key_hmac", "hash", "subject"):
        return f"{number:08x}{value[8:]}"
    if name == "key":
        return f"{value[:-8]}{number:08x}"
    return f"B{number:07}" if name == "reference" else value


def _bare(desk: Desk, rows: Rows) -> float:
    began = time.perf_counter()
    with desk.product.database.transaction() as tx:
        for table in _TABLES:
            _insert(tx, table, rows[table.name])
    return time.perf_counter() - began


def _insert(tx: Transaction, table: Table, rows: list[dict[str, Any]]) -> None:
    # Row by row, as anybody who writes by hand would.
    for row in rows:
        tx.execute(insert(table), row)


def _figures(seconds: Sequence[float]) -> tuple[float, float, float]:
    half, high = percentiles(seconds)
    return half, high, float(np.mean(np.asarray(seconds)) * 1000)
