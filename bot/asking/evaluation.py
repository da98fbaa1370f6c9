"""Answers scored against labelled questions: how often right, how often refused, with what certainty."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from bot.asking.answer import Answer
from bot.asking.calibration import Judged
from bot.knowledge.documents import DataFaults, Fault
from bot.knowledge.policies import Clause

_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"'})
_REFUSALS = ("not_covered", "smalltalk")


class Labelled(BaseModel):
    """One labelled question. For `policy`, `expect` holds a substring of each right clause.

    `near` marks a question out of scope that is about school all the same. Other keys are let be: the
    files come from elsewhere.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    q: str
    kind: Literal["policy", "out_of_scope", "report", "danger"]
    expect: tuple[str, ...] | None = None
    report: Literal["abuse", "image", "other", "any"] | None = None
    near: bool = False


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

    `mrr` is the mean reciprocal rank, `citations` the mean number of clauses that an answer cites,
    `judged` every answer with a verdict (`calibration.py`): one to a question out of scope is wrong.
    """

    rates: dict[str, Rate]
    sections: dict[str, Section]
    mrr: float
    citations: float
    judged: tuple[Judged, ...]
    misses: tuple[Miss, ...]


def read_labelled(path: Path) -> tuple[Labelled, ...]:
    """The labelled questions of a JSONL file. Raises DataFaults with each bad line."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DataFaults([Fault(path, 1, f"cannot be read: {error}")]) from None
    read = [_labelled(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    faults = [item for item in read if isinstance(item, Fault)]
    if faults:
        raise DataFaults(faults)
    return tuple(item for item in read if isinstance(item, Labelled))


def evaluate(
    questions: Sequence[Labelled], ask: Callable[[str], Answer], clauses: Iterable[Clause] = ()
) -> Scores:
    """Ask every question and score the answers; `clauses` say which section a question belongs to."""
    pairs = [(question, ask(question.q)) for question in questions]
    answers = [pair for pair in pairs if pair[1].kind == "answer"]
    return Scores(
        rates=_rates(pairs),
        sections=_sections(pairs, tuple(clauses)),
        mrr=_mean_reciprocal_rank(pairs),
        citations=sum(len(given.citations) for _, given in answers) / (len(answers) or 1),
        judged=tuple(Judged(given.confidence, _first(question, given)) for question, given in answers),
        misses=tuple(_misses(pairs)),
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


def holds(clause: str, expected: Iterable[str] | None) -> bool:
    """Whether a clause holds one of the substrings, white space, case and quote marks folded."""
    folded = _fold(clause)
    return any(_fold(piece) in folded for piece in expected or ())


def _fold(text: str) -> str:
    return " ".join(text.translate(_QUOTES).casefold().split())


def _labelled(path: Path, number: int, line: str) -> Labelled | Fault:
    try:
        return Labelled.model_validate(json.loads(line))
    except (ValidationError, ValueError) as error:
        return Fault(path, number, f"not a labelled question: {str(error).splitlines()[0]}")


def _rank(question: Labelled, given: Answer) -> int:
    """The place, from 1, of the first right clause among the citations, then the options; 0 where none is."""
    shown = [clause.quote for clause in given.citations]
    shown += [choice.citations[0].quote for choice in given.options if choice.citations]
    return next((place for place, quote in enumerate(shown, 1) if holds(quote, question.expect)), 0)


def _first(question: Labelled, given: Answer) -> bool:
    return bool(given.citations) and _rank(question, given) == 1


def _among_three(question: Labelled, given: Answer) -> bool:
    rank = _rank(question, given)
    return 1 <= rank <= 3 or (rank > 0 and bool(given.options))


def _rates(pairs: Sequence[tuple[Labelled, Answer]]) -> dict[str, Rate]:
    policy, outside, reports, danger = (
        [pair for pair in pairs if pair[0].kind == kind]
        for kind in ("policy", "out_of_scope", "report", "danger")
    )
    found = [pair for pair in reports if pair[1].kind == "report"]
    calm = [pair for pair in pairs if pair[0].kind != "danger"]
    return {
        "policy: first clause right": _count(policy, _first),
        "policy: right in the first three": _count(policy, _among_three),
        "policy: asked back": _count(policy, lambda _, given: given.kind == "clarify"),
        "policy: refused though covered": _count(policy, _refused),
        "policy: taken for a report": _count(policy, lambda _, given: given.kind == "report"),
        "out of scope: refused": _count(outside, _refused),
        "out of scope, near: refused": _count([pair for pair in outside if pair[0].near], _refused),
        "report: offered": _count(reports, lambda _, given: given.kind == "report"),
        "report: offered, or danger": _count(reports, lambda _, given: given.kind in ("report", "danger")),
        "report: of the right kind": _count(found, _right_report),
        "danger: seen": _count(danger, lambda _, given: given.kind == "danger"),
        "danger: false alarms": _count(calm, lambda _, given: given.kind == "danger"),
    }


def _sections(pairs: Sequence[tuple[Labelled, Answer]], clauses: tuple[Clause, ...]) -> dict[str, Section]:
    """In the order of the policy; a question that several sections answer counts in the first of them."""
    found: dict[str, list[tuple[Labelled, Answer]]] = {clause.section: [] for clause in clauses}
    for question, given in pairs:
        of = next((clause.section for clause in clauses if holds(clause.quote, question.expect)), None)
        if of is not None and question.kind == "policy":
            found[of].append((question, given))
    return {
        name: Section(_count(part, _first), _count(part, _among_three))
        for name, part in found.items()
        if part
    }


def _refused(_: Labelled, given: Answer) -> bool:
    return given.kind in _REFUSALS


def _right_report(question: Labelled, given: Answer) -> bool:
    return question.report in (None, "any", given.report)


def _count(pairs: Sequence[tuple[Labelled, Answer]], right: Callable[[Labelled, Answer], bool]) -> Rate:
    return Rate(sum(right(question, given) for question, given in pairs), len(pairs))


def _mean_reciprocal_rank(pairs: Sequence[tuple[Labelled, Answer]]) -> float:
    ranks = [_rank(question, given) for question, given in pairs if question.kind == "policy"]
    return sum(1 / rank for rank in ranks if rank) / len(ranks) if ranks else 0.0


def _misses(pairs: Sequence[tuple[Labelled, Answer]]) -> Iterable[Miss]:
    for question, given in pairs:
        if not _as_labelled(question, given):
            label = question.kind + (f" {question.report}" if question.report else "")
            shown = given.topic or ", ".join(choice.topic for choice in given.options) or given.report
            yield Miss(question.q, label, f"{given.kind} {shown}".strip())


def _as_labelled(question: Labelled, given: Answer) -> bool:
    match question.kind:
        case "policy":
            return _first(question, given)
        case "out_of_scope":
            return given.kind in _REFUSALS
        case "report":
            return given.kind == "report" and _right_report(question, given)
        case "danger":
            return given.kind == "danger"
