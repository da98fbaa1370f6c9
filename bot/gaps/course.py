"""The course of an open question: its stages, when it is to be answered, when its answer is reviewed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time

from bot.casework.context import Work
from bot.content.world import World
from bot.domain.gaps import GapAnswer, GapStage
from bot.storage.gaps import OPEN, Gap


def due_at(world: World, now: datetime) -> datetime:
    """When a question that waits from now on is to be answered: the end of a working day. A local target."""
    return world.federation.working_time.end_of_day(now, world.gaps.reminders[0].days)


def review_at(answer: GapAnswer) -> datetime:
    """When an answer is due to be looked at again."""
    return datetime.combine(answer.review, time(9), UTC)


def moved(work: Work, gap: Gap, stage: GapStage, answer: GapAnswer | None) -> Gap:
    """The question at another stage from today. One that is open still is due when it was."""
    still = gap.stage in OPEN and stage in OPEN
    due = gap.due_at if still else due_at(work.context.world, work.now)
    review = review_at(answer) if answer else None
    ahead = {GapStage.LIVE: review, GapStage.DECLINED: None}.get(stage, gap.remind_at if still else due)
    return replace(gap, stage=stage, since=day_of(work.now), due_at=due, remind_at=ahead, answer=answer)


def day_of(moment: datetime) -> datetime:
    """The day alone: when exactly somebody asked is nobody's to know."""
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
