"""Counts what a governors' report is made of: one function for each capability, over one whole term.

Of accounts, campaigns and gaps no history is kept: they are counted as they stand when the report is made.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from bot.accounts.course import under_two
from bot.campaigns.people import figures_by_school
from bot.casework.context import Work
from bot.domain.accounts import REGISTERED, AccountStage
from bot.domain.cases import WITHDRAWN
from bot.domain.roster import Federation
from bot.domain.times import Term
from bot.governance.figures import (
    AccountFigures,
    CaseFigures,
    Figures,
    GapFigures,
    ReplyFigures,
    SchoolTraining,
    TopicFigures,
    TrainingFigures,
)
from bot.storage.accounts import all_accounts
from bot.storage.campaigns import newest_campaign
from bot.storage.gaps import count_gaps
from bot.storage.governance import CountedCase, counted_cases, topics_of
from bot.storage.replies import counts_in_time

_MOMENT = timedelta(microseconds=1)


def collect(work: Work, term: Term) -> Figures:
    """Every figure of a term that is over."""
    return Figures(
        cases=case_figures(work, term),
        replies=reply_figures(work, term),
        topics=TopicFigures(topics_of(work.tx, term.name)),
        accounts=account_figures(work),
        training=training_figures(work),
        gaps=gap_figures(work),
    )


def case_figures(work: Work, term: Term) -> CaseFigures:
    """The cases that were received in the term, and how they stand now."""
    world = work.context.world
    since, before = _bounds(world.federation, term)
    cases = counted_cases(work.tx, since, before)
    kept = [case for case in cases if case.outcome != WITHDRAWN]
    return CaseFigures(
        by_kind=_counted(world.governors.kinds, (case.kind for case in cases)),
        by_school=_counted(
            [school.id for school in world.federation.schools], (case.school for case in cases)
        ),
        acknowledged_late=sum(_acknowledged_late(world.federation, case, work.now) for case in kept),
        closed_late=sum(
            _is_late(case.closed_at, _close_by(world.federation, case), work.now) for case in kept
        ),
    )


def reply_figures(work: Work, term: Term) -> ReplyFigures:
    """What was due on the list of replies in the term."""
    since, before = _bounds(work.context.world.federation, term)
    count, in_time = counts_in_time(work.tx, since - _MOMENT, before - _MOMENT)
    return ReplyFigures(in_time, count - in_time)


def account_figures(work: Work) -> AccountFigures:
    """The accounts on the register."""
    found = all_accounts(work.tx, work.context.vault, REGISTERED)
    overdue = sum(one.stage is AccountStage.REVIEW_DUE and one.reminded > 0 for one in found)
    return AccountFigures(len(found), sum(under_two(work, one) for one in found), overdue)


def training_figures(work: Work) -> TrainingFigures | None:
    """The newest campaign, by school, without people who could not be reached; None before the first one."""
    context = work.context
    campaign = newest_campaign(work.tx, context.world.policy.id)
    if campaign is None:
        return None
    found = figures_by_school(work.tx, context.vault, context.world.federation, campaign)
    return TrainingFigures(
        {one.school: SchoolTraining(one.asked - one.not_reached, one.attested) for one in found}
    )


def gap_figures(work: Work) -> GapFigures:
    """The questions that the policy leaves open."""
    found = count_gaps(work.tx, work.now)
    return GapFigures(found.live, found.open)


def _bounds(federation: Federation, term: Term) -> tuple[datetime, datetime]:
    """When the term begins, and when it is over."""
    midnight = federation.working_time.midnight
    return midnight(term.first), midnight(term.last + timedelta(days=1))


def _counted(names: Collection[str], found: Iterable[str]) -> Mapping[str, int]:
    counts = Counter(found)
    return {name: counts[name] for name in names}


def _acknowledged_late(federation: Federation, case: CountedCase, now: datetime) -> bool:
    since, climbed = case.clock_from or case.received_at, case.clock_level
    due_at = federation.timetable(since, case.urgent, climbed).step(0)
    # A case whose clock began again after it had climbed was late before.
    return climbed > 0 or _is_late(case.acknowledged_at, due_at, now)


def _close_by(federation: Federation, case: CountedCase) -> datetime:
    return federation.working_time.end_of_day(case.received_at, federation.targets.close_days)


def _is_late(done_at: datetime | None, due_at: datetime, now: datetime) -> bool:
    """Whether it was done after its target, or is still not done although that has passed."""
    return due_at < (done_at or now)
