"""When a case that nobody has acknowledged climbs the ladder, and when those who were told are reminded.

The targets are the Federation's own: the policy sets no time for acknowledging a report. They run from
the moment at which it was received, whenever it was delivered; where it is made urgent, or goes to other
people, counted again from that moment. An urgent case waits for nobody's hours.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from bot.domain.times import WorkingTime


@dataclass(frozen=True)
class Wait:
    """So many working half-days, or working days: to the end of the last of them."""

    number: int
    days: bool = False

    @property
    def half_days(self) -> int:
        """How long it is, a day being two half-days: to put waits in order."""
        return self.number * (2 if self.days else 1)

    def more(self, number: int) -> Wait:
        """As much longer, in the same unit."""
        return Wait(self.number + number, self.days)

    def after(self, moment: datetime, working: WorkingTime) -> datetime:
        """When it is over: the half-day or day in which `moment` falls is not counted."""
        counted = working.end_of_day if self.days else working.end_of_half_day
        return counted(moment, self.number)


@dataclass(frozen=True)
class Targets:
    """When an unacknowledged case climbs each step, from receipt. Local: not in the policy.

    `urgent` in minutes of the clock, `standard` in working time. `undelivered`: the minutes after which a
    report that has reached nobody is brought to others, and its reporter is told. `check_back_days`: the days
    after which a reporter is asked whether anything has happened since; 0 for never. `idle_days`: the working
    days without work on it after which a reminder of an acknowledged case is sent; 0 for never. `close_days`:
    the working days within which a case is meant to be closed; the governors' report alone asks for it.
    """

    urgent: tuple[int, ...] = (10, 20, 30)
    standard: tuple[Wait, ...] = (Wait(1), Wait(1, days=True), Wait(2, days=True))
    undelivered: int = 5
    check_back_days: int = 14
    idle_days: int = 5
    close_days: int = 20


@dataclass(frozen=True)
class Timetable:
    """The timers of one case. `since` is its receipt, or when its clock restarted after `climbed` steps.

    `ended`: the ladder has no step left, and nobody has acknowledged it.
    """

    since: datetime
    urgent: bool
    targets: Targets
    working: WorkingTime
    climbed: int = 0
    ended: bool = False

    def step(self, level: int) -> datetime:
        """When step `level` (from 0) of the ladder is due, each later than the one before."""
        left = max(level - self.climbed, 0)
        if self.urgent:
            return self._urgent_step(left)
        due = self._standard_step(0)
        for number in range(1, left + 1):
            # A day of one half-day ends with it: the next step waits for another half-day at least.
            due = max(self._standard_step(number), self.working.end_of_half_day(due, 1))
        return due

    def step_after(self, level: int, now: datetime) -> datetime:
        """When step `level` is due, the one before being climbed now.

        After a time out of service the steps are climbed one by one, not all in the same minute.
        """
        planned = self.step(level)
        if planned > now:
            return planned
        if self.urgent:
            return _later(now, self.targets.urgent[0] / 2)
        return self.working.end_of_half_day(now, 1)

    def reminder_after(self, moment: datetime) -> datetime:
        """The next reminder: of an urgent case with each step; else as a working half-day begins.

        After the ladder's end an urgent case is remembered as each half-day begins, on days off too: the
        same people every few minutes for days would learn to look away.
        """
        hours = self.working.every_day if self.urgent else self.working
        half_day = next(begins for begins, _ in hours.half_days_from(moment) if begins > moment)
        if not self.urgent:
            return half_day
        steps = [self._urgent_step(level) for level in range(len(self.targets.urgent))]
        if self.ended:
            return next((step for step in steps if step > moment), half_day)
        last = self._urgent_step(len(self.targets.urgent) - 1)
        past = last + self._gap * ((moment - last) // self._gap + 1)
        return next((step for step in steps if step > moment), past)

    def newest_reminder(self, since: datetime, now: datetime) -> datetime | None:
        """The newest reminder from `since` to now; None where its half-day is over, and nobody works."""
        newest = since
        while (later := self.reminder_after(newest)) <= now:
            newest = later
        half_day = self.working.half_day_at(newest)
        is_stale = not self.urgent and (half_day is None or half_day[1] <= now)
        return None if is_stale else newest

    @property
    def _gap(self) -> timedelta:
        minutes = self.targets.urgent
        return timedelta(minutes=minutes[-1] - (minutes[-2] if len(minutes) > 1 else 0))

    def _urgent_step(self, level: int) -> datetime:
        # Past the last target, the last gap repeats.
        minutes, last = self.targets.urgent, len(self.targets.urgent) - 1
        more = self._gap * max(level - last, 0)
        return _later(self.since, minutes[min(level, last)]) + more

    def _standard_step(self, level: int) -> datetime:
        # Past the last target, one more of its unit for each step.
        waits, last = self.targets.standard, len(self.targets.standard) - 1
        return waits[min(level, last)].more(max(level - last, 0)).after(self.since, self.working)


def _later(moment: datetime, minutes: float) -> datetime:
    # In UTC: on a clock of its own zone a minute may be sixty-one, when that clock is changed.
    return moment.astimezone(UTC) + timedelta(minutes=minutes)
