"""A report that goes to other people than before: its route and those it was brought to, replaced."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import Connection, case, delete, update

from bot.domain.cases import CaseState
from bot.domain.notices import Recipient
from bot.domain.routing import Visibility
from bot.storage.reports import Report, SealedRoute, state_columns, visibility_columns
from bot.storage.schema import outbox, report_people, reports


@dataclass(frozen=True)
class Rerouted:
    """Where a report goes from now on: its route, and where its card may be seen."""

    route: SealedRoute
    due_at: datetime | None
    visibility: Visibility = Visibility.RESTRICTED
    closed_at: datetime | None = None


def save_route(connection: Connection, report: Report, state: CaseState, to: Rerouted) -> bool:
    """Store the state with another route. False where somebody else changed the report in between."""
    same = (reports.c.id == report.id) & (reports.c.version == report.row.version)
    values = {
        **state_columns(state),
        **visibility_columns(to.visibility),
        "due_at": to.due_at,
        "closed_at": to.closed_at,
        "sealed_route": report.key.seal("sealed_route", json.dumps(asdict(to.route))),
    }
    result = connection.execute(update(reports).where(same).values(version=reports.c.version + 1, **values))
    return result.rowcount == 1


def owe_no_more(connection: Connection, report_id: str, recipient: Recipient) -> None:
    """What waits for this recipient is owed no more."""
    waits = (outbox.c.report_id == report_id) & (outbox.c.recipient == recipient)
    pending = waits & (outbox.c.state == "pending")
    # Whether an earlier try was taken is as unclear as before.
    fault = case((outbox.c.fault.startswith("unclear"), outbox.c.fault), else_="called off")
    connection.execute(update(outbox).where(pending).values(state="dead", fault=fault))


def forget_person(connection: Connection, report: Report, person: str) -> None:
    """This person has not been brought the report any more."""
    theirs = (report_people.c.report_id == report.id) & (report_people.c.person == person)
    connection.execute(delete(report_people).where(theirs))


def forget_people(connection: Connection, report: Report) -> None:
    """Nobody has been brought the report any more: the history says who had it."""
    connection.execute(delete(report_people).where(report_people.c.report_id == report.id))
