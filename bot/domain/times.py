"""When a Federation works: the half-days of its week, its closed periods and its bank holidays.

Moments come in aware and go out in UTC; what is counted are half-days and days on the wall's clock, so
that 12:30 is 12:30 on either side of a clock change.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class HalfDay:
    """Working hours without a break between them: a morning, or an afternoon."""

    starts: time
    ends: time


@dataclass(frozen=True)
class Closure:
    """A time in which nobody works, such as a term holiday: both days belong to it."""

    name: str
    first: date
    last: date


@dataclass(frozen=True)
class Term:
    """A term and the holiday after it, such as "2026-autumn": both days belong to it."""

    name: str
    first: date
    last: date


def no_bank_holidays(_year: int) -> Collection[date]:
    """For a Federation that gives its days off itself."""
    return ()


_SCHOOL_DAY = (HalfDay(time(8, 30), time(12, 30)), HalfDay(time(12, 30), time(16, 30)))
SCHOOL_WEEK = ((_SCHOOL_DAY,) * 5) + ((),) * 2


@dataclass(frozen=True)
class WorkingTime:
    """The calendar of a Federation. `week` holds each weekday's half-days, from Monday.

    `bank_holidays` gives those of a year.
    """

    timezone: str = "Europe/London"
    week: tuple[tuple[HalfDay, ...], ...] = SCHOOL_WEEK
    closures: tuple[Closure, ...] = ()
    bank_holidays: Callable[[int], Collection[date]] = no_bank_holidays

    def half_days(self, day: date) -> tuple[HalfDay, ...]:
        """What is worked on this day; () on a day off."""
        off = day in self.bank_holidays(day.year) or any(c.first <= day <= c.last for c in self.closures)
        return () if off else self.week[day.weekday()]

    @property
    def every_day(self) -> WorkingTime:
        """The same on every day, for what waits for no day off: one without hours has those of the first."""
        usual = next(filter(None, self.week))
        week = tuple(hours or usual for hours in self.week)
        return replace(self, week=week, closures=(), bank_holidays=no_bank_holidays)

    def day_of(self, moment: datetime) -> date:
        """The day that a moment falls on where the Federation is."""
        return moment.astimezone(ZoneInfo(self.timezone)).date()

    def half_day_at(self, moment: datetime) -> tuple[datetime, datetime] | None:
        """When the half-day of this moment began and ends; None where nobody works."""
        today = self._moments(self.day_of(moment))
        return next((half for half in today if half[0] <= moment < half[1]), None)

    def half_days_from(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        """When each working half-day that does not begin before `moment` begins and ends, in order."""
        day = self.day_of(moment)
        while True:
            yield from (half for half in self._moments(day) if half[0] >= moment)
            day += _DAY

    def end_of_half_day(self, moment: datetime, number: int) -> datetime:
        """The end of the `number`-th working half-day (from 1) that does not begin before `moment`."""
        found = self.half_days_from(moment)
        for _ in range(number - 1):
            next(found)
        return next(found)[1]

    def end_of_day(self, moment: datetime, number: int) -> datetime:
        """The end of the `number`-th working day (from 1) after the day of `moment`."""
        day, left = self.day_of(moment), number
        while left:
            day += _DAY
            left -= bool(self.half_days(day))
        return self._moments(day)[-1][1]

    def midnight(self, day: date) -> datetime:
        """When this day begins."""
        return self._at(day, time(0))

    def _moments(self, day: date) -> list[tuple[datetime, datetime]]:
        return [(self._at(day, half.starts), self._at(day, half.ends)) for half in self.half_days(day)]

    def _at(self, day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, ZoneInfo(self.timezone)).astimezone(UTC)


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
