"""The ladder: a case that nobody acknowledges in time is brought to the next people, until it is."""

from __future__ import annotations

from datetime import datetime

from bot.domain.cases import Event, Happening, Refused, advance
from bot.domain.escalation import due_at, has_ended, step
from bot.domain.routing import Told
from bot.services.context import Context
from bot.services.owed import LADDER, owe_people, owe_reporter, owe_rewrites
from bot.storage.database import Transaction
from bot.storage.reports import Entry, Report, add_entry, add_people, due_reports, reload, save_state

_AT_ONCE = 20


def climb_due(tx: Transaction, context: Context, now: datetime) -> int:
    """Take every overdue case one step up; returns how many. The state is checked in the same transaction."""
    due = due_reports(tx, context.vault, now, _AT_ONCE)
    for report in due:
        _climb(tx, context, report, now)
    return len(due)


def _climb(tx: Transaction, context: Context, report: Report, now: datetime) -> None:
    state = advance(report.state, Event(Happening.DEADLINE, "signpost"))
    if isinstance(state, Refused):
        # Acknowledged in between: the timer has nothing left to do.
        save_state(tx, report, report.state, None, report.row.closed_at)
        return
    level, ladder = report.state.level, report.route.ladder
    ended = has_ended(ladder, level)
    save_state(tx, report, state, None if ended else _next_due(context, report, level + 1, now), None)
    add_entry(tx, context.vault, report, Entry(now, "signpost", "", "deadline", state.stage.value, {}))
    people = tuple(
        Told(person, LADDER, "C") for person in step(ladder, level) if _still_here(context, person)
    )
    add_people(tx, report, people, "ladder", now)
    report = reload(tx, context.vault, report)
    owe_people(tx, context, report, people, now)
    owe_rewrites(tx, context, report, now)
    if ended:
        owe_reporter(tx, context, report, "late", now)


def _next_due(context: Context, report: Report, level: int, now: datetime) -> datetime:
    targets = context.world.federation.targets
    planned = due_at(report.row.received_at, level, bool(report.row.urgent), targets)
    # After a time out of service the steps are climbed one by one, not all in the same minute.
    gap = due_at(now, 0, bool(report.row.urgent), targets) - now
    return max(planned, now + gap / 2) if planned <= now else planned


def _still_here(context: Context, person: str) -> bool:
    return person in context.world.federation.roster.people
