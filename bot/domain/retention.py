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
    """What decides of a stored case whether it may go.

    `read`: somebody has opened it since its reporter last wrote. `ended_at`: the last entry of a closed case.
    """

    kind: str
    child: bool
    restricted: bool
    drill: bool
    held: bool
    read: bool
    owed: bool
    ended_at: datetime | None


def class_of(case: Kept) -> CaseClass:
    """The class of a case: where several fit, the one that protects a child."""
    if case.drill:
        return "drills"
    if case.child or case.restricted or case.kind in ("image", "danger", "concern"):
        return "safeguarding"
    return "questions" if case.kind == "question" else "cases"


def may_go(case: Kept, periods: Periods, now: datetime) -> bool:
    """Whether its text may be destroyed: never an open case, or one of which anything is unread."""
    period = periods[class_of(case)]
    if case.held or not case.read or case.owed or case.ended_at is None or period is None:
        return False
    return case.ended_at + period <= now
