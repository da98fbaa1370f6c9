"""The calendar in federation.yml: working hours, closed periods, and whose bank holidays are kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from datetime import date, time, timedelta
from functools import lru_cache, partial
from itertools import pairwise
from typing import Annotated, Any, Literal, get_args

import holidays
from pydantic import BeforeValidator, Field, field_validator, model_validator

from bot.content.documents import Day, Record
from bot.domain.escalation import Wait
from bot.domain.times import SCHOOL_WEEK, Closure, HalfDay, WorkingTime, no_bank_holidays

_SUBDIVISIONS = {"england": "ENG", "wales": "WLS", "scotland": "SCT", "northern_ireland": "NIR"}
_HOURS = re.compile(r"([01]?\d|2[0-3]):([0-5]\d) ?[-–] ?([01]?\d|2[0-3]):([0-5]\d)")
# Clocks change before it: every hour after it is there once on each day.
_EARLIEST = time(4)
# The longest summer holiday is nine weeks: more is most likely a year that was mistyped.
_LONGEST = timedelta(days=92)
_WAIT = re.compile(r"([1-9]\d?) (half-day|day)s?")

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)


def _half_day(value: Any) -> HalfDay:
    found = _HOURS.fullmatch(str(value))
    if found is None:
        raise ValueError("give a half-day as 08:30-12:30")
    numbers = [int(number) for number in found.groups()]
    half = HalfDay(time(numbers[0], numbers[1]), time(numbers[2], numbers[3]))
    if half.starts < _EARLIEST or half.ends <= half.starts:
        raise ValueError("a half-day begins at 04:00 or later, and ends after it begins")
    return half


HalfDayText = Annotated[HalfDay, BeforeValidator(_half_day)]
HalfDays = Annotated[tuple[HalfDayText, ...], Field(max_length=2)]


class ClosureRecord(Record):
    """A closed period: both days belong to it."""

    name: str = Field(min_length=1, max_length=100)
    first: Day = Field(alias="from")
    last: Day = Field(alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> ClosureRecord:
        if not timedelta(0) <= self.last - self.first < _LONGEST:
            raise ValueError(
                f"`to` is the last day, from `from` on, at most {_LONGEST.days} days: check the years"
            )
        return self


def _school_week() -> dict[Weekday, HalfDays]:
    return {day: half_days for day, half_days in zip(WEEKDAYS, SCHOOL_WEEK, strict=True) if half_days}


class CalendarRecord(Record):
    """When the Federation works: standard cases wait outside it, urgent ones never do."""

    bank_holidays: Literal["england", "wales", "scotland", "northern_ireland", "none"] = "england"
    hours: dict[Weekday, HalfDays] = Field(default_factory=_school_week)
    closed: tuple[ClosureRecord, ...] = ()

    @field_validator("hours")
    @classmethod
    def _worked(cls, value: dict[Weekday, HalfDays]) -> dict[Weekday, HalfDays]:
        if not any(value.values()):
            raise ValueError("give at least one weekday with its working hours")
        for day, half_days in value.items():
            if any(one.ends > other.starts for one, other in pairwise(half_days)):
                raise ValueError(f"{day}: the second half-day begins before the first one ends")
        return value

    def working_time(self, timezone: str) -> WorkingTime:
        """As the domain knows it."""
        return WorkingTime(
            timezone=timezone,
            week=tuple(self.hours.get(day, ()) for day in WEEKDAYS),
            closures=tuple(Closure(item.name, item.first, item.last) for item in self.closed),
            bank_holidays=bank_holidays(self.bank_holidays),
        )


def bank_holidays(nation: str) -> Callable[[int], Collection[date]]:
    """The bank holidays of a year in a nation of the United Kingdom."""
    if nation == "none":
        return no_bank_holidays
    return partial(_bank_holidays, _SUBDIVISIONS[nation])


@lru_cache(maxsize=256)
def _bank_holidays(subdivision: str, year: int) -> frozenset[date]:
    # A year at a time: the library's own table, which fills itself when asked, is not for several threads.
    return frozenset(holidays.country_holidays("GB", subdiv=subdivision, years=year))


def read_waits(value: Any) -> Any:
    """Waits in words, such as "1 half-day" and "2 days", as the domain knows them."""
    if not isinstance(value, list):
        return value
    if any(isinstance(item, int) for item in value):
        raise ValueError(
            "minutes are no longer taken: a standard case waits in working time (see `calendar`). Write"
            " [1 half-day, 1 day, 2 days], or working half-days and days of your own"
        )
    return [_wait(item) for item in value]


def _wait(value: Any) -> Wait:
    found = _WAIT.fullmatch(str(value))
    if found is None:
        raise ValueError(f"{value!r} is no working time: give for example 1 half-day, 1 day or 2 days")
    return Wait(int(found[1]), days=found[2] == "day")


def rising_waits(value: tuple[Wait, ...]) -> tuple[Wait, ...]:
    """The waits, where each is longer than the one before it."""
    if any(later.half_days <= earlier.half_days for earlier, later in pairwise(value)):
        raise ValueError(
            "give working time from receipt, each longer than the one before; a day is two half-days"
        )
    return value
