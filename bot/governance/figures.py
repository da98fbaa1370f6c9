"""What is counted for a governors' report: a record for each capability, with every figure as it is.

None of these is ever shown: `suppression.publish` makes of them what is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class CaseFigures:
    """The cases received in the term, without restricted ones and drills.

    `by_kind` has each kind that is printed, and `by_school` each school: a case of another kind, or of no
    school that is known, is in neither. The others are of all of them: how many were not acknowledged, and
    not closed, within the local target.
    """

    by_kind: Mapping[str, int]
    by_school: Mapping[str, int]
    acknowledged_late: int
    closed_late: int


@dataclass(frozen=True)
class ReplyFigures:
    """What was due on the list of replies in the term: answered or acknowledged in time, and not."""

    in_time: int
    late: int


@dataclass(frozen=True)
class AccountFigures:
    """The Federation's accounts when the report is made."""

    live: int
    under_two_runners: int
    review_overdue: int


@dataclass(frozen=True)
class SchoolTraining:
    """The staff of one school: how many were asked, and how many of them have read and understood."""

    asked: int
    read: int


@dataclass(frozen=True)
class TrainingFigures:
    """Who has read and understood the policy, by the school's id. How many were asked is no secret."""

    by_school: Mapping[str, SchoolTraining]


@dataclass(frozen=True)
class TopicFigures:
    """How often a question was answered from each topic, by its id."""

    asked: Mapping[str, int]


@dataclass(frozen=True)
class GapFigures:
    """Questions to which the policy has no answer: with a signed one in force, and without."""

    answered: int
    waiting: int


@dataclass(frozen=True)
class Figures:
    """A term. What a Federation does not use is None, and its section is left out."""

    cases: CaseFigures
    replies: ReplyFigures
    accounts: AccountFigures | None = None
    training: TrainingFigures | None = None
    topics: TopicFigures | None = None
    gaps: GapFigures | None = None
