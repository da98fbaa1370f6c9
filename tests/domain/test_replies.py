"""The clock of rule 61: when an answer is due, over twenty years, and the total table of an entry's life."""

import itertools
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.content.federation import load_federation
from bot.domain.replies import (
    REPLY_TABLE,
    WITHIN,
    ReplyEvent,
    ReplyStage,
    due,
    reminder_at,
    share_on_time,
)
from bot.domain.times import SCHOOL_WEEK, WorkingTime
from bot.settings import EXAMPLE

LONDON = ZoneInfo("Europe/London")
HOURS = load_federation(EXAMPLE).working_time
FIRST, TWENTY_YEARS = datetime(2024, 1, 1, tzinfo=UTC), 20 * 366 * 24 * 3600
moments = st.integers(0, TWENTY_YEARS).map(lambda passed: FIRST + timedelta(seconds=passed))
SUNDAYS = WorkingTime(week=(*((),) * 6, SCHOOL_WEEK[0]))
FOUR_DAYS = WorkingTime(week=((), *SCHOOL_WEEK[1:]))


def at(text: str) -> datetime:
    """A moment on the wall's clock in London."""
    return datetime.fromisoformat(text).replace(tzinfo=LONDON)


def wall(moment: datetime) -> str:
    """The same, read off the wall."""
    return f"{moment.astimezone(LONDON):%a %d %b %Y %H:%M}"


def is_weekend(moment: datetime) -> bool:
    return moment.astimezone(LONDON).weekday() >= 5


@pytest.mark.parametrize(
    ("received", "wanted", "weekend", "outside"),
    [
        ("2026-11-24T10:15", "Wed 25 Nov 2026 10:15", False, False),
        # A Friday evening is not at a weekend: the literal 24 hours, though nobody works on Saturday.
        ("2026-11-27T18:00", "Sat 28 Nov 2026 18:00", False, True),
        ("2026-11-27T23:59", "Sat 28 Nov 2026 23:59", False, True),
        ("2026-11-28T00:00", "Mon 30 Nov 2026 16:30", True, False),
        ("2026-11-28T12:00", "Mon 30 Nov 2026 16:30", True, False),
        ("2026-11-29T23:59", "Mon 30 Nov 2026 16:30", True, False),
        ("2026-11-30T00:00", "Tue 01 Dec 2026 00:00", False, True),
        # The policy does not say that a bank holiday is no working day, so nothing is put off by it.
        ("2026-08-30T23:59", "Mon 31 Aug 2026 16:30", True, True),
        ("2026-08-31T00:01", "Tue 01 Sep 2026 00:01", False, True),
        # Christmas: Friday the 25th, and the Saturday after it, within a term holiday.
        ("2026-12-25T12:00", "Sat 26 Dec 2026 12:00", False, True),
        ("2026-12-26T12:00", "Mon 28 Dec 2026 16:30", True, True),
        # The clocks go on at 01:00 on that Sunday: 01:30 is not on the wall, and is half past two.
        ("2027-03-28T01:30", "Mon 29 Mar 2027 16:30", True, True),
        ("2027-03-27T01:30", "Mon 29 Mar 2027 16:30", True, True),
        # And back at 02:00: either 01:30 is of the same Sunday.
        ("2026-10-25T01:30", "Mon 26 Oct 2026 16:30", True, False),
        # 24 hours are elapsed time: a leap day is a day like others.
        ("2028-02-28T09:00", "Tue 29 Feb 2028 09:00", False, False),
        ("2028-02-29T09:00", "Wed 01 Mar 2028 09:00", False, False),
    ],
)
def test_the_literal_rule(received: str, wanted: str, weekend: bool, outside: bool) -> None:
    """Each hard case has its literal time, and is marked where it lies outside working hours."""
    found = due(at(received), HOURS)
    assert (wall(found.at), found.weekend, found.outside) == (wanted, weekend, outside)


@pytest.mark.parametrize("zone", ["Europe/London", "America/New_York", "Asia/Kolkata"])
@pytest.mark.parametrize("fold", [0, 1])
def test_elapsed_time_counts_across_a_clock_change(zone: str, fold: int) -> None:
    """On a weekday 24 hours are 24 hours, whatever the clock on the wall does in between."""
    hours = WorkingTime(timezone=zone)
    received = datetime(2026, 10, 23, 1, 30, fold=fold, tzinfo=ZoneInfo(zone))
    assert due(received, hours).at - received.astimezone(UTC) == WITHIN


@given(moments)
def test_due_after_receipt_and_never_later_than_the_rule(received: datetime) -> None:
    """Over twenty years: after receipt; 24 hours at a weekday, else the next weekday that is named."""
    found = due(received, HOURS)
    assert found.at > received
    assert found.weekend == is_weekend(received)
    if not found.weekend:
        assert found.at - received == timedelta(hours=24)
        return
    there, then = received.astimezone(LONDON), found.at.astimezone(LONDON)
    monday = there.date() + timedelta(days=7 - there.weekday())
    assert then.date() == monday
    assert then.time() == HOURS.week[0][-1].ends


@given(moments, moments)
def test_monotone_among_weekdays_and_among_weekends(one: datetime, other: datetime) -> None:
    """What came in earlier is never due later, among weekday receipts and among weekend receipts."""
    earlier, later = sorted((one, other))
    if is_weekend(earlier) == is_weekend(later):
        assert due(earlier, HOURS).at <= due(later, HOURS).at


@given(moments)
def test_it_is_outside_exactly_where_nobody_works(received: datetime) -> None:
    """The mark stands at a time on which no working half-day lies, its very end included."""
    found = due(received, HOURS)
    day = found.at.astimezone(LONDON)
    halves = HOURS.half_days(day.date())
    assert found.outside != any(half.starts <= day.time() <= half.ends for half in halves)


@given(moments)
def test_reminders_rise_between_receipt_and_the_end(received: datetime) -> None:
    """50, 80 and 100 % of the time stand in this order, the last at the very end."""
    end = due(received, HOURS).at
    half, most, whole = (reminder_at(received, end, percent) for percent in (50, 80, 100))
    assert received < half < most < whole == end


@pytest.mark.parametrize(
    ("hours", "wanted"), [(FOUR_DAYS, "Tue 01 Dec 2026 16:30"), (SUNDAYS, "Tue 01 Dec 2026 00:00")]
)
def test_a_week_without_mondays(hours: WorkingTime, wanted: str) -> None:
    """A weekday that the Federation never works is no working day; one that never works has all of Monday."""
    assert wall(due(at("2026-11-28T12:00"), hours).at) == wanted


def test_every_stage_answers_every_event() -> None:
    """The table is total: no press and no timer meets a stage that says nothing to it."""
    assert set(REPLY_TABLE) == set(itertools.product(ReplyStage, ReplyEvent))


# Each pair of a stage and an event, in words: what it becomes, or with which words it is refused.
PAIRS = """
open remind open
open acknowledge acknowledged
open answer answered
acknowledged remind refused-acknowledged
acknowledged acknowledge refused-acknowledged
acknowledged answer answered
answered remind refused-answered
answered acknowledge refused-answered
answered answer refused-answered
"""


@pytest.mark.parametrize("line", PAIRS.strip().splitlines())
def test_each_pair_of_stage_and_event(line: str) -> None:
    """What fits leads on; a reminder, and a press late or twice, are refused by what is so already."""
    stage, event, after = line.split()
    found = REPLY_TABLE[ReplyStage(stage), ReplyEvent(event)]
    assert found == after.removeprefix("refused-")
    assert isinstance(found, ReplyStage) is not after.startswith("refused-")


def test_an_entry_only_goes_forward() -> None:
    """Nothing leads back to an earlier stage, and what is answered is answered for good."""
    order = list(ReplyStage)
    moves = [(stage, after) for (stage, _), after in REPLY_TABLE.items() if isinstance(after, ReplyStage)]
    assert all(order.index(after) >= order.index(stage) for stage, after in moves)
    assert [stage for stage, _ in moves if stage is ReplyStage.ANSWERED] == []


@pytest.mark.parametrize(
    ("count", "on_time", "share"), [(0, 0, None), (3, 3, 100), (3, 2, 66), (200, 199, 99)]
)
def test_the_share_is_never_rounded_up(count: int, on_time: int, share: int | None) -> None:
    """One late answer in two hundred is not a hundred percent; where nothing was due there is no share."""
    assert share_on_time(count, on_time) == share


def test_the_cases_are_what_they_say() -> None:
    """The days of the cases above are bank holidays or term holidays of the example."""
    assert [HOURS.half_days(day) for day in (date(2026, 8, 31), date(2026, 12, 28), date(2027, 3, 29))] == [
        (), (), ()
    ]  # fmt: skip
