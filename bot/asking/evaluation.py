"""Answers scored against labelled questions: how often right, how often refused, with what certainty."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from bot.asking.answer import Answer
from bot.asking.calibration import Judged
from bot.asking.labels import Conditions, Labelled, holds, read_labelled
from bot.asking.marking import Marked
from bot.content.policy_load import Policy

__all__ = [
    "Conditions",
    "Labelled",
    "Miss",
    "Rate",
    "Scores",
    "Section",
    "evaluate",
    "holds",
    "read_labelled",
    "wilson",
]

Column = Literal["form", "author", "voice", "group"]
COLUMNS: tuple[Column, ...] = ("form", "author", "voice", "group")


@dataclass(frozen=True)
class Rate:
    """`hits` of `of`; `low` and `high` are Wilson's 95% interval."""

    hits: int
    of: int

    @property
    def share(self) -> float:
        """From 0 to 1; 0 of nothing."""
        return self.hits / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Wilson's 95% interval; (0, 1) of nothing."""
        return wilson(self.hits, self.of)


@dataclass(frozen=True)
class Miss:
    """A question that was not answered as labelled, and what it got."""

    question: str
    label: str
    got: str


@dataclass(frozen=True)
class Section:
    """The policy questions whose clause stands in one section: right at once, and in the first three."""

    first: Rate
    three: Rate


@dataclass(frozen=True)
class Scores:
    """The rates by name, in the order in which they are read, and the same by section of the policy.

    `columns` are what was right by form, author, voice and group, where the questions say theirs. `mrr` is
    the mean reciprocal rank, `citations` the mean number of clauses that an answer cites, `judged` every
    answer to a labelled question (`calibration.py`): one to a question out of scope is wrong.
    """

    rates: dict[str, Rate]
    sections: dict[str, Section]
    columns: dict[Column, dict[str, Rate]]
    mrr: float
    citations: float
    judged: tuple[Judged, ...]
    misses: tuple[Miss, ...]


def evaluate(
    questions: Sequence[Labelled], ask: Callable[..., Answer], policy: Policy | None = None
) -> Scores:
    """Ask every question, a conversation turn by turn (`ask(*turns)`), and score the last answers.

    `policy` says which section a question belongs to, and what the topics beside an answer cite.
    """
    marked = [Marked(question, ask(*question.asked)) for question in questions]
    answers = [each for each in marked if each.given.kind == "answer" and each.question.kind != "group"]
    return Scores(
        rates=_rates(marked),
        sections=_sections(marked, policy),
        columns={column: _column(marked, column) for column in COLUMNS},
        mrr=_mean_reciprocal_rank(_of(marked, "policy")),
        citations=sum(len(each.given.citations) for each in answers) / (len(answers) or 1),
        judged=tuple(Judged(each.given.confidence, each.first) for each in answers),
        misses=tuple(_miss(each) for each in marked if not each.as_labelled),
    )


def wilson(hits: int, of: int) -> tuple[float, float]:
    """Wilson's 95% interval of `hits` in `of`."""
    if of == 0:
        return 0.0, 1.0
    z, share = 1.959964, hits / of
    centre = share + z * z / (2 * of)
    spread = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    whole = 1 + z * z / of
    return max(0.0, (centre - spread) / whole), min(1.0, (centre + spread) / whole)


def _rates(marked: Sequence[Marked]) -> dict[str, Rate]:
    return {
        **_policy_rates(_of(marked, "policy")),
        **_other_rates(_of(marked, "out_of_scope"), _of(marked, "report")),
        **_danger_rates(_of(marked, "danger"), _of(marked, "policy", "out_of_scope", "report")),
    }


def _policy_rates(policy: Sequence[Marked]) -> dict[str, Rate]:
    ruled = [each for each in policy if each.question.verdict or each.question.verdict_also]
    return {
        "policy: first clause right": _count(policy, lambda each: each.first),
        "policy: right in the first three": _count(policy, lambda each: each.among_three),
        "policy: verdict agrees": _count(
            [each for each in ruled if each.first], lambda each: each.verdict_agrees
        ),
        "policy: closest rule only": _count(policy, lambda each: each.given.kind == "related"),
        "policy: asked back": _count(policy, lambda each: each.given.kind == "clarify"),
        "policy: refused though covered": _count(policy, lambda each: each.refused),
        "policy: taken for a report": _count(policy, lambda each: each.given.kind == "report"),
    }


def _other_rates(outside: Sequence[Marked], reports: Sequence[Marked]) -> dict[str, Rate]:
    near = [each for each in outside if each.question.near]
    offered = [each for each in reports if each.given.kind == "report"]
    return {
        "out of scope: refused": _count(outside, lambda each: each.refused),
        "out of scope, near: refused": _count(near, lambda each: each.refused),
        "report: offered": Rate(len(offered), len(reports)),
        "report: offered, or danger": _count(reports, lambda each: each.given.kind in ("report", "danger")),
        "report: of the right kind": _count(offered, lambda each: each.right_report),
    }


def _danger_rates(signs: Sequence[Marked], calm: Sequence[Marked]) -> dict[str, Rate]:
    """A sign that may be graded a concern counts apart from those that are danger for sure."""
    return {
        "danger: seen": _count([each for each in signs if not each.question.concern], lambda each: each.seen),
        "concern: seen": _count([each for each in signs if each.question.concern], lambda each: each.seen),
        "numbers shown": _count(signs, lambda each: each.numbers_shown),
        "danger: false alarms": _count(calm, lambda each: each.given.kind == "danger"),
        "concern: false alarms": _count(calm, lambda each: each.given.kind == "concern"),
    }


def _sections(marked: Sequence[Marked], policy: Policy | None) -> dict[str, Section]:
    """In the order of the policy; a question that several sections answer counts in the first of them."""
    clauses = () if policy is None else tuple(policy.clauses.values())
    found: dict[str, list[Marked]] = {clause.section: [] for clause in clauses}
    for each in _of(marked, "policy"):
        expect = each.question.expect
        of = next((clause.section for clause in clauses if holds(clause.quote, expect)), None)
        if of is not None:
            found[of].append(each)
    return {
        name: Section(_count(part, lambda each: each.first), _count(part, lambda each: each.among_three))
        for name, part in found.items()
        if part
    }


def _column(marked: Sequence[Marked], column: Column) -> dict[str, Rate]:
    """How many were right of each value of the column, in the order in which the values come."""
    values: dict[str, list[Marked]] = {}
    for each in marked:
        if value := getattr(each.question, column):
            values.setdefault(value, []).append(each)
    return {value: _count(part, lambda each: each.as_labelled) for value, part in values.items()}


def _of(marked: Iterable[Marked], *kinds: str) -> list[Marked]:
    return [each for each in marked if each.question.kind in kinds]


def _count(marked: Sequence[Marked], right: Callable[[Marked], bool]) -> Rate:
    return Rate(sum(right(each) for each in marked), len(marked))


def _mean_reciprocal_rank(policy: Sequence[Marked]) -> float:
    return sum(1 / each.rank for each in policy if each.rank) / (len(policy) or 1)


def _miss(each: Marked) -> Miss:
    question, given = each.question, each.given
    label = question.group if question.kind == "group" else f"{question.kind} {question.report or ''}".strip()
    shown = given.topic or ", ".join(choice.topic for choice in given.options) or given.report
    return Miss(" / ".join(question.asked), label, f"{given.kind} {shown}".strip())
