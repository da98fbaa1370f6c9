"""What of the work on a case falls due, when, and who is reminded: its tasks, and that nobody works on it.

Reminders are for working time: each is given as the first working half-day begins that does not begin
before it is due. All of it is a local target, not in the policy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count, takewhile

from bot.casework.context import Context, Work
from bot.casework.notify import reached
from bot.casework.work_done import Task, open_tasks
from bot.domain.cases import Stage
from bot.domain.routing import Told
from bot.domain.times import WorkingTime
from bot.storage.reports import Entry, Report

_WEEK = timedelta(days=7)
# Who acts in a history and works on no case; and what is no work on it.
_NOBODY = ("reporter", "signpost")
_LOOKED = ("view", "export", "export_code")


@dataclass(frozen=True)
class Item:
    """What is overdue: the newest time at which it was to be said, and how often it was by then.

    `task` is None where nobody has worked on the case since `since`.
    """

    at: datetime
    times: int
    since: datetime
    task: Task | None = None


def overdue(context: Context, report: Report, entries: Sequence[Entry], now: datetime) -> tuple[Item, ...]:
    """What of this case is overdue by now: each open task from its time on, and the case when it is idle."""
    found = []
    for since, task, steps in _diary(context, report, entries):
        passed = tuple(takewhile(lambda step: step <= now, steps))
        if passed:
            found.append(Item(passed[-1], len(passed), since, task))
    return tuple(found)


def next_at(context: Context, report: Report, entries: Sequence[Entry], now: datetime) -> datetime | None:
    """When something of it is to be said next, after now; None where nothing is."""
    upcoming = (
        next(step for step in steps if step > now) for _, _, steps in _diary(context, report, entries)
    )
    return min(upcoming, default=None)


def reminded(work: Work, report: Report, told: tuple[Told, ...], item: Item) -> tuple[str, ...]:
    """Who is reminded of it: whose task it is, or who holds the case; from the second time on `eht` too.

    With their covers, and nobody who may not see the case.
    """
    if item.task is not None:
        return reached(work, report, told, item.task.person)
    roster, row = work.context.world.federation.roster, report.row
    others = roster.own_holders("eht", row.school) if item.times > 1 else ()
    names = (report.state.holder, *others)
    return tuple(dict.fromkeys(one for name in names for one in reached(work, report, told, name)))


def _diary(
    context: Context, report: Report, entries: Sequence[Entry]
) -> Iterator[tuple[datetime, Task | None, Iterator[datetime]]]:
    """Each thing that falls due, since when, and every time at which it is to be said."""
    federation, stage = context.world.federation, report.state.stage
    if stage is Stage.CLOSED:
        return
    for task in open_tasks(entries):
        yield task.due, task, _weekly(task.due, federation.working_time)
    days, since = federation.targets.idle_days, _worked(report, entries)
    if stage is Stage.ACKNOWLEDGED and days:
        yield since, None, _idle(since, days, federation.working_time)


def _worked(report: Report, entries: Iterable[Entry]) -> datetime:
    """When somebody last worked on it; of a case older than these reminders, the upgrade at the earliest."""
    worked = [entry.at for entry in entries if entry.actor not in _NOBODY and entry.event not in _LOOKED]
    return max([report.row.work_from or report.row.received_at, *worked])


def _weekly(due: datetime, working: WorkingTime) -> Iterator[datetime]:
    yield from (_as_it_begins(due + number * _WEEK, working) for number in count())


def _idle(since: datetime, days: int, working: WorkingTime) -> Iterator[datetime]:
    for number in count(1):
        yield _as_it_begins(working.end_of_day(since, days * number), working)


def _as_it_begins(moment: datetime, working: WorkingTime) -> datetime:
    return next(working.half_days_from(moment))[0]
