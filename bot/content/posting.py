"""What is asked before something is posted (policy_kb/before-you-post.yml), and the words by which a draft is
read (draft-words.yml), checked at start."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from bot.content.documents import DataFaults, Document, Fault, Location, Record, load
from bot.content.policy import ClauseId, KebabId
from bot.content.policy_load import Policy
from bot.content.texts import Holding, Phrase, Text, TextTable
from bot.domain.access import Duties, has_duty
from bot.domain.names import straight

Account = Literal["federation", "own"]
Kind = Literal[
    "full_name",
    "phone",
    "email",
    "address",
    "disparaged",
    "selling",
    "controversial",
    "journalist",
    "logo",
    "credit",
    "link",
    "disclaimer",
    "initials",
]
# A role that can be asked.
Asked = Literal["eht", "flt", "fbm", "sbm", "it", "dsl", "dpl"]
#: Where an answer leads besides another question: on, to the end, or to the report of a picture.
NEXT, STOP, IMAGE = "next", "stop", "image"


class PictureAnswer(Record):
    """One answer: `then` is where it leads, `says` why it stops. `holder`: who holds the list is shown."""

    id: KebabId
    label: Text
    then: Text
    says: Text | None = None
    holder: bool = False
    offer: Literal["image"] | None = None

    @model_validator(mode="after")
    def _says_why(self) -> PictureAnswer:
        if (self.then == STOP) != (self.says is not None):
            raise ValueError("an answer that stops needs `says`, and no other may have it")
        return self


class PictureQuestion(Record):
    """One question, with its clauses. `aside`: it is asked only where an answer leads to it by its id."""

    id: KebabId
    asks: Text
    says: Text | None = None
    clauses: tuple[ClauseId, ...] = Field(min_length=1)
    aside: bool = False
    answers: tuple[PictureAnswer, ...] = Field(min_length=2)


class PictureCheck(Record):
    """The whole check of a picture."""

    title: Text
    opener: Text
    says: Text
    again: Text
    close: Text
    closed: Text
    stop: Text
    not_at_stop: tuple[ClauseId, ...]
    stale: Text
    image_button: Text
    done: Text
    done_text: Text
    done_clauses: tuple[ClauseId, ...]
    holder: Asked
    holder_text: Annotated[Phrase, Holding("people")]
    holder_source: Text
    questions: tuple[PictureQuestion, ...] = Field(min_length=1)


class FindingText(Record):
    """What is said of one kind of finding. `accounts`: those that its clauses are about."""

    title: Text
    advice: Text
    clauses: tuple[ClauseId, ...] = Field(min_length=1)
    accounts: tuple[Account, ...] = Field(min_length=1)


class DraftCheck(Record):
    """The form of a draft, and all that is said of one."""

    title: Text
    opener: Text
    turned_away: Text
    form_only: Text
    says: Text
    account: Text
    accounts: TextTable[Account, Text]
    account_missing: Text
    text: Text
    text_hint: Text
    empty: Text
    too_long: Annotated[Phrase, Holding("most count")]
    submit: Text
    again: Text
    close: Text
    closed: Text
    not_shown: Text
    found: Annotated[Phrase, Holding("count")]
    nothing: Text
    not_approved: Text
    more: Annotated[Phrase, Holding("count")]
    not_english: Text
    blind_title: Text
    blind: tuple[Text, ...] = Field(min_length=1)
    findings: TextTable[Kind, FindingText]


class AskingErrors(Record):
    """What stands beside a field of the question that is not right."""

    required: Text
    choice: Text
    too_long: Annotated[Phrase, Holding("limit")]
    names: Text


class Asking(Record):
    """Whom somebody asks before posting: a senior leader, or the holder of the list. `leader` is a role.

    `in_line` are the roles that are asked in the place of either. A question about the list comes again after
    `target_days` working days; on each working day after, the next role in line is asked too.
    """

    leader: Literal["eht", "flt"]
    in_line: tuple[Asked, ...] = Field(min_length=1)
    target_days: int = Field(ge=1, le=20)
    leader_button: Text
    leader_told: Annotated[Phrase, Holding("people")]
    leader_title: Text
    leader_text: Annotated[Phrase, Holding("name")]
    leader_clauses: tuple[ClauseId, ...] = Field(min_length=1)
    list_button: Text
    title: Text
    intro: Text
    school: Text
    event: Text
    event_hint: Text
    submit: Text
    clauses: tuple[ClauseId, ...] = Field(min_length=1)
    holder_told: Annotated[Phrase, Holding("people")]
    holder_title: Text
    holder_text: Annotated[Phrase, Holding("name event school")]
    yes: Text
    no: Text
    answered: Annotated[Phrase, Holding("name")]
    answer_title: Text
    somebody: Annotated[Phrase, Holding("event")]
    no_one: Annotated[Phrase, Holding("event")]
    read_it: Text
    nobody: Text
    again: Text
    not_permitted: Text
    unreached_title: Text
    unreached: Annotated[Phrase, Holding("event")]
    unanswered: Annotated[Phrase, Holding("event")]
    reminder_title: Text
    list_title: Text
    none: Text
    more: Annotated[Phrase, Holding("count")]
    late: Annotated[Phrase, Holding("event")]
    errors: AskingErrors


class PostingFile(Record):
    """The whole file. `picture_under` and `draft_under` are the topics whose answers offer a check."""

    summary: Text
    open: Text
    picture_button: Text
    draft_button: Text
    picture_under: tuple[KebabId, ...]
    draft_under: tuple[KebabId, ...]
    picture: PictureCheck
    asking: Asking
    draft: DraftCheck


# A word, perhaps without its end; or some words in between.
_PART = re.compile(r"\.\.\.|[^\s*]+\*?|\*")


def _phrase(text: str) -> str:
    parts = text.split()
    if any(not _PART.fullmatch(part) for part in parts) or "..." in (parts[0], parts[-1]):
        raise ValueError("of a phrase * may end a word, and ... may stand between two words")
    return text


def _words(text: str) -> str:
    if strange := [word for word in text.split() if not re.fullmatch(r"[\w'-]+", word)]:
        raise ValueError(f"words and nothing else stand here: take out {strange[0]}")
    return text.casefold()


Wording = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_phrase)]
Wordings = Annotated[tuple[Wording, ...], Field(min_length=1)]
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_words)]


class DraftWords(Record):
    """The whole file of words, its phrases made into patterns once."""

    not_names: Words
    things: Words
    titles: Words
    adults: Wordings
    students: Wordings
    school_words: Words
    disclaimers: Wordings
    domains: Words
    streets: Words
    addresses: Wordings
    disparaged: Wordings
    selling: Wordings
    controversial: Wordings
    journalist: Wordings
    logo: Wordings
    credit: Wordings

    @cached_property
    def patterns(self) -> Mapping[str, re.Pattern[str]]:
        """What finds the phrases of each list, by its name, in a text with straight apostrophes."""
        lists = {
            name: getattr(self, name)
            for name in type(self).model_fields
            if isinstance(getattr(self, name), tuple)
        }
        return {name: _pattern(phrases) for name, phrases in lists.items()}

    @cached_property
    def words(self) -> Mapping[str, frozenset[str]]:
        """The words of each list that has no phrases, by its name."""
        names = ("not_names", "things", "titles", "school_words", "domains", "streets")
        return {name: frozenset(getattr(self, name).split()) for name in names}


def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    found = "|".join(_spelt(phrase) for phrase in sorted(phrases, key=len, reverse=True))
    return re.compile(rf"(?<!\w)(?:{found})(?!\w)", re.IGNORECASE)


def _spelt(phrase: str) -> str:
    """A phrase as a pattern whose work has a bound, wherever it begins."""
    parts = [re.escape(straight(part)).replace(r"\*", r"\w{0,40}") for part in phrase.split()]
    return r"\s{1,9}".join(parts).replace(r"\.\.\.\s{1,9}", r"(?:\S{1,40}\s{1,9}){0,3}?")


@dataclass(frozen=True)
class Posting:
    """Both files."""

    texts: PostingFile
    words: DraftWords


def load_posting(folder: Path, policy: Policy, duties: Duties) -> Posting:
    """Read both files of `policy_kb/`. Raises DataFaults with file and line for every fault found.

    `duties` say who may answer about the list: the people who are asked must be able to.
    """
    document, faults = Document(folder / "before-you-post.yml"), list[Fault]()
    texts = document.parse(PostingFile)
    for message, location in (*_faults(texts, policy), *_role_faults(texts, duties)):
        faults.append(document.fault(message, location))
    if faults:
        raise DataFaults(faults)
    return Posting(texts, load(folder / "draft-words.yml", DraftWords))


def _faults(texts: PostingFile, policy: Policy) -> Iterator[tuple[str, Location]]:
    for name, topics in (("picture_under", texts.picture_under), ("draft_under", texts.draft_under)):
        yield from _unknown(topics, policy.topics, "topic", (name,))
    for name in ("done_clauses", "not_at_stop"):
        yield from _unknown(getattr(texts.picture, name), policy.clauses, "clause", ("picture", name))
    for name in ("clauses", "leader_clauses"):
        yield from _unknown(getattr(texts.asking, name), policy.clauses, "clause", ("asking", name))
    for kind, finding in texts.draft.findings.items():
        at: Location = ("draft", "findings", kind, "clauses")
        yield from _unknown(finding.clauses, policy.clauses, "clause", at)
    yield from _question_faults(texts.picture.questions, policy)


def _role_faults(texts: PostingFile, duties: Duties) -> Iterator[tuple[str, Location]]:
    roles = (
        (texts.picture.holder, ("picture", "holder")),
        (texts.asking.leader, ("asking", "leader")),
        *((role, ("asking", "in_line")) for role in texts.asking.in_line),
    )
    for role, at in roles:
        if not has_duty(duties, "answer_list", (role,), runs=False):
            yield f"{role} may not answer_list: name another role, or add it in permissions.yml", at


def _question_faults(
    questions: tuple[PictureQuestion, ...], policy: Policy
) -> Iterator[tuple[str, Location]]:
    known = [question.id for question in questions]
    asides = {question.id for question in questions if question.aside}
    led_to = {answer.then for question in questions for answer in question.answers}
    for number, question in enumerate(questions):
        at: Location = ("picture", "questions", number)
        if known.index(question.id) != number:
            yield f"there is a question {question.id} already", (*at, "id")
        if question.aside and question.id not in led_to:
            yield f"no answer leads to {question.id}", (*at, "id")
        yield from _unknown(question.clauses, policy.clauses, "clause", (*at, "clauses"))
        if not any(answer.then == STOP for answer in question.answers):
            yield "no answer stops: what is this question for?", (*at, "answers")
        yield from _answer_faults(question, asides, at)


def _answer_faults(
    question: PictureQuestion, asides: Collection[str], at: Location
) -> Iterator[tuple[str, Location]]:
    ids = [answer.id for answer in question.answers]
    for number, answer in enumerate(question.answers):
        where: Location = (*at, "answers", number)
        if ids.index(answer.id) != number:
            yield f"there is an answer {answer.id} already", (*where, "id")
        if answer.then not in (NEXT, STOP, IMAGE, *asides) or answer.then == question.id:
            choices = ", ".join((NEXT, STOP, IMAGE, *sorted(asides)))
            yield f"{answer.then} is nowhere to go: give one of {choices}", (*where, "then")


def _unknown(
    names: tuple[str, ...], known: Collection[str], what: str, at: Location
) -> Iterator[tuple[str, Location]]:
    for number, name in enumerate(names):
        if name not in known:
            yield f"there is no {what} {name}", (*at, number)
