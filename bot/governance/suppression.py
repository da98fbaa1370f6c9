"""From figures to what is printed: a range for each, of which nobody can work out a small figure.

Three rules, and no exception to any:

- A figure is printed as it is from 5 on; 0 to 4 print alike. What is printed of it depends on it alone.
- No table is whole: no total is printed, and what is left out of each may be of any size (some kinds of
  report, cases of no known school, what was done in time). So nothing can be subtracted from anything.
- Of a whole that everybody knows, such as the staff of a school, what is left of it is protected as well.

So it is out of reach even of a reader who knows these rules and every figure ever printed: whatever a
small figure is, a term with any other small figure in its place would have printed exactly the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from bot.governance.figures import Figures, TrainingFigures

LEAST = 5
# From so many on, a part of a known whole and the rest of it can both be told without telling the other.
LEAST_WHOLE = 2 * LEAST - 1

Table = Literal["kinds", "schools", "late", "replies", "accounts", "asked", "read", "topics", "gaps"]
TABLES: tuple[Table, ...] = get_args(Table)


@dataclass(frozen=True)
class Range:
    """What is printed of a figure: it lies between these two, both included."""

    least: int
    most: int

    def __str__(self) -> str:
        return str(self.least) if self.least == self.most else f"{self.least} to {self.most}"


SMALL = Range(0, LEAST - 1)
# What is printed of a known whole of so few, and of any part of it.
FEW = Range(0, LEAST_WHOLE - 1)
Tables = Mapping[Table, Mapping[str, Range]]


def shown(count: int) -> Range:
    """What is printed of a figure: itself, or that it is small."""
    return SMALL if count < LEAST else Range(count, count)


def shown_whole(whole: int) -> Range:
    """What is printed of a whole that everybody knows."""
    return Range(whole, whole) if whole >= LEAST_WHOLE else FEW


def shown_part(part: int, whole: int) -> Range:
    """What is printed of a part of it: neither the part is told nor the rest of it, where it is small."""
    if whole < LEAST_WHOLE:
        return FEW
    if part < LEAST:
        return SMALL
    return Range(whole - LEAST + 1, whole) if whole - part < LEAST else Range(part, part)


def percent_in_time(in_time: Range, late: Range) -> Range | None:
    """The share in whole percent, as far as what is printed gives it; None where both are small."""
    if in_time == late == SMALL:
        return None
    least = in_time.least * 100 // (in_time.least + late.most)
    most = -(-in_time.most * 100 // (in_time.most + late.least))
    return Range(least, most)


def publish(figures: Figures) -> Tables:
    """All that is printed of these figures."""
    cases = figures.cases
    tables: dict[Table, Mapping[str, Range]] = {
        "kinds": _each(cases.by_kind),
        "schools": _each(cases.by_school),
        "late": _each({"acknowledged": cases.acknowledged_late, "closed": cases.closed_late}),
        "replies": _each(vars(figures.replies)),
    }
    if figures.accounts:
        tables["accounts"] = _each(vars(figures.accounts))
    if figures.training:
        tables |= _training(figures.training)
    if figures.topics:
        tables["topics"] = {
            topic: shown(count) for topic, count in figures.topics.asked.items() if count >= LEAST
        }
    if figures.gaps:
        tables["gaps"] = _each(vars(figures.gaps))
    return tables


def _each(counts: Mapping[str, int]) -> Mapping[str, Range]:
    return {name: shown(count) for name, count in counts.items()}


def _training(figures: TrainingFigures) -> dict[Table, Mapping[str, Range]]:
    schools = figures.by_school.items()
    return {
        "asked": {name: shown_whole(school.asked) for name, school in schools},
        "read": {name: shown_part(school.read, school.asked) for name, school in schools},
    }
