"""The timers of a case: the ladder climbs until somebody acknowledges; people are reminded, then too."""

from __future__ import annotations

from datetime import datetime

from bot.casework.case import Case
from bot.casework.context import Context, Work
from bot.casework.due import do_due
from bot.casework.next_told import next_people
from bot.casework.notify import LADDER, owe_people, owe_reporter
from bot.delivery import breach_reminders, work_reminders
from bot.delivery.reminders import remind
from bot.delivery.work_reminders import say_that_one_waits
from bot.domain.cases import Event, Happening, Refused
from bot.domain.routing import Told
from bot.following import check_back
from bot.storage.reports import Report, add_people
from bot.storage.timers import due_report, due_reports


def climb_due(context: Context, now: datetime) -> None:
    """Do what is due of every case: one step up the ladder at most, one reminder for who was told before."""
    do_due(context, now, due_reports, due_report, _run_out, "ladder_broken")


def _run_out(work: Work, report: Report) -> None:
    row = report.row
    told_now = _climb(work, report) if row.due_at is not None and row.due_at <= work.now else ()
    if row.remind_at is not None and row.remind_at <= work.now:
        # The step that was climbed now may have been the last one.
        remind(work, Case.of(work, report.id).report, told_now)
    if row.check_at is not None and row.check_at <= work.now:
        check_back.ask(Case.of(work, report.id))
    if row.work_at is not None and row.work_at <= work.now:
        case = Case.of(work, report.id)
        breach_reminders.remind(case)
        work_reminders.remind(case)


def _climb(work: Work, report: Report) -> tuple[str, ...]:
    """One step, in which these people are told."""
    case = Case(work, report)
    step = next_people(work.context, report, case.told)
    due = work.context.timetable(report).step_after(report.state.level + 1, work.now) if step else None
    climbed = case.apply(Event(Happening.DEADLINE, "signpost"), due_at=due)
    if isinstance(climbed, Refused):
        # Acknowledged in between: the timer has nothing left to do.
        case.climb_at(None)
        return ()
    people = tuple(Told(person, LADDER, "C") for person in step)
    add_people(work.tx, report, people, LADDER, work.now)
    owe_people(work, climbed.report, people)
    if not step:
        owe_reporter(work, climbed.report, "late")
        say_that_one_waits(work, climbed.report)
    return step
