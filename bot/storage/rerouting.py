"""A report that goes to other people than before: its route and those it was brought to, replaced."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Connection, delete, update

from bot.domain.cases import CaseState
from bot.storage.reports import Report, SealedRoute, state_columns
from bot.storage.schema import report_people, reports


def save_route(
    connection: Connection, report: Report, state: CaseState, route: SealedRoute, due_at: datetime
) -> bool:
    """Store the state with a restricted route. False where somebody else changed the report in between."""
    same = (reports.c.id == report.id) & (reports.c.version == report.row.version)
    values = {
        **state_columns(state),
        "channel": False,
        "restricted": True,
        "due_at": due_at,
        "closed_at": None,
        "sealed_route": report.key.seal("sealed_route", json.dumps(asdict(route))),
    }
    result = connection.execute(update(reports).where(same).values(version=reports.c.version + 1, **values))
    return result.rowcount == 1


def forget_people(connection: Connection, report: Report) -> None:
    """Nobody has been brought the report any more: the history says who had it."""
    connection.execute(delete(report_people).where(report_people.c.report_id == report.id))
