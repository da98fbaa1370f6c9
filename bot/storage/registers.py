"""Reports as lists: those of a period, and what one person did in any."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from bot.storage.reports import Report, opened
from bot.storage.schema import report_events, report_people, reports
from bot.storage.vault import Vault


@dataclass(frozen=True)
class RegisterLine:
    """One press of somebody: when, in which role, what, in which report (its row's id)."""

    at: datetime
    role: str
    event: str
    report_id: str


def open_route_reports(
    connection: Connection, vault: Vault, since: datetime | None, before: datetime | None
) -> tuple[Report, ...]:
    """Reports received from `since` until `before`, oldest first: no restricted one, and no drill.

    Nor one whose key was destroyed: nobody can say any more whether it was restricted.
    """
    query = select(reports).where(reports.c.restricted.is_(False), reports.c.drill.is_(False))
    query = query.where(reports.c.wrapped_key != b"")
    if since is not None:
        query = query.where(reports.c.received_at >= since)
    if before is not None:
        query = query.where(reports.c.received_at < before)
    ordered = query.order_by(reports.c.received_at, reports.c.reference)
    return tuple(opened(vault, row) for row in connection.execute(ordered))


def acts_of(connection: Connection, person: str) -> tuple[RegisterLine, ...]:
    """Everything that somebody on the roster did or looked at, oldest first."""
    query = select(report_events).where(report_events.c.actor == person).order_by(report_events.c.at)
    return tuple(
        RegisterLine(row.at, row.role, row.event, row.report_id) for row in connection.execute(query)
    )


def brought_to(connection: Connection, person: str) -> tuple[str, ...]:
    """The row ids of the reports that a route or the ladder brought to somebody."""
    query = select(report_people.c.report_id).where(report_people.c.person == person).distinct()
    return tuple(sorted(str(row.report_id) for row in connection.execute(query)))
