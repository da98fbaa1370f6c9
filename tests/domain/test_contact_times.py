"""When somebody who wants to be left alone at some times may be told."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.times import Avoided, Closure, WorkingTime, next_allowed

LONDON = ZoneInfo("Europe/London")
HALF_TERM = Closure("Half term", date(2026, 10, 26), date(2026, 10, 30))
HOURS = WorkingTime(closures=(HALF_TERM,))
START = datetime(2026, 1, 1)  # noqa: DTZ001 - Hypothesis draws naive moments
CHOICES = {
    "mornings": Avoided(time(5), time(12)),
    "afternoons": Avoided(time(12), time(17)),
    "evenings": Avoided(time(17), time(22)),
    "nights": Avoided(time(22), time(5)),
    "weekends": Avoided(days=frozenset((5, 6))),
    "school_hours": Avoided(working=True),
}


def allowed(moment: str, *chosen: str) -> str:
    at = datetime.fromisoformat(moment).replace(tzinfo=LONDON)
    found = next_allowed([CHOICES[name] for name in chosen], at, HOURS)
    return f"{found.astimezone(LONDON):%Y-%m-%d %H:%M}" if found else "never"


@pytest.mark.parametrize(
    ("moment", "chosen", "expected"),
    [
        ("2026-11-23 09:00", "", "2026-11-23 09:00"),
        ("2026-11-23 09:00", "evenings nights", "2026-11-23 09:00"),
        ("2026-11-23 17:00", "evenings", "2026-11-23 22:00"),
        ("2026-11-23 16:59", "evenings", "2026-11-23 16:59"),
        ("2026-11-23 18:00", "evenings nights", "2026-11-24 05:00"),
        ("2026-11-24 03:00", "nights", "2026-11-24 05:00"),
        ("2026-11-24 03:00", "mornings nights", "2026-11-24 12:00"),
        # From Friday night over the weekend, until Monday's night is over.
        ("2026-11-27 23:00", "nights weekends", "2026-11-30 05:00"),
        ("2026-11-28 11:00", "weekends", "2026-11-30 00:00"),
        ("2026-11-23 09:00", "school_hours", "2026-11-23 16:30"),
        ("2026-11-23 17:00", "school_hours evenings nights", "2026-11-24 05:00"),
        # In the half term nobody is at school.
        ("2026-10-26 09:00", "school_hours", "2026-10-26 09:00"),
        # The two nights in which the clocks change.
        ("2026-03-28 23:30", "nights", "2026-03-29 05:00"),
        ("2026-10-24 23:30", "nights", "2026-10-25 05:00"),
        ("2026-11-23 09:00", "mornings afternoons evenings nights", "never"),
        ("2026-11-23 09:00", "school_hours mornings afternoons evenings nights", "never"),
    ],
)
def test_the_next_time_that_is_not_avoided(moment: str, chosen: str, expected: str) -> None:
    """The moment itself where it is free, else the end of what is avoided; never where nothing is left."""
    assert allowed(moment, *chosen.split()) == expected


@given(st.datetimes(START, START + timedelta(days=700)), st.sets(st.sampled_from(sorted(CHOICES))))
def test_what_is_found_is_free_and_no_earlier(moment: datetime, chosen: set[str]) -> None:
    """Whatever is chosen, the moment that is found lies in none of it and never before the one asked for."""
    avoided, at = [CHOICES[name] for name in chosen], moment.replace(tzinfo=UTC)
    found = next_allowed(avoided, at, HOURS)
    if found is None:
        assert {"mornings", "afternoons", "evenings", "nights"} <= chosen
        return
    assert found >= at
    assert not any(one.covers(found, HOURS) for one in avoided)
