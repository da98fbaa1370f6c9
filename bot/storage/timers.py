"""The timers of reports that nobody has acknowledged: the next step of the ladder, the next reminder."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, or_, select, update

from bot.domain.cases import Stage
from bot.storage.reports import Report, report_by_id
from bot.storage.schema import reports
from bot.storage.vault import Vault


def _is_due(now: datetime) -> ColumnElement[bool]:
    return or_(reports.c.due_at <= now, reports.c.remind_at <= now)


def due_reports(connection: Connection, now: datetime) -> tuple[str, ...]:
    """The row ids of reports of which a timer has run out, the longest overdue first."""
    query = select(reports.c.id, reports.c.due_at, reports.c.remind_at).where(_is_due(now))
    due = sorted((min(at for at in row[1:] if at), str(row.id)) for row in connection.execute(query))
    return tuple(report_id for _, report_id in due)


def due_report(connection: Connection, vault: Vault, report_id: str, now: datetime) -> Report | None:
    """The report, if a timer of it has still run out and nobody else is at it; None otherwise."""
    query = select(reports.c.id).with_for_update(key_share=True, skip_locked=True)
    row = connection.execute(query.where(reports.c.id == report_id, _is_due(now))).one_or_none()
    return None if row is None else report_by_id(connection, vault, report_id)


def set_reminder(connection: Connection, report: Report, at: datetime | None) -> None:
    """When those who were told are reminded next: no change to the case, so no new version of it."""
    connection.execute(update(reports).where(reports.c.id == report.id).values(remind_at=at))


def open_ids(connection: Connection) -> tuple[str, ...]:
    """The row ids of all reports that are not closed, oldest first, whether or not they can be opened."""
    query = select(reports.c.id).where(reports.c.stage != Stage.CLOSED.value).order_by(reports.c.received_at)
    return tuple(str(row.id) for row in connection.execute(query))
