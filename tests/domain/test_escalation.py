from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.escalation import Targets, Timetable, Wait
from bot.domain.times import SCHOOL_WEEK, Closure, HalfDay, WorkingTime

LONDON = ZoneInfo("Europe/London")
# Christmas of 2026 as a school has it, its bank holidays given as dates.
CHRISTMAS = Closure("Christmas", date(2026, 12, 19), date(2027, 1, 3))
BANK_HOLIDAYS = (
    date(2026, 4, 3),
    date(2026, 4, 6),
    date(2026, 5, 4),
    date(2026, 12, 25),
    date(2026, 12, 28),
)
WORKING = WorkingTime(closures=(CHRISTMAS,), bank_holidays=lambda _year: BANK_HOLIDAYS)


def at(text: str) -> datetime:
    """A moment on London's clock, such as "2026-11-27 18:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def timetable(
    received: str, urgent: bool = False, working: WorkingTime = WORKING, targets: Targets | None = None
) -> Timetable:
    return Timetable(at(received), urgent, targets or Targets(), working)


def local(moment: datetime) -> str:
    return f"{moment.astimezone(LONDON):%a %d %b %H:%M}"


def steps(table: Timetable, count: int = 3) -> list[str]:
    return [local(table.step(level)) for level in range(count)]


@pytest.mark.parametrize(
    ("received", "expected"),
    [
        # On a working day: the half-day in which it came in is not counted.
        ("2026-11-23 09:00", ["Mon 23 Nov 16:30", "Tue 24 Nov 16:30", "Wed 25 Nov 16:30"]),
        ("2026-11-23 14:00", ["Tue 24 Nov 12:30", "Tue 24 Nov 16:30", "Wed 25 Nov 16:30"]),
        ("2026-11-23 07:00", ["Mon 23 Nov 12:30", "Tue 24 Nov 16:30", "Wed 25 Nov 16:30"]),
        # Friday evening, Saturday, Sunday: Monday morning is the next half-day, Monday the next day.
        ("2026-11-27 18:00", ["Mon 30 Nov 12:30", "Mon 30 Nov 16:30", "Tue 01 Dec 16:30"]),
        ("2026-11-28 11:00", ["Mon 30 Nov 12:30", "Mon 30 Nov 16:30", "Tue 01 Dec 16:30"]),
        ("2026-11-29 23:59", ["Mon 30 Nov 12:30", "Mon 30 Nov 16:30", "Tue 01 Dec 16:30"]),
        # The Friday before a bank-holiday Monday, and that Monday itself.
        ("2026-05-01 18:00", ["Tue 05 May 12:30", "Tue 05 May 16:30", "Wed 06 May 16:30"]),
        ("2026-05-04 10:00", ["Tue 05 May 12:30", "Tue 05 May 16:30", "Wed 06 May 16:30"]),
        # The last afternoon of term, Christmas Day, New Year's Eve.
        ("2026-12-18 15:00", ["Mon 04 Jan 12:30", "Mon 04 Jan 16:30", "Tue 05 Jan 16:30"]),
        ("2026-12-25 09:00", ["Mon 04 Jan 12:30", "Mon 04 Jan 16:30", "Tue 05 Jan 16:30"]),
        ("2026-12-31 23:30", ["Mon 04 Jan 12:30", "Mon 04 Jan 16:30", "Tue 05 Jan 16:30"]),
        # The nights in which the clocks change: 2026-03-29 forward, 2026-10-25 back.
        ("2026-03-27 18:00", ["Mon 30 Mar 12:30", "Mon 30 Mar 16:30", "Tue 31 Mar 16:30"]),
        ("2026-03-29 00:30", ["Mon 30 Mar 12:30", "Mon 30 Mar 16:30", "Tue 31 Mar 16:30"]),
        ("2026-10-25 00:30", ["Mon 26 Oct 12:30", "Mon 26 Oct 16:30", "Tue 27 Oct 16:30"]),
        ("2026-10-25 01:30", ["Mon 26 Oct 12:30", "Mon 26 Oct 16:30", "Tue 27 Oct 16:30"]),
    ],
)
def test_a_standard_case_waits_in_working_time(received: str, expected: list[str]) -> None:
    """Next half-day, next day and day 2 end when people work, whatever day or night it came in."""
    assert steps(timetable(received)) == expected


def test_working_hours_follow_the_clock_on_the_wall() -> None:
    """Half past four is 16:30 UTC in winter and 15:30 UTC in summer, on either side of both clock changes."""
    hours = [timetable(received).step(0) for received in ("2026-03-27 09:00", "2026-03-30 09:00")]
    assert hours == [datetime(2026, 3, 27, 16, 30, tzinfo=UTC), datetime(2026, 3, 30, 15, 30, tzinfo=UTC)]
    hours = [timetable(received).step(0) for received in ("2026-10-23 09:00", "2026-10-26 09:00")]
    assert hours == [datetime(2026, 10, 23, 15, 30, tzinfo=UTC), datetime(2026, 10, 26, 16, 30, tzinfo=UTC)]


@pytest.mark.parametrize(
    "received",
    [
        "2026-11-27 18:00",
        "2026-11-28 11:00",
        "2026-11-29 23:59",
        "2026-05-04 10:00",
        "2026-12-25 03:00",
        "2026-03-29 00:55",
        "2026-10-25 00:55",
        "2026-10-25 01:55",
    ],
)
def test_an_urgent_case_waits_for_nobody(received: str) -> None:
    """At weekends, on holidays and through clock changes its steps are ten minutes apart."""
    table = timetable(received, urgent=True)
    begin = table.since.astimezone(UTC)
    assert [table.step(level) - begin for level in range(3)] == [timedelta(minutes=m) for m in (10, 20, 30)]


def test_the_repeated_hour_is_two_hours() -> None:
    """In the night in which 01:50 comes twice, an urgent case of either waits ten minutes and no more."""
    first = timetable("2026-10-25 01:50", urgent=True)
    second = replace(first, since=first.since.replace(fold=1))
    assert first.step(0) == datetime(2026, 10, 25, 1, 0, tzinfo=UTC)
    assert second.step(0) == datetime(2026, 10, 25, 2, 0, tzinfo=UTC)


def test_past_the_last_target_the_ladder_goes_on() -> None:
    """A ladder longer than the targets goes on at the last gap, or at one working day more each time."""
    urgent = timetable("2026-11-28 11:00", urgent=True)
    assert [local(urgent.step(level)) for level in (3, 4)] == ["Sat 28 Nov 11:40", "Sat 28 Nov 11:50"]
    assert steps(timetable("2026-11-26 09:00"), 5)[3:] == ["Tue 01 Dec 16:30", "Wed 02 Dec 16:30"]


def test_no_two_steps_fall_together() -> None:
    """Where the next half-day and the next day end at one moment, the later step waits a half-day more."""
    week = (*SCHOOL_WEEK[:4], (HalfDay(time(8, 30), time(12, 30)),), *SCHOOL_WEEK[5:])
    table = timetable("2026-11-26 14:00", working=replace(WORKING, week=week))
    assert steps(table) == ["Fri 27 Nov 12:30", "Mon 30 Nov 12:30", "Mon 30 Nov 16:30"]


def test_a_late_step_leaves_time_before_the_next() -> None:
    """A step that is climbed days late gives its people a half-day, or of an urgent case half a target."""
    standard = timetable("2026-11-18 09:00")
    assert local(standard.step_after(1, at("2026-11-28 03:00"))) == "Mon 30 Nov 12:30"
    assert local(standard.step_after(1, at("2026-11-18 16:30"))) == "Thu 19 Nov 16:30"
    urgent = timetable("2026-11-18 09:00", urgent=True)
    assert local(urgent.step_after(1, at("2026-11-28 03:00"))) == "Sat 28 Nov 03:05"


def reminders(table: Timetable, count: int) -> list[str]:
    found = [table.reminder_after(table.since)]
    while len(found) < count:
        found.append(table.reminder_after(found[-1]))
    return [local(moment) for moment in found]


def test_reminders_come_with_each_half_day() -> None:
    """A standard case is remembered as each working half-day begins, never between them."""
    found = reminders(timetable("2026-11-27 10:00"), 4)
    assert found == ["Fri 27 Nov 12:30", "Mon 30 Nov 08:30", "Mon 30 Nov 12:30", "Tue 01 Dec 08:30"]
    assert reminders(timetable("2026-12-18 18:00"), 1) == ["Mon 04 Jan 08:30"]


@pytest.mark.parametrize("climbed", [0, 1, 2, 5])
def test_a_clock_that_begins_again_counts_its_own_steps(climbed: int) -> None:
    """Made urgent after any number of steps, each further one is ten minutes later, from that moment on."""
    table = Timetable(at("2026-11-28 23:00"), True, Targets(), WORKING, climbed)
    found = [local(table.step(climbed + number)) for number in range(4)]
    assert found == [f"Sat 28 Nov 23:{minute}" for minute in (10, 20, 30, 40)]
    assert local(table.step(0)) == "Sat 28 Nov 23:10"
    calm = Timetable(at("2026-11-23 09:00"), False, Targets(), WORKING, climbed)
    assert [local(calm.step(climbed + number)) for number in range(3)] == steps(timetable("2026-11-23 09:00"))


def test_urgent_reminders_come_with_each_step() -> None:
    """An urgent case is remembered with each step and goes on at the last gap, on a Sunday as well."""
    found = reminders(timetable("2026-11-29 02:00", urgent=True), 5)
    assert found == [f"Sun 29 Nov 02:{minute}" for minute in (10, 20, 30, 40, 50)]


@pytest.mark.parametrize(
    ("urgent", "now", "expected"),
    [
        # Down from Friday noon to Monday at nine: Monday's reminder, and none of Friday's.
        (False, "2026-11-30 09:00", "Mon 30 Nov 08:30"),
        # Up again on Saturday night, or after hours: nobody is reminded before the next half-day.
        (False, "2026-11-28 03:00", None),
        (False, "2026-11-27 16:30", None),
        (True, "2026-11-28 03:04", "Sat 28 Nov 03:00"),
    ],
)
def test_after_an_outage_the_newest_reminder_counts(urgent: bool, now: str, expected: str | None) -> None:
    """Of the reminders that were missed the newest alone is left, and none outside working time."""
    table = timetable("2026-11-27 10:00", urgent=urgent)
    found = table.newest_reminder(table.reminder_after(table.since), at(now))
    assert (found and local(found)) == expected


HALF_DAYS = st.sampled_from(
    [
        (),
        (HalfDay(time(8, 30), time(12, 30)), HalfDay(time(12, 30), time(16, 30))),
        (HalfDay(time(4), time(9, 15)), HalfDay(time(10), time(23, 59))),
        (HalfDay(time(9), time(12)),),
    ]
)
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
CLOSURES = st.builds(
    lambda day, length: Closure("", day, day + timedelta(days=length)), DAYS, st.integers(0, 60)
)


def calendar(week: list[tuple[HalfDay, ...]], closures: list[Closure], off: frozenset[date]) -> WorkingTime:
    return WorkingTime(week=tuple(week), closures=tuple(closures), bank_holidays=lambda _year: off)


WORKING_TIMES = st.builds(
    calendar,
    st.lists(HALF_DAYS, min_size=7, max_size=7).filter(any),
    st.lists(CLOSURES, max_size=3),
    st.frozensets(DAYS, max_size=20),
)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001
TARGETS = st.builds(
    lambda waits: Targets(standard=tuple(sorted(waits, key=lambda wait: wait.half_days))),
    st.lists(
        st.builds(Wait, st.integers(1, 6), st.booleans()),
        min_size=1,
        max_size=4,
        unique_by=lambda w: w.half_days,
    ),
)
LEVELS = st.integers(0, 5)


@given(MOMENTS, LEVELS, TARGETS, WORKING_TIMES)
def test_a_standard_step_ends_a_working_half_day(
    received: datetime, level: int, targets: Targets, working: WorkingTime
) -> None:
    """Whatever the calendar, a step is due after its receipt and the step before it, as a half-day ends."""
    table = Timetable(received, False, targets, working)
    due = table.step(level)
    assert due > received
    assert level == 0 or due > table.step(level - 1)
    last_minute = working.half_day_at(due - timedelta(minutes=1))
    assert last_minute is not None
    assert last_minute[1] == due


@given(MOMENTS, MOMENTS, LEVELS, TARGETS, WORKING_TIMES)
def test_who_came_first_climbs_first(
    one: datetime, other: datetime, level: int, targets: Targets, working: WorkingTime
) -> None:
    """Of two standard cases the one that came in earlier is never due later."""
    earlier, later = sorted((one, other))
    tables = [Timetable(moment, False, targets, working) for moment in (earlier, later)]
    assert tables[0].step(level) <= tables[1].step(level)


@given(MOMENTS, LEVELS, TARGETS, WORKING_TIMES)
def test_no_calendar_touches_an_urgent_case(
    received: datetime, level: int, targets: Targets, working: WorkingTime
) -> None:
    """Its steps and reminders are so many minutes from receipt, whatever the working hours."""
    table = Timetable(received, True, targets, working)
    due = received + timedelta(minutes=10 * (level + 1))
    assert table.step(level) == due
    assert table.reminder_after(due - timedelta(minutes=1)) == due


@given(MOMENTS, WORKING_TIMES)
def test_past_its_ladder_an_urgent_case_is_remembered_each_day(
    moment: datetime, working: WorkingTime
) -> None:
    """Once as each half-day begins: never twice within an hour, and no day without, holidays included."""
    table = Timetable(moment, True, Targets(), working, ended=True)
    # As long as its steps are not over it is remembered with each of them.
    steps = [table.reminder_after(moment + timedelta(minutes=minutes)) for minutes in (0, 10, 20)]
    assert [step - moment for step in steps] == [timedelta(minutes=minutes) for minutes in (10, 20, 30)]
    moment += timedelta(minutes=30)
    first = table.reminder_after(moment)
    second = table.reminder_after(first)
    assert moment < first <= moment + timedelta(hours=26)
    assert timedelta(hours=1) <= second - first <= timedelta(hours=26)


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=40)), WORKING_TIMES)
def test_a_reminder_begins_a_half_day(received: datetime, passed: timedelta, working: WorkingTime) -> None:
    """A standard reminder is due as a half-day begins, and one that was missed counts while that lasts."""
    table = Timetable(received, False, Targets(), working)
    first, now = table.reminder_after(received), received + passed
    half = working.half_day_at(first)
    assert half is not None
    assert first == half[0] > received
    if first <= now:
        newest, present = table.newest_reminder(first, now), working.half_day_at(now)
        assert newest == (present and present[0])
