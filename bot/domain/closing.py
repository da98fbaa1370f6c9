"""What must be on record before a case may be closed, by what it is about: one pure table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

# What a case is about when it is closed; where several hold, the first one counts.
ClosingKind = Literal["allegation", "picture", "child", "low_level", "question", "other"]
CLOSING_KINDS: tuple[ClosingKind, ...] = get_args(ClosingKind)
# These take two people: an allegation, a sexual picture of a child, a child at risk.
_BY_TWO: tuple[ClosingKind, ...] = ("allegation", "picture", "child")
# What is still to be done; each has its words in policy_kb/case-work.yml.
Demand = Literal["details", "assessment", "advice", "tasks"]
DEMANDS: tuple[Demand, ...] = get_args(Demand)
_DEMANDED: Mapping[ClosingKind, tuple[Demand, ...]] = {
    **dict.fromkeys(_BY_TWO, DEMANDS),
    "low_level": ("details", "assessment"),
    "question": ("details",),
    "other": ("details",),
}


@dataclass(frozen=True)
class OnRecord:
    """What the history says. `details`: the closer opened them since the reporter wrote last.

    `assessment`: the closer made one since the case was last opened again. `advice`: the LADO's or the
    DSL's, with the time. `tasks`: none is open.
    """

    details: bool
    assessment: bool
    advice: bool
    tasks: bool


def gravest(kinds: Iterable[ClosingKind]) -> ClosingKind:
    """The one by whose rules the case is closed."""
    found = set(kinds)
    return next((kind for kind in CLOSING_KINDS if kind in found), "other")


def takes_two(kind: ClosingKind) -> bool:
    """Whether a second person has to agree."""
    return kind in _BY_TWO


def demands(kind: ClosingKind, found: OnRecord) -> tuple[Demand, ...]:
    """What is missing before the closer may close it; nothing where all of it is on record."""
    done: Mapping[Demand, bool] = {
        "details": found.details,
        "assessment": found.assessment,
        "advice": found.advice,
        "tasks": found.tasks,
    }
    return tuple(demand for demand in _DEMANDED[kind] if not done[demand])
