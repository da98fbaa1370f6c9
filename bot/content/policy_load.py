"""A policy's knowledge base: read once from its folder, checked as a whole, and immutable from then on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from bot.content.checks import Draft, check
from bot.content.documents import DataFaults, Document, Fault
from bot.content.policy import (
    Alias,
    Clarification,
    ClarificationFile,
    Clause,
    ClauseFile,
    Contradiction,
    ContradictionFile,
    Modality,
    Offer,
    Option,
    OutsideFile,
    OutsideNote,
    PolicyHeader,
    Role,
    Topic,
    TopicFile,
    Verdict,
)
from bot.content.shelves import read_shelf

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
