"""How long a case is kept: its class, and from when on its text may go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

CaseClass = Literal["safeguarding", "cases", "questions", "drills"]
CASE_CLASSES: tuple[CaseClass, ...] = get_args(CaseClass)
# None: kept until the Federation gives a number.
Periods = Mapping[CaseClass, timedelta | None]


@dataclass(frozen=True)
class Kept:
    """What decides of a stored case whether it may go."""

    kind: str
    child: bool
    restricted: bool
    drill: bool
    held: bool
    read: bool
    owed: bool
    closed_at: datetime | None


def class_of(case: Kept) -> CaseClass:
    """The class of a case: where several fit, the one that protects a child."""
    if case.drill:
        return "drills"
    if case.child or case.restricted or case.kind in ("image", "danger", "concern"):
        return "safeguarding"
    return "questions" if case.kind == "question" else "cases"


def may_go(case: Kept, periods: Periods, now: datetime) -> bool:
    """Whether its text may be destroyed: legal hold first, never an open case, never before it was read."""
    period = periods[class_of(case)]
    if case.held or not case.read or case.owed or case.closed_at is None or period is None:
        return False
    return case.closed_at + period <= now
