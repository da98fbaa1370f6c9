"""The marks of a report that its handlers set: urgent, under legal hold."""

from __future__ import annotations

from sqlalchemy import Connection, update

from bot.storage.reports import Report
from bot.storage.schema import reports


def mark(connection: Connection, report: Report, **marks: bool) -> None:
    """Set marks of the report, whose row this transaction holds."""
    connection.execute(update(reports).where(reports.c.id == report.id).values(**marks))
