"""The policies' knowledge base: read once from their folders, checked as a whole, immutable from then on."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar, get_args

from bot.content.anchors import Anchored, Lines, Quoted, Sentence, anchor, fold
from bot.content.contacts import load_contacts, unknown_contact
from bot.content.documents import DataFaults, Document, Fault, unreadable
from bot.content.policy import (
    Alias,
    Clarification,
    ClarificationFile,
    Clause,
    ClauseFile,
    Contradiction,
    ContradictionFile,
    EntryT,
    FilePlace,
    FollowUp,
    FollowUpFile,
    IdentifiedRecord,
    OutsideFile,
    OutsideNote,
    PolicyHeader,
    Role,
    Shelf,
    Topic,
    TopicFile,
    Twist,
    TwistFile,
    read_shelf,
)
from bot.content.signatures import Review, misnumbered, read_signatures, review
from bot.content.wording import words

OtherT = TypeVar("OtherT", bound=IdentifiedRecord)
ItemT = TypeVar("ItemT")

#: What an importer leaves for the policy officer to write.
TO_WRITE = "TO WRITE"
_QUOTED = re.compile("“([^“”]+)”")
# The folder beside the policies that is none.
_NO_POLICIES = ("journeys",)


@dataclass(frozen=True)
class ReadPolicy:
    """A policy as read, before its files have been held against one another.

    `header`, `source` (the file and its lines) and `contacts` are None where their files could not be read,
    which is a fault already.
    """

    folder: Path
    header: PolicyHeader | None
    source: tuple[Path, tuple[str, ...]] | None
    clauses: Shelf[Clause]
    topics: Shelf[Topic]
    contradictions: Shelf[Contradiction]
    clarifications: Shelf[Clarification]
    twists: Shelf[Twist]
    follow_ups: Shelf[FollowUp]
    outside: Shelf[OutsideNote]
    contacts: frozenset[str] | None

    @cached_property
    def anchored(self) -> Anchored:
        """Where each sound clause stands in the source; nothing where there is none to look in."""
        if self.source is None or self.header is None:
            return Anchored({}, {}, (), ())
        clauses = [place.item for place in self.clauses]
        headings = {part for clause in clauses for part in clause.section.split(" > ")}
        headings |= {*self.header.headings, self.header.title}
        return anchor(self.source[1], [Quoted(one.id, one.quote, one.lines) for one in clauses], headings)


def check(draft: ReadPolicy) -> Iterator[Fault]:
    """Every fault of the files of `draft`, each by itself and then between them."""
    yield from _check_shelf(draft.clauses)
    yield from _check_shelf(draft.topics)
    yield from _check_shelf(draft.contradictions)
    yield from _check_shelf(draft.clarifications)
    yield from _check_shelf(draft.twists)
    yield from _check_shelf(draft.follow_ups)
    yield from _check_shelf(draft.outside)
    for clause in draft.clauses:
        yield from _check_clause(clause, draft)
    yield from _check_source(draft)
    for topic in draft.topics:
        yield from _check_topic(topic, draft)
    for twist in draft.twists:
        yield from _check_twist(twist, draft)
    for follow_up in draft.follow_ups:
        yield from _check_follow_up(follow_up, draft)
    for note in draft.outside:
        yield from _check_note(note, draft)
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


def _check_clause(place: FilePlace[Clause], draft: ReadPolicy) -> Iterator[Fault]:
    clause = place.item
    if clause.lead_in is not None:
        yield from _unknown(place, "lead_in", [clause.lead_in], draft.clauses, "clause")
    if clause.lead_in == clause.id:
        yield place.fault("a clause cannot be its own lead-in", "lead_in")
    if draft.header is not None:
        yield from _check_clause_id(place, draft.header.prefix)


def _check_clause_id(place: FilePlace[Clause], prefix: str) -> Iterator[Fault]:
    rule = min(place.item.rules)
    expected = f"{prefix}-{rule:03d}"
    if place.item.id not in (expected, expected + place.item.id[-1]):
        yield place.fault(f"a clause of rule {rule} is called {expected}, or {expected} and a letter", "id")


def _check_source(draft: ReadPolicy) -> Iterator[Fault]:
    """A clause that the source does not hold, and a sentence of it without a clause: one fault each."""
    # A clause that cannot be read would leave its sentence bare, and is a fault already.
    if draft.source is None or draft.clauses.faults:
        return
    found, path = draft.anchored, draft.source[0]
    for place in draft.clauses:
        name = place.item.id
        if (now := found.changed.get(name)) is not None:
            where = f"{path.name} has other words at {_at(now)}: “{now.text}”."
            mend = f"If they are right, run `python -m bot policy anchor {draft.folder.name} --quotes`"
            yield place.fault(f"{where} {mend}; if not, mend {path.name}", "quote")
        elif name in found.lost:
            mend = "put them back, or take the clause out, here and where topics cite it"
            yield place.fault(f"the words of this clause are not in {path.name}: {mend}", "quote")
    for one in found.bare:
        mend = "Add one to clauses.yml; a heading goes to `headings` in policy.yml"
        yield Fault(path, one.lines[0], f"no clause holds “{one.text}”. {mend}")


def _at(sentence: Sentence) -> str:
    first, last = sentence.lines
    return f"line {first}" if first == last else f"lines {first} to {last}"


def _check_topic(place: FilePlace[Topic], draft: ReadPolicy) -> Iterator[Fault]:
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
    taken = [name for taking in topic.takes for name in taking.of]
    yield from _unknown(place, "takes", taken, draft.topics, "topic")
    yield from _check_wordings(place)
    yield from _check_whom(place, draft)
    if topic.id in topic.siblings:
        yield place.fault("a topic cannot be its own sibling", "siblings")
    for key in ("question", "answer"):
        if TO_WRITE in getattr(topic, key):
            yield place.fault(f"the {key} is still to be written", key)


def _check_whom(place: FilePlace[Topic], draft: ReadPolicy) -> Iterator[Fault]:
    for index, key in enumerate(place.item.whom):
        if draft.contacts is not None and key not in {*draft.contacts, *get_args(Role)}:
            yield place.fault(unknown_contact(key), "whom", index)


def _check_twist(place: FilePlace[Twist], draft: ReadPolicy) -> Iterator[Fault]:
    twist, clauses = place.item, draft.clauses.items()
    yield from _unknown(place, "topics", twist.topics, draft.topics, "topic")
    yield from _unknown(place, "cites", twist.cites, draft.clauses, "clause")
    said = [fold(clauses[name].quote) for name in twist.cites if name in clauses]
    for quoted in _QUOTED.findall(twist.says):
        if len(said) == len(twist.cites) and not any(fold(quoted) in quote for quote in said):
            yield place.fault(f"no clause that it cites says “{quoted}”", "says")


def _check_follow_up(place: FilePlace[FollowUp], draft: ReadPolicy) -> Iterator[Fault]:
    found, topics = place.item, draft.topics.items()
    yield from _unknown(place, "after", found.after, draft.topics, "topic")
    yield from _unknown(place, "topic", [found.topic], draft.topics, "topic")
    if found.topic in topics:
        if topics[found.topic].verdict == "allowed_if":
            # A few words name too little of what may be against it, and a wrong yes costs most.
            yield place.fault(f"{found.topic} allows something: a follow-up is no ground for that", "topic")
        for index, name in enumerate(found.cites):
            if name not in topics[found.topic].cites:
                yield place.fault(f"{found.topic} does not cite {name}", "cites", index)


def _check_note(place: FilePlace[OutsideNote], draft: ReadPolicy) -> Iterator[Fault]:
    for index, key in enumerate(place.item.contacts):
        if draft.contacts is not None and key not in draft.contacts:
            yield place.fault(unknown_contact(key), "contacts", index)


def _check_wordings(place: FilePlace[Topic]) -> Iterator[Fault]:
    for index, wording in enumerate(place.item.wordings):
        for clause in wording.cites:
            if clause not in place.item.cites:
                yield place.fault(f"{clause} is not a clause of this topic", "wordings", index, "cites")


def _check_clarification(place: FilePlace[Clarification], draft: ReadPolicy) -> Iterator[Fault]:
    options = place.item.options
    for index, option in enumerate(options):
        yield from _unknown(place, "options", [option.topic], draft.topics, "topic", start=index)
    topics = draft.topics.items()
    verdicts = {
        topics[option.topic].verdict if option.topic in topics else option.topic for option in options
    }
    if len(verdicts) == 1:
        yield place.fault("every option has the same verdict, so there is nothing to ask", "options")


def _never_cited(draft: ReadPolicy) -> Iterator[Fault]:
    """Silent while a topic cannot be read: that topic may be the one that cites the clause."""
    if draft.topics.faults:
        return
    cited = {clause for place in draft.topics for clause in place.item.cites}
    for place in draft.clauses:
        if place.item.id not in cited:
            yield place.fault("no topic cites this clause, so no question can reach it")


def _unknown(
    place: FilePlace[EntryT], key: str, names: Iterable[str], shelf: Shelf[OtherT], kind: str, start: int = 0
) -> Iterator[Fault]:
    for index, name in enumerate(names, start):
        if shelf.unknown(name):
            yield place.fault(f"there is no {kind} {name}", key, index)


INTENT_PREFIX = "policy_"


@dataclass(frozen=True)
class Cover:
    """Which policy it is: what an answer names, and who looks after it until when."""

    id: str
    title: str
    name: str
    version: str
    version_name: str
    owner: str
    approved: date | None
    review: date


@dataclass(frozen=True)
class Policy:
    """Policies that have passed every check, as one. Mappings are by id, in the order of the files.

    `id`, `title` and `version` name every policy in it; `covers` are these one by one, `homes` that of each
    topic. `held` are the topics whose answers are being reviewed, with the clauses that changed under them;
    `changed` all clauses that are not what two people signed.
    """

    id: str
    title: str
    version: str
    aliases: tuple[Alias, ...]
    clauses: Mapping[str, Clause]
    topics: Mapping[str, Topic]
    contradictions: Mapping[str, Contradiction]
    clarifications: Mapping[str, Clarification]
    outside: Mapping[str, OutsideNote]
    covers: tuple[Cover, ...] = ()
    homes: Mapping[str, Cover] = field(default_factory=dict)
    held: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    changed: frozenset[str] = frozenset()

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every word of its clauses and of its topics' questions, in lower case."""
        texts = [topic.question for topic in self.topics.values()]
        texts += [clause.quote for clause in self.clauses.values()]
        return frozenset(word for text in texts for word in words(text.casefold()))

    def citations(self, topic: Topic) -> tuple[Clause, ...]:
        """The clauses that `topic` cites, best first; of one held back those that changed stand in front."""
        changed = self.held.get(topic.id, ())
        return tuple(self.clauses[clause] for clause in dict.fromkeys((*changed, *topic.cites)))

    def covers_of(self, *topics: str) -> tuple[Cover, ...]:
        """The policies of these topics; every policy where none of them is known."""
        found = dict.fromkeys(self.homes[name] for name in topics if name in self.homes)
        return tuple(found) or self.covers

    def intent(self, topic_id: str) -> str:
        """The name of the intent of a topic. Raises KeyError where there is no such topic."""
        return INTENT_PREFIX + self.topics[topic_id].id.replace("-", "_")

    def topic_of(self, intent: str) -> Topic | None:
        """The topic of an intent, or None where the intent is not one of this policy's."""
        if not intent.startswith(INTENT_PREFIX):
            return None
        return self.topics.get(intent.removeprefix(INTENT_PREFIX).replace("_", "-"))


def policy_folders(policy_kb: Path) -> tuple[Path, ...]:
    """The folders of `policy_kb/` that hold a policy, or ought to: all but the journeys'."""
    found = (path for path in policy_kb.iterdir() if path.is_dir() and not path.name.startswith("."))
    return tuple(sorted(path for path in found if path.name not in _NO_POLICIES))


def load_policies(policy_kb: Path) -> Policy:
    """Every policy in `policy_kb/`, as one. Raises DataFaults with every fault of every folder.

    A folder that cannot be read, or is no whole policy, is a fault: none is left out in silence.
    """
    drafts: list[ReadPolicy] = []
    faults: list[Fault] = []
    for folder in policy_folders(policy_kb):
        draft, found = read_draft(folder)
        drafts.append(draft)
        faults += found
    # The notes beside the folders are read with each of them.
    faults = list(dict.fromkeys([*faults, *_shared(drafts)]))
    if not drafts:
        faults.append(Fault(policy_kb, 1, "there is no folder with a policy in it"))
    if faults:
        raise DataFaults(faults)
    return _joined([_publish(draft) for draft in drafts])


def load_policy(folder: Path) -> Policy:
    """The policy in `folder` alone, with the outside notes beside it (`../outside.yml`).

    Raises DataFaults with every fault of every file, each with its file and line.
    """
    draft, faults = read_draft(folder)
    if faults:
        raise DataFaults(faults)
    return _publish(draft)


def read_draft(folder: Path) -> tuple[ReadPolicy, list[Fault]]:
    """A policy's folder as read, and everything that is wrong with it."""
    header, source, faults = _read_header(folder)
    contacts = _contacts(folder.parent, faults)
    twists = read_shelf(sorted(folder.glob("twists.yml")), TwistFile, Twist, "twists")
    asked_on = sorted(folder.glob("follow-ups.yml"))
    follow_ups = read_shelf(asked_on, FollowUpFile, FollowUp, "follow_ups")
    topics = read_shelf(sorted(folder.glob("topics/*.yml")), TopicFile, Topic, "topics")
    draft = ReadPolicy(
        folder=folder,
        header=header,
        source=source,
        clauses=read_shelf([folder / "clauses.yml"], ClauseFile, Clause, "clauses"),
        topics=replace(topics, places=tuple(_with_own(place, twists, follow_ups) for place in topics)),
        contradictions=read_shelf(
            [folder / "contradictions.yml"], ContradictionFile, Contradiction, "contradictions"
        ),
        clarifications=read_shelf(
            [folder / "clarifications.yml"], ClarificationFile, Clarification, "clarifications"
        ),
        twists=twists,
        follow_ups=follow_ups,
        outside=read_shelf([folder.parent / "outside.yml"], OutsideFile, OutsideNote, "notes"),
        contacts=contacts,
    )
    faults += check(draft)
    try:
        read_signatures(folder)
    except DataFaults as error:
        faults += error.faults
    if not faults:
        faults += _misnumbered(draft)
    return draft, faults


def _with_own(place: FilePlace[Topic], twists: Shelf[Twist], follow_ups: Shelf[FollowUp]) -> FilePlace[Topic]:
    own = tuple(twist.item for twist in twists if place.item.id in twist.item.topics)
    asked_on = tuple(found.item for found in follow_ups if place.item.id in found.item.after)
    return replace(place, item=place.item.model_copy(update={"twists": own, "follow_ups": asked_on}))


def _read_header(
    folder: Path,
) -> tuple[PolicyHeader | None, tuple[Path, tuple[str, ...]] | None, list[Fault]]:
    """The header, the lines of the source it names, and what is wrong with either."""
    try:
        document = Document(folder / "policy.yml")
        header = document.parse(PolicyHeader)
    except DataFaults as error:
        return None, None, list(error.faults)
    faults = [_draft_fault(document)] if header.draft else []
    path = folder / header.source
    try:
        return header, (path, tuple(path.read_text(encoding="utf-8").splitlines())), faults
    except (OSError, UnicodeDecodeError) as error:
        why = unreadable(path, error).message
        return header, None, [*faults, document.fault(f"the source, {header.source}, {why}", ("source",))]


def _contacts(policy_kb: Path, faults: list[Fault]) -> frozenset[str] | None:
    try:
        return load_contacts(policy_kb)
    except DataFaults as error:
        faults += error.faults
        return None


def _draft_fault(document: Document) -> Fault:
    mend = "finish what `check --content` names, then take this line out"
    return document.fault(f"this policy is a draft, and Signpost does not start with it: {mend}", ("draft",))


def _misnumbered(draft: ReadPolicy) -> Iterator[Fault]:
    """Numbers that a signed answer says otherwise than its clauses; one held back is not said at all."""
    clauses, held = draft.clauses.items(), _review(draft).held
    for place in draft.topics:
        topic = place.item
        if topic.id in held:
            continue
        for number, unit in misnumbered(topic, [clauses[name] for name in topic.cites]):
            cited = ", ".join(topic.cites)
            yield place.fault(f"it says {number} {unit}, and no clause that it cites does: {cited}", "answer")


def _review(draft: ReadPolicy) -> Review:
    return review(
        draft.topics.items().values(),
        draft.clauses.items(),
        draft.contradictions.items(),
        read_signatures(draft.folder),
    )


def _shared(drafts: Sequence[ReadPolicy]) -> Iterator[Fault]:
    """Names that two policies have: an answer, a clause or a note could be taken for another's."""
    headers = [draft for draft in drafts if draft.header is not None]
    for draft in headers:
        if draft.header is not None and draft.header.id != draft.folder.name:
            message = f"the folder is called {draft.folder.name}: give both the same name"
            yield Document(draft.folder / "policy.yml").fault(message, ("id",))
    seen: dict[tuple[str, str], str] = {}
    for draft in drafts:
        for kind, shelf in (
            ("clause", draft.clauses),
            ("topic", draft.topics),
            ("contradiction", draft.contradictions),
            ("clarification", draft.clarifications),
        ):
            for place in shelf:
                first = seen.setdefault((kind, place.item.id), draft.folder.name)
                if first != draft.folder.name:
                    message = f"there is a {kind} of this name in {first}, too: choose another one"
                    yield place.fault(message, "id")


def _publish(draft: ReadPolicy) -> Policy:
    header, lines, reviewed = draft.header, draft.anchored.lines, _review(draft)
    assert header is not None
    cover = Cover(
        header.id, header.title, header.name, header.version, header.version_name, header.owner,
        header.approved, header.review,
    )  # fmt: skip
    clauses = {name: _at_lines(clause, lines[name]) for name, clause in draft.clauses.items().items()}
    topics = draft.topics.items()
    return Policy(
        id=header.id,
        title=header.title,
        version=header.version,
        aliases=header.aliases,
        clauses=MappingProxyType(clauses),
        topics=MappingProxyType(topics),
        contradictions=MappingProxyType(draft.contradictions.items()),
        clarifications=MappingProxyType(draft.clarifications.items()),
        outside=MappingProxyType(draft.outside.items()),
        covers=(cover,),
        homes=MappingProxyType(dict.fromkeys(topics, cover)),
        held=MappingProxyType(dict(reviewed.held)),
        changed=reviewed.changed,
    )


def _at_lines(clause: Clause, lines: Lines) -> Clause:
    return clause if clause.lines == lines else clause.model_copy(update={"lines": lines})


def _joined(policies: Sequence[Policy]) -> Policy:
    """Several policies as one: no name in one of them is in another."""
    if len(policies) == 1:
        return policies[0]
    aliases = {alias.name: alias for policy in policies for alias in policy.aliases}
    return Policy(
        id=", ".join(policy.id for policy in policies),
        title=", ".join(policy.title for policy in policies),
        version=", ".join(policy.version for policy in policies),
        aliases=tuple(aliases.values()),
        clauses=_merged([policy.clauses for policy in policies]),
        topics=_merged([policy.topics for policy in policies]),
        contradictions=_merged([policy.contradictions for policy in policies]),
        clarifications=_merged([policy.clarifications for policy in policies]),
        outside=policies[0].outside,
        covers=tuple(cover for policy in policies for cover in policy.covers),
        homes=_merged([policy.homes for policy in policies]),
        held=_merged([policy.held for policy in policies]),
        changed=frozenset().union(*(policy.changed for policy in policies)),
    )


def _merged(parts: Sequence[Mapping[str, ItemT]]) -> Mapping[str, ItemT]:
    return MappingProxyType({name: item for part in parts for name, item in part.items()})
