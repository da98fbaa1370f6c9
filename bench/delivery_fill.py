"""Old reports by the hundred thousand: told, taken and closed, with every row that a real one has."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import DateTime, Table, bindparam, text

from bot.storage.database import Transaction
from bot.storage.postgres import be_patient, is_postgres
from bot.storage.schema import outbox, posted, report_events, report_people, reports
from tests.support.desk import CLOSING, Desk

_TABLES = (reports, report_people, report_events, outbox, posted)
# What is different in each copy; all else is as in the one that was made by hand.
_OWN = {"id", "report_id", "key"}
_SERIES = {
    "postgresql": "WITH series AS"
    " (SELECT generate_series(CAST(:first AS integer), CAST(:last AS integer)) AS nth)",
    "sqlite": "WITH RECURSIVE series(nth) AS"
    " (SELECT :first UNION ALL SELECT nth + 1 FROM series WHERE nth < :last)",
}
_AT_ONCE = 50_000
# As SQLite counts: so many kibibytes, negated.
_ROOMY, _USUAL = -4_000_000, -2_000


def old_report(desk: Desk) -> str:
    """The row id of a report that went its whole way to the closing, and was told to everybody."""
    reference = desk.report(
        "ana", kind="colleague", story="What I saw that day, in some words. " * 8
    ).reference
    desk.work()
    desk.press("farid", "case.acknowledge", reference)
    desk.close_case("farid", reference, outcome="no_action", reason="Looked into it at length.", **CLOSING)
    desk.work()
    with desk.product.database.transaction() as tx:
        found = text("SELECT id FROM reports WHERE reference = :reference")
        return str(tx.execute(found, {"reference": reference}).scalar_one())


def fill(desk: Desk, count: int, stored: int = 0) -> None:
    """Bring the old reports from `stored` to `count`. They can be counted and passed by, not opened."""
    model = old_report(desk)
    _roomy(desk, _ROOMY)
    for first in range(stored, count, _AT_ONCE):
        last = min(first + _AT_ONCE, count) - 1
        with desk.product.database.transaction() as tx:
            be_patient(tx)
            for table in _TABLES:
                _copy(tx, table, model, first, last)
    with desk.product.database.transaction() as tx:
        be_patient(tx)
        if is_postgres(tx):
            # Which it does by itself, a minute later.
            tx.exec_driver_sql("ANALYZE")
    _roomy(desk, _USUAL)


def _roomy(desk: Desk, pages: int) -> None:
    """While it fills, SQLite keeps its indexes in memory; what is measured has its usual two megabytes."""
    with desk.product.database.transaction() as tx:
        if not is_postgres(tx):
            tx.exec_driver_sql(f"PRAGMA cache_size = {pages}")


def fill_events(desk: Desk, count: int) -> None:
    """As many events of today that are known again if they come twice."""
    expires_at = desk.now + timedelta(days=1)
    with desk.product.database.transaction() as tx:
        series = _SERIES[tx.dialect.name]
        into = f"INSERT INTO seen_events (event_hmac, expires_at) {series} SELECT 'e' || nth, :at FROM series"
        at = expires_at.replace(tzinfo=None)
        tx.execute(text(into).bindparams(bindparam("at", at, DateTime)), {"first": 1, "last": count})
        if is_postgres(tx):
            tx.exec_driver_sql("ANALYZE seen_events")


def _copy(tx: Transaction, table: Table, model: str, first: int, last: int) -> None:
    names = [column.name for column in table.columns]
    values = ", ".join(_value(name) for name in names)
    which = "id" if table is reports else "report_id"
    into = f"INSERT INTO {table.name} ({', '.join(names)})"
    series = _SERIES[tx.dialect.name]
    source = f"SELECT {values} FROM {table.name}, series WHERE {table.name}.{which} = :model"
    tx.execute(text(f"{into} {series} {source}"), {"model": model, "first": first, "last": last})


def _value(name: str) -> str:
    if name in _OWN:
        return f"{name} || '-' || nth"
    return "'OLD-' || nth" if name == "reference" else name
