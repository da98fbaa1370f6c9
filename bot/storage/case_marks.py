"""The marks of a report that its handlers set, and what its row tells without being opened."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from bot.storage.reports import Report
from bot.storage.schema import reports


@dataclass(frozen=True)
class Named:
    """A report's reference, and whether it is restricted."""

    reference: str
    restricted: bool


def mark(connection: Connection, report: Report, **marks: bool) -> None:
    """Set marks of the report (urgent, child, legal_hold), whose row this transaction holds."""
    connection.execute(update(reports).where(reports.c.id == report.id).values(**marks))


def named(connection: Connection, ids: Collection[str]) -> tuple[Named, ...]:
    """The references of these rows, in the order of the ids."""
    query = select(reports.c.id, reports.c.reference, reports.c.restricted).where(reports.c.id.in_(ids))
    found = {row.id: Named(row.reference, row.restricted) for row in connection.execute(query)}
    return tuple(found[row_id] for row_id in ids if row_id in found)
