"""What of the work on a case falls due, and when: its tasks, that nobody works on it, a closing that waits.

Reminders are for working time: each is given as the first working half-day begins that does not begin
before it is due. All of it is a local target, not in the policy. A breach clock alone does not wait for
working time, and is of the law.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import count, takewhile

from bot.casework.breach import reminder_times
from bot.casework.context import Context
from bot.casework.work_done import Task, open_tasks, proposal
from bot.domain.cases import Stage
from bot.domain.times import WorkingTime
from bot.storage.reports import Entry, Report

_WEEK = timedelta(days=7)
# Who acts in a history and works on no case; and what is no work on it.
_NOBODY = ("reporter", "signpost")
_LOOKED = ("view", "export", "export_code")


@dataclass(frozen=True)
class OverdueItem:
    """What is overdue since then: a task; else a closing for which `asker` needs a second person; else that
    nobody has worked on the case.

    `at` is the newest time at which it was to be said, and `times` how often it was by then.
    """

    since: datetime
    at: datetime
    task: Task | None = None
    asker: str = ""
    times: int = 0


def overdue(
    context: Context, report: Report, entries: Sequence[Entry], now: datetime
) -> tuple[OverdueItem, ...]:
    """What of this case is overdue by now: each open task from its time on, and the case when it is idle."""
    found = []
    for item, steps in _diary(context, report, entries):
        passed = tuple(takewhile(lambda step: step <= now, steps))
        if passed:
            found.append(replace(item, at=passed[-1], times=len(passed)))
    return tuple(found)


def next_at(context: Context, report: Report, entries: Sequence[Entry], now: datetime) -> datetime | None:
    """When something of it is to be said next, after now; None where nothing is."""
    upcoming = [next(step for step in steps if step > now) for _, steps in _diary(context, report, entries)]
    return min((*upcoming, *(at for at in reminder_times(context, report) if at > now)), default=None)


def _diary(
    context: Context, report: Report, entries: Sequence[Entry]
) -> Iterator[tuple[OverdueItem, Iterator[datetime]]]:
    """Each thing that falls due, and every time at which it is to be said."""
    federation, stage = context.world.federation, report.state.stage
    if stage is Stage.CLOSED:
        return
    for task in open_tasks(entries):
        yield OverdueItem(task.due, task.due, task), _weekly(task.due, federation.working_time)
    days, since = federation.targets.idle_days, _worked(report, entries)
    if stage is Stage.ACKNOWLEDGED and days:
        yield OverdueItem(since, since), _every(since, days, federation.working_time)
    asked, days = proposal(entries), context.work.reminder.second_days
    if asked is not None and days:
        yield (
            OverdueItem(asked.at, asked.at, asker=asked.actor),
            _every(asked.at, days, federation.working_time),
        )


def _worked(report: Report, entries: Iterable[Entry]) -> datetime:
    """When somebody last worked on it; of a case older than these reminders, the upgrade at the earliest."""
    worked = [entry.at for entry in entries if entry.actor not in _NOBODY and entry.event not in _LOOKED]
    return max([report.row.work_from or report.row.received_at, *worked])


def _weekly(due: datetime, working: WorkingTime) -> Iterator[datetime]:
    yield from (_as_it_begins(due + number * _WEEK, working) for number in count())


def _every(since: datetime, days: int, working: WorkingTime) -> Iterator[datetime]:
    for number in count(1):
        yield _as_it_begins(working.end_of_day(since, days * number), working)


def _as_it_begins(moment: datetime, working: WorkingTime) -> datetime:
    return next(working.half_days_from(moment))[0]
