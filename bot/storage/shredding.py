"""Destroying what a closed case says: its key, every sealed field and every row that belongs to it.

What stays is the skeleton, which is named here: a column or a table that is added later is not kept by
having been forgotten.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    Integer,
    Label,
    LargeBinary,
    Table,
    delete,
    exists,
    func,
    select,
    update,
)

from bot.domain.cases import Stage
from bot.domain.retention import Kept
from bot.storage.audit import REPORTER
from bot.storage.outbox import PENDING, SENDING
from bot.storage.schema import metadata, outbox, report_events, reports

SKELETON = ("id", "reference", "kind", "stage", "outcome", "drill", "version", "received_at", "closed_at")

_LOOKS = ("view", "export")


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
    query = select(reports).where(there).with_for_update(skip_locked=True)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    # Only now: what somebody added until a moment ago is seen.
    waits = outbox.c.state.in_((PENDING, SENDING)) & (outbox.c.report_id == report_id)
    query = select(exists().where(waits).label("owed"), *_entries(report_id))
    told = connection.execute(query).one()
    return Kept(
        kind=row.kind,
        child=row.child,
        restricted=row.restricted,
        drill=row.drill,
        held=row.legal_hold,
        read=(told.looked or 0) > (told.wrote or 0),
        owed=bool(told.owed),
        ended_at=told.last_at if row.stage == Stage.CLOSED.value else None,
    )


def _entries(report_id: str) -> Iterator[Label[Any]]:
    """The number of the last look, that of the reporter's last words, and when anything was last entered."""
    number, event = report_events.c.number, report_events.c.event
    words = report_events.c.sealed_detail.is_not(None) | (event == "submit")
    of = {
        "looked": (func.max(number), event.in_(_LOOKS)),
        "wrote": (func.max(number), (report_events.c.actor == REPORTER) & words),
        "last_at": (func.max(report_events.c.at), event.not_in((*_LOOKS, "export_code"))),
    }
    for name, (found, which) in of.items():
        yield select(found).where(report_events.c.report_id == report_id, which).scalar_subquery().label(name)


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
