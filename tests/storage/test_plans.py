"""How the databases find what is due among many thousands of old rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from bench.delivery_fill import fill, fill_events
from bot.domain.notices import FLT_CHANNEL, NoticeKey, Recipient
from bot.storage import conversations, outbox
from bot.storage.database import Transaction
from bot.storage.outbox import Notice
from bot.storage.reports import Report, histories, open_in_parts, people_of_each
from bot.storage.timers import due_reports
from tests.support.desk import Desk

_OLD = 8_000
_LEASE = timedelta(seconds=30)
_LINE = Notice(NoticeKey.of("line", 1), "report", "line", FLT_CHANNEL)
Ask = Callable[[Transaction, Desk], object]


def _opened(tx: Transaction, desk: Desk) -> list[Report]:
    return [report for part in open_in_parts(tx, desk.product.context.vault) for report in part]


_HOT: dict[str, Ask] = {
    "claim": lambda tx, desk: outbox.claim(tx, "token", desk.now, _LEASE, 20, (Recipient("tom"),)),
    "renew": lambda tx, desk: outbox.renew(tx, ("token",), desk.now),
    "oldest due": lambda tx, desk: outbox.oldest_due(tx, desk.now),
    "hasten": lambda tx, desk: outbox.hasten(tx, "report", "line", desk.now),
    "hasten held": lambda tx, desk: outbox.hasten_held(tx, desk.now),
    "waiting": lambda tx, desk: outbox.waiting(tx, _LINE),
    "due reports": lambda tx, desk: due_reports(tx, desk.now),
    "open reports": lambda tx, desk: _opened(tx, desk),
    "histories": lambda tx, desk: histories(tx, _opened(tx, desk)),
    "people": lambda tx, desk: people_of_each(tx, _opened(tx, desk)),
    "housekeeping": lambda tx, desk: conversations.forget_expired(tx, desk.now),
}


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    """A product with thousands of old reports and one that is due."""
    found = Desk.open(tmp_path, database_url=database_url)
    fill(found, _OLD)
    fill_events(found, _OLD)
    found.report("joe", kind="colleague")
    yield found
    found.close()


@contextmanager
def explained(desk: Desk) -> Iterator[list[str]]:
    """How the database carries out what is asked meanwhile, a line a step."""
    lines: list[str] = []
    database = desk.product.database
    explain = "EXPLAIN" if database.is_shared else "EXPLAIN QUERY PLAN"

    def before(connection: Any, cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            cursor.execute(f"{explain} {statement}", parameters)
            lines.extend(str(row[-1]) for row in cursor.fetchall())

    event.listen(database.engine, "before_cursor_execute", before)
    try:
        yield lines
    finally:
        event.remove(database.engine, "before_cursor_execute", before)


def whole(lines: list[str]) -> list[str]:
    """The steps that read a whole table; an index over what is owed still is no such thing."""
    small = ("ix_outbox_owed", "pauses", "code_attempts", "submission_keys", "sessions", "export_codes")
    read = [line for line in lines if line.strip(" ->").startswith(("SCAN ", "Seq Scan"))]
    return [line for line in read if not any(name in line for name in small)]


def test_what_is_due_is_found_by_an_index(desk: Desk) -> None:
    """Among thousands of old reports no question that every worker asks again and again reads them all."""
    found = {}
    for name, ask in _HOT.items():
        with explained(desk) as lines, desk.product.database.transaction() as tx:
            ask(tx, desk)
        assert lines
        found[name] = whole(lines)
    assert found == {name: [] for name in _HOT}


def test_a_missing_index_is_seen(desk: Desk) -> None:
    """Without the index over what is owed the same look finds that all old rows are read."""
    with desk.product.database.transaction() as tx:
        tx.exec_driver_sql("DROP INDEX ix_outbox_owed")
    with explained(desk) as lines, desk.product.database.transaction() as tx:
        _HOT["claim"](tx, desk)
    assert whole(lines) != []
