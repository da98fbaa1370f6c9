"""The ladder: a case that nobody acknowledges in time is brought to the next people, until it is.

Until then those who were told are reminded.
"""

from __future__ import annotations

from datetime import datetime

import structlog

from bot.casework.context import Context
from bot.casework.ladder import next_people
from bot.casework.notify import LADDER, owe_people, owe_reporter, owe_rewrites
from bot.delivery.reminders import remind
from bot.domain.cases import Event, Happening, Refused, advance
from bot.domain.routing import Told
from bot.following import check_back
from bot.storage.database import StorageUnavailable, Transaction
from bot.storage.reports import (
    Entry,
    Report,
    add_entry,
    add_people,
    people_of,
    reload,
    save_state,
)
from bot.storage.timers import due_report, due_reports

log = structlog.get_logger()


def climb_due(context: Context, now: datetime) -> None:
    """Do what is due of every case, each in a transaction of its own, in which its state is checked.

    One step up the ladder at most, and one reminder for those who were told before. A case that cannot be
    climbed (its key is missing) is logged and holds up no other.
    """
    with context.database.transaction() as tx:
        overdue = due_reports(tx, now)
    for report_id in overdue:
        try:
            with context.database.transaction() as tx:
                # Another worker may have been there first: one step is climbed once.
                report = due_report(tx, context.vault, report_id, now)
                if report is not None:
                    _run_out(tx, context, report, now)
        except StorageUnavailable:
            raise
        except Exception:
            log.exception("ladder_broken")


def _run_out(tx: Transaction, context: Context, report: Report, now: datetime) -> None:
    row = report.row
    told_now = _climb(tx, context, report, now) if row.due_at is not None and row.due_at <= now else ()
    if row.remind_at is not None and row.remind_at <= now:
        remind(tx, context, report, told_now, now)
    if row.check_at is not None and row.check_at <= now:
        check_back.ask(tx, context, reload(tx, context.vault, report), now)


def _climb(tx: Transaction, context: Context, report: Report, now: datetime) -> tuple[str, ...]:
    """One step, in which these people are told."""
    state = advance(report.state, Event(Happening.DEADLINE, "signpost"))
    if isinstance(state, Refused):
        # Acknowledged in between: the timer has nothing left to do.
        save_state(tx, report, report.state, None, report.row.closed_at)
        return ()
    step = next_people(context, report, people_of(tx, report))
    due = context.timetable(report).step_after(state.level, now) if step else None
    save_state(tx, report, state, due, None)
    add_entry(tx, context.vault, report, Entry(now, "signpost", "", "deadline", state.stage.value, {}))
    people = tuple(Told(person, LADDER, "C") for person in step)
    add_people(tx, report, people, LADDER, now)
    report = reload(tx, context.vault, report)
    owe_people(tx, context, report, people, now)
    owe_rewrites(tx, context, report, now)
    if not step:
        owe_reporter(tx, context, report, "late", now)
    return step
