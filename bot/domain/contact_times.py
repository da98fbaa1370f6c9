"""The times in which somebody wants to be left alone, and when the next one begins in which they do not."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.domain.times import WorkingTime

_DAY = timedelta(days=1)
# Whatever is chosen repeats within a week; over a term holiday, school hours are free.
_LOOKED_AHEAD = 15


@dataclass(frozen=True)
class Avoided:
    """Hours on the wall's clock, from `starts` until before `ends`, on the weekdays in which they start.

    From Monday, 0. Where they end no later than they start they reach into the next day. With `working`
    they are the Federation's working half-days instead.
    """

    starts: time = time(0)
    ends: time = time(0)
    days: frozenset[int] = frozenset(range(7))
    working: bool = False

    def covers(self, moment: datetime, hours: WorkingTime) -> bool:
        """Whether this moment lies in it."""
        if self.working:
            return hours.half_day_at(moment) is not None
        there = moment.astimezone(ZoneInfo(hours.timezone))
        clock, today = there.time(), there.weekday()
        if self.starts < self.ends:
            return today in self.days and self.starts <= clock < self.ends
        begun = today in self.days and clock >= self.starts
        return begun or ((today - 1) % 7 in self.days and clock < self.ends)


def next_allowed(avoided: Collection[Avoided], moment: datetime, hours: WorkingTime) -> datetime | None:
    """This moment, or the first after it that none of these covers; None where together they leave none."""

    def is_free(at: datetime) -> bool:
        return not any(one.covers(at, hours) for one in avoided)

    if is_free(moment):
        return moment
    return next((at for at in _turns(avoided, moment, hours) if is_free(at)), None)


def _turns(avoided: Collection[Avoided], moment: datetime, hours: WorkingTime) -> Iterator[datetime]:
    """When something may end or a day begins, in order, after `moment`."""
    zone, today = ZoneInfo(hours.timezone), hours.day_of(moment)
    for day in (today + _DAY * number for number in range(_LOOKED_AHEAD)):
        clocks = {time(0), *(one.ends for one in avoided), *(half.ends for half in hours.half_days(day))}
        found = sorted(_at(day, clock, zone) for clock in clocks)
        yield from (at for at in found if at > moment)


def _at(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(UTC)
