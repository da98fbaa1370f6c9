"""Destroying what a closed case says: its key, every sealed field and every row that belongs to it.

What stays is the skeleton, which is named here: a column or a table that is added later is not kept by
having been forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Integer,
    LargeBinary,
    Table,
    delete,
    exists,
    select,
    update,
)

from bot.domain.cases import Stage
from bot.domain.retention import Kept
from bot.storage.outbox import PENDING, SENDING
from bot.storage.schema import metadata, outbox, report_events, reports

SKELETON = ("id", "reference", "kind", "stage", "outcome", "drill", "version", "received_at", "closed_at")


def closed_reports(connection: Connection) -> tuple[tuple[str, str], ...]:
    """Row id and reference of every closed report whose text is still there, the longest closed first."""
    closed = (reports.c.stage == Stage.CLOSED.value) & (reports.c.wrapped_key != b"")
    query = select(reports.c.id, reports.c.reference).where(closed).order_by(reports.c.closed_at)
    return tuple((str(row.id), str(row.reference)) for row in connection.execute(query))


def kept(connection: Connection, report_id: str) -> Kept | None:
    """What decides whether the report may go; nobody else changes it until this transaction ends.

    None where its text is gone already, or somebody is at it.
    """
    there = (reports.c.id == report_id) & (reports.c.wrapped_key != b"")
    looked = exists().where(report_events.c.report_id == report_id, report_events.c.event == "view")
    mine = outbox.c.report_id == report_id
    owed = exists().where(mine, outbox.c.state.in_((PENDING, SENDING)))
    query = select(reports, looked.label("looked"), owed.label("owed")).where(there)
    row = connection.execute(query.with_for_update(of=reports, skip_locked=True)).one_or_none()
    if row is None:
        return None
    return Kept(
        kind=row.kind,
        child=row.child,
        restricted=row.restricted,
        drill=row.drill,
        held=row.legal_hold,
        read=bool(row.looked or row.acknowledged_by),
        owed=bool(row.owed),
        closed_at=row.closed_at if row.stage == Stage.CLOSED.value else None,
    )


def shred(connection: Connection, report_id: str) -> None:
    """Destroy the report's key and text, and every row that belongs to it; keep the skeleton."""
    for table, column in belonging():
        connection.execute(delete(table).where(column == report_id))
    blank = {column.name: _blank(column) for column in reports.columns if column.name not in SKELETON}
    connection.execute(update(reports).where(reports.c.id == report_id).values(**blank))


def belonging() -> Iterator[tuple[Table, Column[object]]]:
    """Each table whose rows belong to a report, the dependent ones first, with the column that says whose."""
    for table in reversed(metadata.sorted_tables):
        for key in table.foreign_keys:
            if key.column is reports.c.id:
                yield table, key.parent


def _blank(column: Column[object]) -> object:
    if column.nullable:
        return None
    kinds: tuple[tuple[type, object], ...] = ((Boolean, False), (Integer, 0), (LargeBinary, b""))
    return next((blank for kind, blank in kinds if isinstance(column.type, kind)), "")
