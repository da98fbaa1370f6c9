"""The timers of reports: the ladder's next step, the next reminders, the question to the reporter."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, or_, select, union_all, update

from bot.domain.cases import Stage
from bot.storage.reports import OLDEST_FIRST, Report, report_by_id
from bot.storage.schema import reports
from bot.storage.vault import Vault

_TIMERS = (reports.c.due_at, reports.c.remind_at, reports.c.check_at, reports.c.work_at)


def _is_due(now: datetime) -> ColumnElement[bool]:
    return or_(*(timer <= now for timer in _TIMERS))


def due_reports(connection: Connection, now: datetime) -> tuple[str, ...]:
    """The row ids of reports of which a timer has run out, the longest overdue first."""
    # One look for each: an index serves a single timer, and not several at once.
    looks = [select(reports.c.id, timer.label("at")).where(timer <= now) for timer in _TIMERS]
    due = sorted((row.at, str(row.id)) for row in connection.execute(union_all(*looks)))
    return tuple(dict.fromkeys(report_id for _, report_id in due))


def due_report(connection: Connection, vault: Vault, report_id: str, now: datetime) -> Report | None:
    """The report, if a timer of it has still run out and nobody else is at it; None otherwise."""
    query = select(reports.c.id).with_for_update(key_share=True, skip_locked=True)
    row = connection.execute(query.where(reports.c.id == report_id, _is_due(now))).one_or_none()
    return None if row is None else report_by_id(connection, vault, report_id)


def set_reminder(connection: Connection, report: Report, at: datetime | None) -> None:
    """When those who were told are reminded next: no change to the case, so no new version of it."""
    connection.execute(update(reports).where(reports.c.id == report.id).values(remind_at=at))


def set_work_reminder(connection: Connection, report: Report, at: datetime | None) -> None:
    """When those who work on it are reminded next: no change to the case, so no new version of it."""
    connection.execute(update(reports).where(reports.c.id == report.id).values(work_at=at))


def restart_clock(connection: Connection, report: Report, at: datetime, level: int) -> None:
    """Its steps count from there, after so many: no change to the case, so no new version of it."""
    restarted = update(reports).where(reports.c.id == report.id)
    connection.execute(restarted.values(clock_from=at, clock_level=level))


def end_check(connection: Connection, report: Report) -> None:
    """Its reporter is not asked any more whether anything has happened since: no change to the case."""
    connection.execute(update(reports).where(reports.c.id == report.id).values(check_at=None))


def open_ids(connection: Connection) -> tuple[str, ...]:
    """The row ids of all reports that are not closed, oldest first, whether or not they can be opened."""
    query = select(reports.c.id).where(reports.c.stage != Stage.CLOSED.value).order_by(*OLDEST_FIRST)
    return tuple(str(row.id) for row in connection.execute(query))
