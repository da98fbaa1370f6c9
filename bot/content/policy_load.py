"""A policy's knowledge base: read once from its folder, checked as a whole, and immutable from then on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from bot.content.documents import DataFaults, Document, Fault
from bot.content.policy import (
    Alias,
    Clarification,
    ClarificationFile,
    Clause,
    ClauseFile,
    Contradiction,
    ContradictionFile,
    Entry,
    EntryT,
    Modality,
    Offer,
    Option,
    OutsideFile,
    OutsideNote,
    Place,
    PolicyHeader,
    Role,
    Shelf,
    Topic,
    TopicFile,
    Verdict,
    read_shelf,
)
from bot.content.wording import words

OtherT = TypeVar("OtherT", bound=Entry)

_STRAIGHT = {ord(curly): straight for curly, straight in zip("‘’“”", "''\"\"", strict=True)}


@dataclass(frozen=True)
class Draft:
    """A policy as read, before its files have been held against one another.

    `header` and `source` (its lines) are None where their files could not be read, which is a fault already.
    """

    header: PolicyHeader | None
    source: tuple[str, ...] | None
    clauses: Shelf[Clause]
    topics: Shelf[Topic]
    contradictions: Shelf[Contradiction]
    clarifications: Shelf[Clarification]
    outside: Shelf[OutsideNote]


def fold(text: str) -> str:
    """`text` with white space and quote marks made alike, and nothing else changed."""
    return re.sub(r"\s+", " ", text).strip().translate(_STRAIGHT)


def check(draft: Draft) -> Iterator[Fault]:
    """Every fault of the files of `draft`, each by itself and then between them."""
    yield from _check_shelf(draft.clauses)
    yield from _check_shelf(draft.topics)
    yield from _check_shelf(draft.contradictions)
    yield from _check_shelf(draft.clarifications)
    yield from _check_shelf(draft.outside)
    for clause in draft.clauses:
        yield from _check_clause(clause, draft)
    for topic in draft.topics:
        yield from _check_topic(topic, draft)
    for contradiction in draft.contradictions:
        yield from _unknown(contradiction, "clauses", contradiction.item.clauses, draft.clauses, "clause")
    for clarification in draft.clarifications:
        yield from _check_clarification(clarification, draft)
    yield from _never_cited(draft)


def _check_shelf(shelf: Shelf[EntryT]) -> Iterator[Fault]:
    yield from shelf.faults
    seen: set[str] = set()
    for place in shelf:
        if place.item.id in seen:
            yield place.fault("this id is given twice", "id")
        seen.add(place.item.id)


def _check_clause(place: Place[Clause], draft: Draft) -> Iterator[Fault]:
    clause = place.item
    if clause.lead_in is not None:
        yield from _unknown(place, "lead_in", [clause.lead_in], draft.clauses, "clause")
    if clause.lead_in == clause.id:
        yield place.fault("a clause cannot be its own lead-in", "lead_in")
    if draft.header is not None:
        yield from _check_clause_id(place, draft.header.prefix)
    if draft.source is not None:
        yield from _check_quote(place, draft.source)


def _check_clause_id(place: Place[Clause], prefix: str) -> Iterator[Fault]:
    rule = min(place.item.rules)
    expected = f"{prefix}-{rule:03d}"
    if place.item.id not in (expected, expected + place.item.id[-1]):
        yield place.fault(f"a clause of rule {rule} is called {expected}, or {expected} and a letter", "id")


def _check_quote(place: Place[Clause], source: tuple[str, ...]) -> Iterator[Fault]:
    first, last = place.item.lines
    if last > len(source):
        yield place.fault(f"line {last} is beyond the end of the source ({len(source)} lines)", "lines")
    elif fold(place.item.quote) not in fold(" ".join(source[first - 1 : last])):
        yield place.fault(f"the quotation is not in the source at lines {first} to {last}", "quote")


def _check_topic(place: Place[Topic], draft: Draft) -> Iterator[Fault]:
    topic = place.item
    yield from _unknown(place, "cites", topic.cites, draft.clauses, "clause")
    yield from _unknown(place, "notes", topic.notes, draft.contradictions, "contradiction")
    yield from _unknown(place, "outside", topic.outside, draft.outside, "outside note")
    yield from _unknown(place, "first", topic.first, draft.outside, "outside note")
    yield from _unknown(place, "siblings", topic.siblings, draft.topics, "topic")
    for index, clause in enumerate(topic.cites):
        if clause in topic.cites[:index]:
            yield place.fault(f"{clause} is cited twice", "cites", index)
    for index, note in enumerate(topic.outside):
        if note in topic.first:
            yield place.fault(f"{note} is under `first` already", "outside", index)
    yield from _check_wordings(place)
    if topic.id in topic.siblings:
        yield place.fault("a topic cannot be its own sibling", "siblings")


def _check_wordings(place: Place[Topic]) -> Iterator[Fault]:
    for index, wording in enumerate(place.item.wordings):
        for clause in wording.cites:
            if clause not in place.item.cites:
                yield place.fault(f"{clause} is not a clause of this topic", "wordings", index, "cites")


def _check_clarification(place: Place[Clarification], draft: Draft) -> Iterator[Fault]:
    options = place.item.options
    for index, option in enumerate(options):
        yield from _unknown(place, "options", [option.topic], draft.topics, "topic", start=index)
    topics = draft.topics.items()
    verdicts = {
        topics[option.topic].verdict if option.topic in topics else option.topic for option in options
    }
    if len(verdicts) == 1:
        yield place.fault("every option has the same verdict, so there is nothing to ask", "options")


def _never_cited(draft: Draft) -> Iterator[Fault]:
    """Silent while a topic cannot be read: that topic may be the one that cites the clause."""
    if draft.topics.faults:
        return
    cited = {clause for place in draft.topics for clause in place.item.cites}
    for place in draft.clauses:
        if place.item.id not in cited:
            yield place.fault("no topic cites this clause, so no question can reach it")


def _unknown(
    place: Place[EntryT], key: str, names: Iterable[str], shelf: Shelf[OtherT], kind: str, start: int = 0
) -> Iterator[Fault]:
    for index, name in enumerate(names, start):
        if shelf.unknown(name):
            yield place.fault(f"there is no {kind} {name}", key, index)


__all__ = [
    "Alias",
    "Clarification",
    "Clause",
    "Contradiction",
    "Modality",
    "Offer",
    "Option",
    "OutsideNote",
    "Policy",
    "Role",
    "Topic",
    "Verdict",
    "load_policy",
]

INTENT_PREFIX = "policy_"


@dataclass(frozen=True)
class Policy:
    """A policy that has passed every check. Mappings are by id, in the order of the files."""

    id: str
    title: str
    version: str
    aliases: tuple[Alias, ...]
    clauses: Mapping[str, Clause]
    topics: Mapping[str, Topic]
    contradictions: Mapping[str, Contradiction]
    clarifications: Mapping[str, Clarification]
    outside: Mapping[str, OutsideNote]

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every word of its clauses and of its topics' questions, in lower case."""
        texts = [topic.question for topic in self.topics.values()]
        texts += [clause.quote for clause in self.clauses.values()]
        return frozenset(word for text in texts for word in words(text.casefold()))

    def citations(self, topic: Topic) -> tuple[Clause, ...]:
        """The clauses that `topic` cites, best first, five at most."""
        return tuple(self.clauses[clause] for clause in topic.cites)

    def intent(self, topic_id: str) -> str:
        """The name of the intent of a topic. Raises KeyError where there is no such topic."""
        return INTENT_PREFIX + self.topics[topic_id].id.replace("-", "_")

    def topic_of(self, intent: str) -> Topic | None:
        """The topic of an intent, or None where the intent is not one of this policy's."""
        if not intent.startswith(INTENT_PREFIX):
            return None
        return self.topics.get(intent.removeprefix(INTENT_PREFIX).replace("_", "-"))


def load_policy(folder: Path) -> Policy:
    """The policy in `folder`, with the outside notes beside it (`../outside.yml`).

    Raises DataFaults with every fault of every file, each with its file and line.
    """
    header, source, faults = _read_header(folder)
    draft = Draft(
        header=header,
        source=source,
        clauses=read_shelf([folder / "clauses.yml"], ClauseFile, Clause, "clauses"),
        topics=read_shelf(sorted(folder.glob("topics/*.yml")), TopicFile, Topic, "topics"),
        contradictions=read_shelf(
            [folder / "contradictions.yml"], ContradictionFile, Contradiction, "contradictions"
        ),
        clarifications=read_shelf(
            [folder / "clarifications.yml"], ClarificationFile, Clarification, "clarifications"
        ),
        outside=read_shelf([folder.parent / "outside.yml"], OutsideFile, OutsideNote, "notes"),
    )
    faults += check(draft)
    if header is None or faults:
        raise DataFaults(faults)
    return _publish(header, draft)


def _read_header(folder: Path) -> tuple[PolicyHeader | None, tuple[str, ...] | None, list[Fault]]:
    """The header, the lines of the source it names, and what is wrong with either."""
    try:
        document = Document(folder / "policy.yml")
        header = document.parse(PolicyHeader)
    except DataFaults as error:
        return None, None, list(error.faults)
    try:
        return header, tuple((folder / header.source).read_text(encoding="utf-8").splitlines()), []
    except (OSError, UnicodeDecodeError) as error:
        return header, None, [document.fault(f"the source cannot be read: {error}", ("source",))]


def _publish(header: PolicyHeader, draft: Draft) -> Policy:
    return Policy(
        id=header.id,
        title=header.title,
        version=header.version,
        aliases=header.aliases,
        clauses=MappingProxyType(draft.clauses.items()),
        topics=MappingProxyType(draft.topics.items()),
        contradictions=MappingProxyType(draft.contradictions.items()),
        clarifications=MappingProxyType(draft.clarifications.items()),
        outside=MappingProxyType(draft.outside.items()),
    )
