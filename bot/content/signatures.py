"""Who has read and signed an answer, with which clauses (`signatures.yml`), and which wait to be read again.

An answer counts as signed while its own words, and each clause that it stands on, are what two people signed.
Until then it is *held back*: the asker reads the clause, and that the answer to it is being reviewed.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from bot.content.anchors import fold
from bot.content.documents import Day, Record, load
from bot.content.policy import Clause, ClauseId, Contradiction, KebabId, Text, Topic

FILE = "signatures.yml"
NEEDED = 2
Hash = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{16}$")]

_ONES = ["two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50}
_WORDS = {word: number for number, word in enumerate(_ONES, 2)} | _TENS
_AMOUNT = re.compile(
    rf"\b(\d+|(?:{'|'.join(_TENS)})[- ](?:one|{'|'.join(_ONES)})|{'|'.join(_WORDS)})[- ]([a-z]+|%)", re.I
)
# One of them, in words that say a period: "once a day" says none.
_ONE = re.compile(r"\b(?:within|in|after|inside) (?:a|an|one)(?: single)? (hour|day|week|fortnight)\b", re.I)
_HOURS = {"hour": 1, "day": 24, "week": 7 * 24, "fortnight": 14 * 24}
# Behind a number these are no unit: "one of two in the list", "rule 4 and".
_NO_UNIT = frozenset(
    re.findall(r"\w+", "and or of to in at on by is are the a an for with clauses clause lines line rules")
)


class Stamp(Record):
    """An answer as it was: hashes of its own words and of each clause that it stands on."""

    words: Hash
    clauses: Annotated[Mapping[ClauseId, Hash], Field(min_length=1)]


class Signed(Stamp):
    """The same, who wrote it, and who has signed it so far, by their ids on the roster; `on` the last day."""

    author: Text
    by: Annotated[tuple[Text, ...], Field(min_length=1, max_length=NEEDED)]
    on: Day

    @model_validator(mode="after")
    def _by_others(self) -> Self:
        if len(set(self.by)) < len(self.by):
            raise ValueError("the same person stands there twice: two people sign")
        if self.author in self.by:
            raise ValueError(f"{self.author} wrote it, so somebody else signs")
        return self


class SignedTwice(Signed):
    """One that counts."""

    by: Annotated[tuple[Text, ...], Field(min_length=NEEDED, max_length=NEEDED)]


class SignatureFile(Record):
    """`signatures.yml`: answers as Signpost came with them, signed by two, and signed by one so far."""

    delivered: Mapping[KebabId, Stamp] = {}
    signed: Mapping[KebabId, SignedTwice] = {}
    waiting: Mapping[KebabId, Signed] = {}

    def of(self, topic: str) -> Stamp | None:
        """What counts for a topic; None where nobody has signed it."""
        return self.signed.get(topic) or self.delivered.get(topic)


@dataclass(frozen=True)
class Review:
    """`held`: each topic that is held back, with the clauses that have changed under it.

    `changed` are all clauses that are not what was signed, in whichever answer.
    """

    held: Mapping[str, tuple[str, ...]]
    changed: frozenset[str]


def read_signatures(folder: Path) -> SignatureFile:
    """The file of a policy's folder; nothing is signed where there is none. Raises DataFaults."""
    path = folder / FILE
    return load(path, SignatureFile) if path.exists() else SignatureFile()


def stamp(topic: Topic, clauses: Mapping[str, Clause], notes: Mapping[str, Contradiction]) -> Stamp:
    """A topic as it is now."""
    return Stamp(
        words=_hash(*_own_words(topic, notes)),
        clauses={name: _hash(clauses[name].quote) for name in sorted(_stands_on(topic, clauses, notes))},
    )


def review(
    topics: Iterable[Topic],
    clauses: Mapping[str, Clause],
    notes: Mapping[str, Contradiction],
    file: SignatureFile,
) -> Review:
    """Which topics are held back, and why."""
    held: dict[str, tuple[str, ...]] = {}
    changed: set[str] = set()
    now = {name: _hash(clause.quote) for name, clause in clauses.items()}
    for topic in topics:
        signed = file.of(topic.id)
        under = (
            ()
            if signed is None
            else tuple(name for name, kept in signed.clauses.items() if now.get(name) != kept)
        )
        if signed is None or under or signed.words != _hash(*_own_words(topic, notes)):
            held[topic.id] = tuple(name for name in under if name in clauses)
        changed.update(name for name in under if name in clauses)
    return Review(held, frozenset(changed))


def amounts(text: str) -> frozenset[tuple[int, str]]:
    """The numbers of a text with what they count: "within 24 hours" and "twenty-four hours" are alike."""
    plain = fold(text)
    found = [(_number(said), unit.lower().removesuffix("s")) for said, unit in _AMOUNT.findall(plain)]
    found += [(1, unit.lower()) for unit in _ONE.findall(plain)]
    return frozenset((number, unit) for number, unit in found if unit not in _NO_UNIT)


def _alike(found: Iterable[tuple[int, str]]) -> frozenset[tuple[int, str]]:
    """The same with periods in hours: "within a day" says what "24 hours" says."""
    return frozenset(
        (number * _HOURS.get(unit, 1), "hour" if unit in _HOURS else unit) for number, unit in found
    )


def misnumbered(topic: Topic, clauses: Iterable[Clause]) -> Iterator[tuple[int, str]]:
    """The numbers that a topic says of something of which its clauses say other numbers, and not this one."""
    said = _alike(amount for clause in clauses for amount in amounts(clause.quote))
    units = {unit for _, unit in said}
    for amount in sorted(amounts(" ".join((topic.answer, *topic.next)))):
        (alike,) = _alike([amount])
        if alike not in said and alike[1] in units:
            yield amount


def _number(said: str) -> int:
    if said.isdigit():
        return int(said)
    tens, _, ones = said.lower().replace("-", " ").partition(" ")
    return _WORDS[tens] + (1 if ones == "one" else _WORDS.get(ones, 0))


def _own_words(topic: Topic, notes: Mapping[str, Contradiction]) -> tuple[str, ...]:
    """What is said in answer to a topic, beside the clauses and the outside notes."""
    said = [
        topic.question,
        topic.verdict,
        topic.modality,
        topic.answer,
        *topic.cites,
        *topic.next,
        *topic.tell,
    ]
    said += [part for wording in topic.wordings for part in (wording.question, wording.answer)]
    # Only where one is said: what was signed before a wording could say it stays signed.
    said += [wording.modality for wording in topic.wordings if wording.modality]
    said += [part for twist in topic.twists for part in (twist.says, *twist.cites)]
    said += [part for name in topic.notes if name in notes for part in (notes[name].title, notes[name].note)]
    return tuple(said)


def _stands_on(topic: Topic, clauses: Mapping[str, Clause], notes: Mapping[str, Contradiction]) -> set[str]:
    """What a topic and its twists cite, what opens those lists, and those whose number it gives."""
    found: set[str] = set()
    for name in (*topic.cites, *(name for twist in topic.twists for name in twist.cites)):
        at: str | None = name
        while at is not None and at not in found:
            found.add(at)
            at = clauses[at].lead_in
    said = _alike(amounts(" ".join(_own_words(topic, notes))))
    return found | {name for name, clause in clauses.items() if said & _alike(amounts(clause.quote))}


def _hash(*parts: str) -> str:
    return hashlib.sha256("\0".join(map(fold, parts)).encode()).hexdigest()[:16]
