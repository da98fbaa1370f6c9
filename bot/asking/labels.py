"""Labelled questions: what was asked, and what a right answer to it is. Read from a JSONL file."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from bot.asking.answer import Kind
from bot.content.documents import DataFaults, Fault, read_lines

_QUOTES = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"'})


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Words = Annotated[tuple[str, ...], BeforeValidator(_listed)]
"""One word, or a list of them."""
Kinds = Annotated[tuple[Kind, ...], BeforeValidator(_listed)]
Halves = Annotated[tuple[Words, ...], Field(min_length=2)]


class Conditions(BaseModel):
    """What a group test asks of an answer; it is right where all that are set hold (`marking.py`).

    `kind` and `topic` are lists of which one is wanted, `not_…` of which none may be. `says` are pieces of
    the text, `expect` of the first clause: one of them is enough. `expect_all` holds such a list for each
    half of a double question.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: Kinds = ()
    topic: Words = ()
    not_kind: Kinds = ()
    not_topic: Words = ()
    not_verdict: Words = ()
    says: Words = ()
    expect: Words = ()
    expect_all: Halves | tuple[()] = ()


class Labelled(BaseModel):
    """One labelled question. For `policy`, `expect` holds a substring of each right clause.

    `turns` is a conversation, of which `q` is the last turn, written down again or not. `near` marks a
    question out of scope that is about school all the same, `concern` a sign of danger that may be graded a
    concern. `verdict` is the right verdict or its force ("info" is short for information), `verdict_also`
    holds others that are right too. A `group` test has `conditions` in place of a
    label. `form`, `author`, `voice` and `group` are counted apart. Other keys are let be: the files come
    from elsewhere.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    q: str
    turns: tuple[str, ...] = ()
    kind: Literal["policy", "out_of_scope", "report", "danger", "group"]
    expect: tuple[str, ...] | None = None
    report: Literal["abuse", "colleague", "image", "other", "any"] | None = None
    near: bool = False
    concern: bool = False
    verdict: str | None = None
    verdict_also: Words = ()
    conditions: Conditions = Conditions()
    form: str = ""
    author: str = ""
    voice: str = ""
    group: str = ""

    @model_validator(mode="before")
    @classmethod
    def _from_line(cls, line: Any) -> Any:
        """A line of a file: the last of its turns is the question; a group test's keys are conditions."""
        if not isinstance(line, dict):
            return line
        read = {key: value for key, value in line.items() if value is not None}
        if turns := read.get("turns"):
            if not isinstance(turns, list) or read.get("q", turns[-1]) != turns[-1]:
                raise ValueError("either a question or a list of turns, of which the question is the last")
            read["q"] = turns[-1]
        if "group" in read and not isinstance(read.get("kind"), str):
            named = {name: read.pop(name) for name in Conditions.model_fields if name in read}
            if not any(named.values()):
                raise ValueError("a group test without a condition")
            read |= {"kind": "group", "conditions": named}
        return read

    @property
    def asked(self) -> tuple[str, ...]:
        """What is asked, turn by turn."""
        return (*self.turns[:-1], self.q)


def read_labelled(path: Path) -> tuple[Labelled, ...]:
    """The labelled questions of a JSONL file. Raises DataFaults with each bad line."""
    read = [_labelled(path, number, line) for number, line in read_lines(path)]
    faults = [item for item in read if isinstance(item, Fault)]
    if faults:
        raise DataFaults(faults)
    return tuple(item for item in read if isinstance(item, Labelled))


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
