"""A Federation that works whenever a test of real processes is run: people are asked in working time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_WEEK = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CALENDAR = {
    "bank_holidays": "none",
    "hours": {day: ["04:00-12:00", "12:00-23:59"] for day in _WEEK},
    "closed": [],
}


def noon_zone() -> str:
    """A time zone in which it is the middle of the day now."""
    return f"Etc/GMT{datetime.now(UTC).hour - 12:+d}"


def in_two_months() -> datetime:
    """An end for a campaign."""
    return datetime.now(UTC) + timedelta(days=60)
