"""The files of a policy's folder, as records: what a policy officer may write, and in which words.

A *clause* is one sentence or bullet of the policy, verbatim. A *topic* is one question that staff ask, with
one verdict, and the clauses that give it. Everything that the policy does not say stands in an *outside
note*; where the policy contradicts itself, a *contradiction* says so beside the answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, Self, TypeVar, get_args

from pydantic import Field, StringConstraints, ValidationError, model_validator

from bot.content.documents import DataFaults, Day, Document, Fault, Location, Record

Verdict = Literal["never", "must", "allowed_if", "encouraged", "information"]
Modality = Literal["must", "should", "may", "information"]
Role = Literal["eht", "flt", "sbm", "fbm", "it"]
Offer = Literal[
    "report_abuse",
    "report_image",
    "report_other",
    "account_request",
    "see_accounts",
    "see_reports",
    "log_comment",
    "check_picture",
    "check_draft",
    "ask_flt",
]

Startable = Literal["account_request", "see_reports", "log_comment", "check_picture", "check_draft"]
"""What Signpost itself does for somebody who asks it to."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
KebabId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
ClauseId = Annotated[str, StringConstraints(pattern=r"^[a-z]+-[0-9]{3,4}[a-z]?$")]
ContradictionId = Annotated[str, StringConstraints(pattern=r"^X[1-9][0-9]*$")]


# The slots of a frame and their values (`asking/frame.py` reads them from a question). A platform is any of
# `intents/lexicon.yml`.
# An outsider has no part in the Federation: the asker's husband or neighbour.
Actor = Literal["staff", "head", "it", "governor", "volunteer", "parent", "student", "school", "outsider"]
Act = Literal[
    "follow",
    "message",
    "react",
    "share",
    "post_picture",
    "name",
    "film",
    "look",
    "block",
    "decline",
    "leave",
    "show",
    "report",
    "keep",
    "delete",
    "sell",
    "reply",
    "set_up",
    "run",
    "disclose",
]
Account = Literal["own", "federation", "group", "other"]
Person = Literal[
    "student",
    "former_student",
    "other_pupil",
    "own_family",
    "colleague",
    "parent",
    "friend",
    "public",
]
Slot = Literal["actor", "act", "account", "person", "platform"]
# What a question may ask of a rule, which gives it or leaves it open; the words are in `intents/phrases.yml`.
Detail = Literal[
    "frequency",
    "retention",
    "period",
    "deadline",
    "date",
    "age",
    "cost",
    "followers",
    "number",
    "measure",
    "penalty",
    "place",
    "device",
    "pay",
    "fundraising",
]
_VALUES: Mapping[Slot, tuple[str, ...]] = {
    "actor": get_args(Actor),
    "act": get_args(Act),
    "account": get_args(Account),
    "person": get_args(Person),
}


class Alias(Record):
    """A platform by the names that staff use (`also`), and whether the policy names it (`note`)."""

    name: Text
    also: tuple[Text, ...] = ()
    note: Text


NOT_STATED = "not stated"


class PolicyHeader(Record):
    """`policy.yml`: which policy this is. `version` is what the source says, or "not stated".

    `name` is what it is called within a sentence. `owner` answers for it, the governors approved it on
    `approved` (null: not known here), and by `review` it is looked at again. `dated` is the day of this text,
    by which people know it where it states no version and was not approved. `headings` stand in the source
    and are no rules, beside the sections of the clauses. A `draft` is not served.
    """

    id: KebabId
    title: Text
    name: Text
    version: Text
    source: Text
    prefix: Annotated[str, StringConstraints(pattern=r"^[a-z]+$")]
    owner: Text
    approved: Day | None
    dated: Day | None = None
    review: Day
    headings: tuple[Text, ...] = ()
    aliases: tuple[Alias, ...] = ()
    draft: bool = False

    @model_validator(mode="after")
    def _is_reviewed_later(self) -> Self:
        if self.approved is not None and self.approved >= self.review:
            raise ValueError(f"approved on {self.approved}, so its review cannot be on {self.review}")
        return self

    @model_validator(mode="after")
    def _has_a_name(self) -> Self:
        if self.states_none and not (self.approved or self.dated):
            raise ValueError("it states no version: give `dated`, the day of this text, such as 2026-11-22")
        return self

    @property
    def states_none(self) -> bool:
        """Whether the source says no version."""
        return NOT_STATED in self.version.casefold()

    @property
    def version_name(self) -> str:
        """What people read for its version: as it is stated, or the day of the text."""
        day = self.dated or self.approved
        return f"{day:%-d %B %Y}" if self.states_none and day else self.version


class IdentifiedRecord(Record):
    """A record that others name by its `id`."""

    id: str


class Clause(IdentifiedRecord):
    """One sentence or bullet of the source: `quote` is verbatim, `lines` its first and last line from 1.

    `lead_in` is the clause to be read before this one, such as the sentence that opens its list. One that
    `stands_alone` is whole without it and shown before it: "Under no circumstances …" is never read under
    "… can be assumed to be acceptable".
    """

    id: ClauseId
    rules: Annotated[tuple[int, ...], Field(min_length=1)]
    section: Text
    lines: tuple[Annotated[int, Field(ge=1)], Annotated[int, Field(ge=1)]]
    modality: Modality
    quote: Text
    lead_in: ClauseId | None = None
    stands_alone: bool = False

    @model_validator(mode="after")
    def _lines_run_forward(self) -> Self:
        if self.lines[0] > self.lines[1]:
            raise ValueError(f"lines {self.lines[0]} to {self.lines[1]}: the first comes after the last")
        return self


class Applies(Record):
    """What a topic's rule is about: of each slot the values that it covers; an empty slot covers all.

    A topic is contradicted where a question names values of a slot and none of them is covered. Of the slots
    under `needs` the question must name one that is covered (or say "him", "her", "them" for a person), and
    a value under `excludes` contradicts it whatever else is named. Where the question names what stands
    under `stands_in`, the topic answers in the place of a likelier one that is about something else. `duty`
    are acts that fit where the question asks whether one must ("must I unfollow her?"), excluded or not.
    """

    actor: tuple[Actor, ...] = ()
    act: tuple[Act, ...] = ()
    account: tuple[Account, ...] = ()
    person: tuple[Person, ...] = ()
    platform: tuple[Text, ...] = ()
    needs: tuple[Slot, ...] = ()
    excludes: Mapping[Slot, tuple[Text, ...]] = {}
    stands_in: tuple[Slot, ...] = ()
    duty: tuple[Act, ...] = ()

    @model_validator(mode="after")
    def _needs_what_it_names(self) -> Self:
        empty = [slot for slot in (*self.needs, *self.stands_in) if not getattr(self, slot)]
        if empty:
            raise ValueError(f"needs {', '.join(empty)}, and names no value of it")
        return self


class Wording(Record):
    """How a topic is put to some: the heading and the sentence that answer what they asked.

    It is for a question whose frame names one of the values of each slot under `when`, and that holds the
    pattern `said` (in lower case). The verdict is the topic's, and the force too, unless `modality` says that
    of the clause that then answers; `cites` are clauses of the topic that come first. `first` takes the place
    of the topic's notes to be read before anyone acts, where those are about something else.
    """

    when: Mapping[Slot, Annotated[tuple[Text, ...], Field(min_length=1)]] = {}
    said: re.Pattern[str] | None = None
    question: Text
    answer: Text
    modality: Modality | None = None
    cites: tuple[ClauseId, ...] = ()
    first: tuple[KebabId, ...] | None = None

    @model_validator(mode="after")
    def _is_for_some(self) -> Self:
        if not self.when and self.said is None:
            raise ValueError("a wording needs `when` or `said`: it would be for everybody")
        for slot, values in self.when.items():
            if unknown := [value for value in values if value not in _VALUES.get(slot, values)]:
                raise ValueError(f"when: {slot} is never {', '.join(unknown)}")
        return self


class Taking(Record):
    """Questions that a topic takes from others: those likeliest of one `of` them that hold `said`.

    Or likeliest of one of them among what nothing read contradicts. The pattern is in lower case. It is for
    what tells two topics apart that no slot of the frame does: who decides, what follows now. A topic that
    takes its own is for Signpost, however little of that is read, and answers with little of it named.
    `no_incident`: what such a question tells of is no incident, so that no report comes before the rule.
    """

    of: Annotated[tuple[KebabId, ...], Field(min_length=1)]
    said: re.Pattern[str]
    no_incident: bool = False


_MOST_TWISTS = 2
_SAYS_NOTHING = re.compile(r"\bpolicy (?:makes no exception|does not)\b")


class Twist(IdentifiedRecord):
    """What the policy does with a circumstance that many ask about: "at the weekend", "he asked me to".

    It is for a question that one of `topics` answers and that holds the pattern `said` (in lower case).
    `says` is one sentence; what stands in “…” there stands in one of `cites`; without any it says that the
    policy makes no exception, or does not say.
    """

    id: KebabId
    said: re.Pattern[str]
    topics: Annotated[tuple[KebabId, ...], Field(min_length=1)]
    says: Text
    cites: tuple[ClauseId, ...] = ()

    @model_validator(mode="after")
    def _stands_on_something(self) -> Self:
        if not self.cites and not _SAYS_NOTHING.search(self.says):
            raise ValueError(
                "cite the clause that says it, or say that the policy makes no exception or does not"
            )
        return self


class FollowUp(IdentifiedRecord):
    """What is asked on from an answer: after one of `after`, what holds `said` is for `topic`.

    The pattern is in lower case. `cites` are clauses of that topic which go first: they answer this aspect.
    """

    id: KebabId
    after: Annotated[tuple[KebabId, ...], Field(min_length=1)]
    said: re.Pattern[str]
    topic: KebabId
    cites: tuple[ClauseId, ...] = ()


class Topic(IdentifiedRecord):
    """One question that staff ask. `cites` is best first: its first clause is the one that answers.

    `verdict` is *never* or *must* for "should (not)" too; `modality` says which the text says. `tell` holds
    only people whom the policy itself says to tell or consult. `first` are outside notes to be read before
    anyone acts on the answer: they stand directly under it, the others of `outside` behind "More". The first
    of `wordings` that a question meets takes the place of `question` and `answer`. `states` are the details
    that its answer gives, or says that the policy leaves open: of any other nothing is known. `whom` are
    contacts or roles to turn to where the policy names nobody, shown as not in the policy. `twists` are
    those of `twists.yml` that name this topic. `takes` are questions that look like another topic's.
    `follow_ups` are those of `follow-ups.yml` that go on from this topic.
    """

    id: KebabId
    question: Text
    verdict: Verdict
    modality: Modality
    answer: Text
    applies: Applies | None = None
    cites: Annotated[tuple[ClauseId, ...], Field(min_length=1, max_length=8)]
    first: tuple[KebabId, ...] = ()
    next: tuple[Text, ...] = ()
    tell: tuple[Role, ...] = ()
    whom: tuple[Text, ...] = ()
    notes: tuple[ContradictionId, ...] = ()
    outside: tuple[KebabId, ...] = ()
    offer: Offer | None = None
    siblings: tuple[KebabId, ...] = ()
    wordings: tuple[Wording, ...] = ()
    states: tuple[Detail, ...] = ()
    takes: tuple[Taking, ...] = ()
    twists: tuple[Twist, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()

    def goes_on_to(self, plain: str) -> FollowUp | None:
        """What a follow-up in lower case asks on from this topic; None where it is none that is known."""
        return next((found for found in self.follow_ups if found.said.search(plain)), None)

    def twisted(self, plain: str) -> Topic:
        """This topic with what the policy does with the circumstances that a question in lower case names."""
        found = [twist for twist in self.twists if twist.said.search(plain)][:_MOST_TWISTS]
        answer = " ".join([self.answer, *(twist.says for twist in found)])
        cites = dict.fromkeys((*self.cites, *(name for twist in found for name in twist.cites)))
        return self.model_copy(update={"answer": answer, "cites": tuple(cites)}) if found else self

    def put(self, wording: Wording) -> Topic:
        """This topic as `wording` puts it."""
        cites = tuple(dict.fromkeys((*wording.cites, *self.cites)))
        said = {"question": wording.question, "answer": wording.answer, "cites": cites}
        first = self.first if wording.first is None else wording.first
        return self.model_copy(update=said | {"modality": wording.modality or self.modality, "first": first})


class TopicOption(Record):
    """One answer to a question asked back, and the topic that it chooses."""

    label: Text
    topic: KebabId


class Clarification(IdentifiedRecord):
    """A question to ask back where a short question could mean several topics with different answers.

    Where a question leaves the slot `unsaid` open, it is asked back whichever option is the likeliest.
    """

    id: KebabId
    question: Text
    unsaid: Slot | None = None
    options: Annotated[tuple[TopicOption, ...], Field(min_length=2, max_length=4)]


class Contradiction(IdentifiedRecord):
    """Something the policy contradicts or leaves open: `note` for staff, `governors` for its next review."""

    id: ContradictionId
    title: Text
    note: Text
    governors: Text
    clauses: Annotated[tuple[ClauseId, ...], Field(min_length=1)]


class OutsideNote(IdentifiedRecord):
    """What the policy does not say: always shown as "not in this policy", with its `source`.

    `owner` answers for it in the Federation and agreed to it on `agreed` (null: nobody has yet); by `review`
    it is looked at again.
    """

    id: KebabId
    text: Text
    source: Text
    contacts: tuple[Text, ...] = ()
    owner: Text
    agreed: Day | None
    review: Day

    @model_validator(mode="after")
    def _is_reviewed_later(self) -> Self:
        if self.agreed is not None and self.agreed >= self.review:
            raise ValueError(f"agreed on {self.agreed}, so its review cannot be on {self.review}")
        return self


class ClauseFile(Record):
    """`clauses.yml`."""

    clauses: tuple[Clause, ...]


class TwistFile(Record):
    """`twists.yml`; a policy need not have one."""

    twists: tuple[Twist, ...]


class FollowUpFile(Record):
    """`follow-ups.yml`; a policy need not have one."""

    follow_ups: tuple[FollowUp, ...]


class TopicFile(Record):
    """A file of `topics/`: the topics of one section."""

    section: Text
    topics: tuple[Topic, ...]


class ClarificationFile(Record):
    """`clarifications.yml`."""

    clarifications: tuple[Clarification, ...]


class ContradictionFile(Record):
    """`contradictions.yml`."""

    contradictions: tuple[Contradiction, ...]


class OutsideFile(Record):
    """`outside.yml`, which stands beside the policies' folders and serves them all."""

    notes: tuple[OutsideNote, ...]


EntryT = TypeVar("EntryT", bound=IdentifiedRecord)


@dataclass(frozen=True)
class FilePlace(Generic[EntryT]):
    """A record, its file and its location there."""

    item: EntryT
    document: Document
    location: Location

    def fault(self, message: str, *within: str | int) -> Fault:
        """A fault at this record, or at `within` it."""
        return self.document.fault(f"{self.item.id}: {message}", (*self.location, *within))


@dataclass(frozen=True)
class Shelf(Generic[EntryT]):
    """The sound records of one kind, in the order of the files.

    `names` also holds the ids of records that could not be read, so that one fault does not bring others
    in its train; `missing` says that a whole file could not be read.
    """

    places: tuple[FilePlace[EntryT], ...]
    names: frozenset[str]
    faults: tuple[Fault, ...]
    missing: bool

    def __iter__(self) -> Iterator[FilePlace[EntryT]]:
        return iter(self.places)

    def items(self) -> dict[str, EntryT]:
        """The records by id, in the order of the files."""
        return {place.item.id: place.item for place in self.places}

    def unknown(self, name: str) -> bool:
        """Whether no record, sound or not, has this id."""
        return not self.missing and name not in self.names


def read_shelf(
    paths: Sequence[Path], file_model: type[Record], entry_model: type[EntryT], key: str
) -> Shelf[EntryT]:
    """The records under `key` of every file. An unsound one becomes faults and hides no other."""
    documents, faults = _open(paths)
    places: list[FilePlace[EntryT]] = []
    names: set[str] = set()
    for document in documents:
        faults += _faults(document, file_model)
        for index, raw in enumerate(_entries(document.data, key)):
            names |= _name(raw)
            if (item := _sound(raw, entry_model)) is not None:
                places.append(FilePlace(item, document, (key, index)))
    return Shelf(tuple(places), frozenset(names), tuple(faults), missing=len(documents) < len(paths))


def _open(paths: Sequence[Path]) -> tuple[list[Document], list[Fault]]:
    documents: list[Document] = []
    faults: list[Fault] = []
    for path in paths:
        try:
            documents.append(Document(path))
        except DataFaults as error:
            faults += error.faults
    return documents, faults


def _faults(document: Document, model: type[Record]) -> tuple[Fault, ...]:
    try:
        document.parse(model)
    except DataFaults as error:
        return error.faults
    return ()


def _entries(data: Any, key: str) -> list[Any]:
    found = data.get(key) if isinstance(data, dict) else None
    return found if isinstance(found, list) else []


def _name(raw: Any) -> set[str]:
    name = raw.get("id") if isinstance(raw, dict) else None
    return {name} if isinstance(name, str) else set()


def _sound(raw: Any, model: type[EntryT]) -> EntryT | None:
    try:
        return model.model_validate(raw)
    except ValidationError:
        return None
