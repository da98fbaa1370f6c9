"""The port of every engine: a text in, ranked intents with confidences out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol


class Ranked(NamedTuple):
    """An intent and how sure the engine is of it, from 0 to 1."""

    intent: str
    confidence: float


@dataclass(frozen=True)
class Alarm:
    """What the gate reads in a text, from 0 to 1: danger to somebody, a concern, something to report.

    `likeness` is how like the short examples of danger the text is, beside all others: a reader of its own.
    `clauses` are the alarms of those of its clauses whose words tell of a risk, each read as though nothing
    else were said; none where it is one clause, or none of them does.
    """

    danger: float = 0.0
    concern: float = 0.0
    abuse: float = 0.0
    likeness: float = 0.0
    clauses: tuple[Alarm, ...] = ()


@dataclass(frozen=True)
class Continued:
    """A text read after an earlier question: the odds of both together, and of that question alone."""

    joined: Mapping[str, float]
    before: Mapping[str, float]


@dataclass(frozen=True)
class Parse:
    """Intents, the likeliest first, and `in_scope`: how likely (0 to 1) the text is for Signpost at all.

    `alarm` is the gate's, None where it could not read. `english`: the words are English. `spelt` is the text
    folded, its spelling repaired and no slang replaced ("" where the engine does not say). `reduced`: it was
    read without the language model, so that a verdict needs more certainty.

    Each of these costs a reading, and is None where the engine cannot: `after` reads the text again after a
    topic's own question, for one that goes on from it; `apart` reads parts of it (one or more, folded, none
    empty) as questions of their own, without an alarm.
    """

    text: str
    ranking: tuple[Ranked, ...]
    in_scope: float = 1.0
    alarm: Alarm | None = None
    english: bool = True
    spelt: str = ""
    reduced: bool = False
    after: Callable[[str], Continued] | None = field(default=None, compare=False, repr=False)
    apart: Callable[[Sequence[str]], tuple[Parse, ...]] | None = field(
        default=None, compare=False, repr=False
    )

    @property
    def top(self) -> Ranked:
        """The likeliest intent; `out_of_scope` with confidence 0 where nothing was recognised."""
        return self.ranking[0] if self.ranking else Ranked("out_of_scope", 0.0)


class Engine(Protocol):
    """Anything that parses a text: the built-in engine, or a Rasa service."""

    @property
    def name(self) -> str:
        """`builtin` or `rasa`."""

    def parse(self, text: str) -> Parse:
        """Rank the intents for `text`. Never raises for any text, however long or strange."""
