"""The clock of rule 61: comments, queries and complaints on the Federation's accounts are answered in a day.

The policy counts 24 hours from receipt, or "the next working day if received at a weekend", and says neither
what a working day is nor what holds on bank holidays and in term holidays. So the literal time is kept, and
never a later one: what lies outside the Federation's working hours is marked as that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Literal
from zoneinfo import ZoneInfo

from bot.domain.times import WorkingTime

ReplyKind = Literal["comment", "query", "complaint"]
WITHIN = timedelta(hours=24)
_SATURDAY = 5
_DAY = timedelta(days=1)
_MOMENT = timedelta(microseconds=1)


class ReplyStage(StrEnum):
    """How far an entry has come. An acknowledgement is enough for the rule, and not yet an answer."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"


class ReplyEvent(StrEnum):
    """What happens to an entry after it was logged."""

    REMIND = "remind"
    ACKNOWLEDGE = "acknowledge"
    ANSWER = "answer"


# Why an event does not fit: each has its words in policy_kb/replies.yml.
Unfit = Literal["acknowledged", "answered"]
REPLY_TABLE: Mapping[tuple[ReplyStage, ReplyEvent], ReplyStage | Unfit] = {
    (ReplyStage.OPEN, ReplyEvent.REMIND): ReplyStage.OPEN,
    (ReplyStage.OPEN, ReplyEvent.ACKNOWLEDGE): ReplyStage.ACKNOWLEDGED,
    (ReplyStage.OPEN, ReplyEvent.ANSWER): ReplyStage.ANSWERED,
    (ReplyStage.ACKNOWLEDGED, ReplyEvent.REMIND): "acknowledged",
    (ReplyStage.ACKNOWLEDGED, ReplyEvent.ACKNOWLEDGE): "acknowledged",
    (ReplyStage.ACKNOWLEDGED, ReplyEvent.ANSWER): ReplyStage.ANSWERED,
    (ReplyStage.ANSWERED, ReplyEvent.REMIND): "answered",
    (ReplyStage.ANSWERED, ReplyEvent.ACKNOWLEDGE): "answered",
    (ReplyStage.ANSWERED, ReplyEvent.ANSWER): "answered",
}


@dataclass(frozen=True)
class ReplyDue:
    """When an answer is due. `weekend`: the end of a working day, a local reading of "during" it.

    `outside`: nobody works at that moment, as far as the Federation's calendar says.
    """

    at: datetime
    weekend: bool
    outside: bool


def due(received: datetime, hours: WorkingTime) -> ReplyDue:
    """When a comment that was received then is owed an answer, in UTC; `received` is aware."""
    there = received.astimezone(ZoneInfo(hours.timezone))
    weekend = there.weekday() >= _SATURDAY
    at = _end_of_next_weekday(there, hours) if weekend else received.astimezone(UTC) + WITHIN
    return ReplyDue(at, weekend, hours.half_day_at(at) is None and hours.half_day_at(at - _MOMENT) is None)


def _end_of_next_weekday(there: datetime, hours: WorkingTime) -> datetime:
    """The working end of the next weekday of the Federation's week, whatever holiday it falls on."""
    days = [there.date() + _DAY * number for number in range(1, 8)]
    worked = [day for day in days if day.weekday() < _SATURDAY and hours.week[day.weekday()]]
    zone = ZoneInfo(hours.timezone)
    if not worked:
        # A Federation that works at weekends alone: all of the next weekday.
        monday = next(day for day in days if day.weekday() < _SATURDAY)
        return datetime.combine(monday + _DAY, time(0), zone).astimezone(UTC)
    ends = hours.week[worked[0].weekday()][-1].ends
    return datetime.combine(worked[0], ends, zone).astimezone(UTC)


def reminder_at(received: datetime, due_at: datetime, percent: int) -> datetime:
    """When so much of the time has passed."""
    return received + (due_at - received) * percent / 100


def share_on_time(settled: int, on_time: int) -> int | None:
    """The share in whole percent, rounded down; None where there is nothing to count."""
    return on_time * 100 // settled if settled else None
