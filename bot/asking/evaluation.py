"""Answers scored against labelled questions: how often right or refused, with what certainty, as tables."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bot.asking.answer import Answer
from bot.asking.labels import Labelled, holds
from bot.asking.marking import Marked
from bot.content.policy_load import Policy


@dataclass(frozen=True)
class Judged:
    """One answer: how sure it was, from 0 to 1, and whether it was right."""

    confidence: float
    right: bool


@dataclass(frozen=True)
class Bin:
    """Answers of a like confidence: how many, how sure on average, and the share that was right."""

    of: int
    confidence: float
    share: float


def reliability(answers: Sequence[Judged], bins: int = 10) -> tuple[Bin, ...]:
    """The answers in `bins` equal steps of confidence, the lowest first; empty steps are left out."""
    places = range(bins)
    grouped = [[given for given in answers if _bin(given, bins) == place] for place in places]
    return tuple(_summed(group) for group in grouped if group)


def calibration_error(answers: Sequence[Judged], bins: int = 10) -> float:
    """The expected calibration error, from 0 (what it says is so) to 1; 0 of nothing.

    The distance between confidence and share right in each bin, weighed by how many answers it holds.
    """
    found = reliability(answers, bins)
    return sum(part.of * abs(part.confidence - part.share) for part in found) / (len(answers) or 1)


def coverage(answers: Sequence[Judged]) -> tuple[tuple[float, float], ...]:
    """(share of the answers kept, share of those right), as the least sure are kept one by one.

    Answers of the same confidence are kept together: no order among them is better than another.
    """
    order = sorted(answers, key=lambda given: -given.confidence)
    points, right = [], 0
    for place, given in enumerate(order, 1):
        right += given.right
        if place == len(order) or order[place].confidence != given.confidence:
            points.append((place / len(order), right / place))
    return tuple(points)


def right_at(answers: Sequence[Judged], share: float) -> float:
    """The share right among at least the surest `share` of the answers; 0 of nothing."""
    return next((right for kept, right in coverage(answers) if kept >= share), 0.0)


def _bin(given: Judged, bins: int) -> int:
    return min(bins - 1, int(given.confidence * bins))


def _summed(group: Sequence[Judged]) -> Bin:
    size = len(group)
    return Bin(size, sum(given.confidence for given in group) / size, sum(g.right for g in group) / size)


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


# Voices are many: the JSON alone has them.
_SHOWN: tuple[Column, ...] = ("form", "author", "group")
_WIDE = 34
_HEAD = f"{'':{_WIDE}} {'right':>9}  {'share':>6}  95% interval"


def table(scores: Scores) -> str:
    """The scores as lines of text, a rate a line; then the sections of the policy, forms, authors, groups.

    What was not asked has no line.
    """
    lines = [_HEAD, *(_line(name, rate) for name, rate in scores.rates.items() if rate.of)]
    lines += [_figure(name, value) for name, value in _figures(scores).items()] if scores.judged else []
    sections = {name: part.first for name, part in scores.sections.items()}
    lines += _block("first clause right, by section", sections)
    for column in _SHOWN:
        lines += _block(f"right, by {column}", scores.columns[column])
    return "\n".join(lines)


def misses_table(scores: Scores) -> str:
    """Every miss: what was asked, what it is, and what it got."""
    return "\n".join(f"{miss.label:14} {miss.got:44} {miss.question}" for miss in scores.misses)


def to_json(scores: Scores) -> dict[str, Any]:
    """The scores for a machine: each rate with its counts and interval, and every miss."""
    return {
        "rates": {name: _rate_json(rate) for name, rate in scores.rates.items()},
        "sections": {
            name: {"first": _rate_json(part.first), "three": _rate_json(part.three)}
            for name, part in scores.sections.items()
        },
        "right_by": {
            column: {name: _rate_json(rate) for name, rate in rates.items()}
            for column, rates in scores.columns.items()
        },
        "mrr": round(scores.mrr, 4),
        "citations": round(scores.citations, 4),
        "calibration_error": round(calibration_error(scores.judged), 4),
        "misses": [{"q": miss.question, "label": miss.label, "got": miss.got} for miss in scores.misses],
    }


def _block(title: str, rates: dict[str, Rate]) -> list[str]:
    return ["", title, *(_line(name, rate) for name, rate in rates.items())] if rates else []


def _figures(scores: Scores) -> dict[str, float]:
    return {
        "mean reciprocal rank": scores.mrr,
        "clauses an answer cites": scores.citations,
        "calibration error of the answers": calibration_error(scores.judged),
        "right in the surest 60% of answers": right_at(scores.judged, 0.6),
        "right in the surest 80% of answers": right_at(scores.judged, 0.8),
    }


def _figure(name: str, value: float) -> str:
    return f"{name:{_WIDE}} {'':>9}  {value:6.3f}"


def _line(name: str, rate: Rate) -> str:
    low, high = rate.interval
    # The last step of a section's path is the one that tells it apart.
    shown = name if len(name) <= _WIDE else f"…{name[1 - _WIDE :]}"
    return f"{shown:{_WIDE}} {rate.hits:4d}/{rate.of:<4d}  {rate.share:6.3f}  {low:.3f} to {high:.3f}"


def _rate_json(rate: Rate) -> dict[str, Any]:
    low, high = rate.interval
    return {
        "hits": rate.hits,
        "of": rate.of,
        "share": round(rate.share, 4),
        "low": round(low, 4),
        "high": round(high, 4),
    }
