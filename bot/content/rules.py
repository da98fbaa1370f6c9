"""How sure an answer must be (`intents/thresholds.yml`), and the words around an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol

from pydantic import Field, field_validator

from bot.content.danger_words import DangerWords, Endangered, checked
from bot.content.documents import DataFaults, Document, Fault, Record, load
from bot.content.doubles import Doubles, load_doubles
from bot.content.frame_words import FrameWords, load_frame_words
from bot.content.phrases import Phrases, Said, load_phrases
from bot.content.policy import (
    Account,
    Act,
    Actor,
    Clause,
    Detail,
    Offer,
    OutsideNote,
    Person,
    Role,
    Slot,
    Startable,
    Topic,
    Verdict,
)
from bot.content.policy_load import Policy
from bot.content.texts import Holding, Phrase, Text, TextTable
from bot.content.wording import load_lexicon, with_apostrophes

_READ: tuple[Slot, ...] = ("actor", "account", "person", "act")
# Rules that forbid or demand: of what they are not about, they do neither.
_BINDING = ("never", "must")
Summary = Literal["answer", "related", "clarify", "not_covered", "report", "concern", "danger", "smalltalk"]


class Framed(Protocol):
    """What was read of a question, slot by slot."""

    @property
    def sure(self) -> bool:
        """Whether somebody else than staff is asked about beyond doubt."""

    def of(self, slot: Slot) -> tuple[str, ...]:
        """The values of a slot, in the order of the text."""


class Headings(Record):
    """Over the lists of an answer."""

    next: Text
    tell: Text
    ask: Text
    related: Text
    unclear: Text
    passage: Text
    around: Text
    beside: Text
    more: Text
    see_also: Text
    also: Text


class ButtonTexts(Record):
    """On the buttons of an answer."""

    report: Text
    report_abuse: Text
    report_image: Text
    report_other: Text
    account_request: Text
    see_accounts: Text
    log_comment: Text
    check_picture: Text
    check_draft: Text
    ask_flt: Text
    passage: Text
    more: Text
    not_meant: Text
    none: Text
    status: Text
    helped: Text
    not_helped: Text

    def offer(self, offer: Offer) -> str:
        """The words on the button that a topic offers."""
        return {
            "report_abuse": self.report_abuse,
            "report_image": self.report_image,
            "report_other": self.report_other,
            "account_request": self.account_request,
            "see_accounts": self.see_accounts,
            "see_reports": self.status,
            "log_comment": self.log_comment,
            "check_picture": self.check_picture,
            "check_draft": self.check_draft,
            "ask_flt": self.ask_flt,
        }[offer]


class ReadTexts(Record):
    """What each value that can be read of a question is called."""

    actor: TextTable[Actor, Text]
    act: TextTable[Act, Text]
    account: TextTable[Account, Text]
    person: TextTable[Person, Text]


class AboutTexts(Record):
    """What a rule is about, where that is called otherwise than what is read of a question."""

    actor: dict[Actor, Text] = Field(default={})
    act: dict[Act, Text] = Field(default={})
    account: dict[Account, Text] = Field(default={})
    person: dict[Person, Text] = Field(default={})


class AnswerTexts(Record):
    """Every sentence that an answer may hold besides the topic's own and the policy's."""

    danger_title: Text
    danger: TextTable[Endangered, Text]
    danger_then: Text
    danger_source: Text
    concern_title: Text
    concern: Text
    # The same where the DSL is or may be involved in the report at hand.
    danger_not_dsl: TextTable[Endangered, Text]
    concern_not_dsl_title: Text
    concern_not_dsl: Text
    quiet: Text
    not_covered: Text
    not_covered_whom: Annotated[Phrase, Holding("whom")]
    under_review: Text
    clause_changed: Text
    clarify: Annotated[Phrase, Holding("question")]
    clarify_question: Text
    report_abuse: Text
    report_image: Text
    report_other: Text
    read_as: Annotated[Phrase, Holding("read")]
    related_about: Annotated[Phrase, Holding("about read")]
    related_not_asked: Annotated[Phrase, Holding("about read")]
    related_ask: Annotated[Phrase, Holding("whom")]
    related_actors: dict[Actor, Text]
    related_own: Text
    related_needs: Annotated[Phrase, Holding("about whom")]
    related_unsure: Annotated[Phrase, Holding("whom")]
    silent: Annotated[Phrase, Holding("detail whom")]
    details: TextTable[Detail, Text]
    here: TextTable[Startable, Text]
    both: Text
    thanks: Text
    goodbye: Text
    undo: Text
    report_how: Text
    status: Text
    writing: Text
    whom: Text
    human: Text
    whom_source: Text
    held_by: Annotated[Phrase, Holding("line names")]
    held_at: Annotated[Phrase, Holding("name school")]
    whom_anybody: tuple[str, ...]
    english_only: Text
    greeting: Text
    helping: Text
    read: ReadTexts
    about: AboutTexts
    should: Text
    beside: Mapping[str, Text]
    not_in_policy: Annotated[Phrase, Holding("text source")]
    quoted: Annotated[Phrase, Holding("quote section lines")]
    quoted_after: Annotated[Phrase, Holding("lead_in quote section lines")]
    quoted_under: Annotated[Phrase, Holding("lead_in quote section lines")]
    line: Annotated[Phrase, Holding("first")]
    lines: Annotated[Phrase, Holding("first last")]
    verdicts: TextTable[Verdict, Text]
    verdicts_should: Mapping[Verdict, Text]
    roles: TextTable[Role, Text]
    headings: Headings
    footer: Annotated[Phrase, Holding("title version")]
    buttons: ButtonTexts
    summaries: TextTable[Summary, Text]

    def label(self, topic: Topic) -> str:
        """The word beside a topic's answer: "No", or "Should not" where the policy says "should"."""
        if topic.modality == "should" and topic.verdict in self.verdicts_should:
            return self.verdicts_should[topic.verdict]
        return self.verdicts[topic.verdict]

    def report(self, kind: str) -> str:
        """What is said to someone who tells of an incident: `kind` is abuse, image or other."""
        return {"abuse": self.report_abuse, "image": self.report_image, "other": self.report_other}[kind]

    def said(self, name: Said) -> str:
        """What is said to thanks, a goodbye, "undo", a question about a report, or a wish for a speech."""
        return {
            "thanks": self.thanks,
            "goodbye": self.goodbye,
            "undo": self.undo,
            "report_how": self.report_how,
            "status": self.status,
            "writing": self.writing,
        }[name]

    def read_as_line(self, frame: Framed) -> str:
        """What was read of a question, on one line; empty where that is less than two things."""
        read = [_names(self.read, slot).get(value, value) for slot in _READ for value in frame.of(slot)[:2]]
        read += [platform.title() for platform in frame.of("platform")[:2]]
        return self.read_as.fill(read=" · ".join(read)) if len(read) > 1 else ""

    def about_line(self, topic: Topic, against: Sequence[Slot], frame: Framed, whom: str) -> str:
        """What a topic's rule is about, where a question is about something else: `against` are the slots.

        `whom` is the line of those who can be asked.
        """
        unsure = self.related_unsure.fill(whom=whom)
        if not against or topic.applies is None:
            return unsure
        # What tells the two apart best is named: whose account, about whom, who; the act last.
        slot = next(name for name in (*_READ, "platform") if name in against)
        # The first value is the one that the rule speaks of; of persons and acts there may be two.
        said = getattr(topic.applies, slot)[: 2 if slot in ("person", "act") else 1]
        about = _joined([self._about(slot, value) for value in said])
        values = [value for value in frame.of(slot) if value not in getattr(topic.applies, slot)]
        read = _joined([_names(self.read, slot).get(value, value) for value in values[:3]])
        if not about or (frame.of(slot) and not values):
            return unsure
        # Who is named in another part is not asked for: "pupils and Snapchat: from what age?"
        if not read and {*frame.of("actor"), *frame.of("person")} & set(getattr(topic.applies, slot)):
            return unsure
        if not read:
            return self.related_needs.fill(about=about, whom=whom)
        # Of a ban nothing is concluded, nor from whom or what it is about: misread, that would be a yes.
        not_asked = slot == "account" and topic.verdict == "must"
        opening = self.related_not_asked if not_asked else self.related_about
        told = [opening.fill(about=about, read=read)]
        if slot == "actor" and topic.verdict in _BINDING and frame.sure:
            told += self._for_others(values)
        if _is_own_life(frame):
            told.append(self.related_own)
        return " ".join([*told, self.related_ask.fill(whom=whom)])

    def _for_others(self, actors: Sequence[str]) -> list[str]:
        """What a rule for somebody else means for the actor."""
        texts: Mapping[Any, str] = self.related_actors
        return [texts[actor] for actor in actors if actor in texts]

    def _about(self, slot: Slot, value: str) -> str:
        return _names(self.about, slot).get(value) or _names(self.read, slot).get(value, value)

    def first(self, topic: Topic) -> tuple[str, ...]:
        """The notes to be read before anyone acts on a topic's answer, by their ids in `outside.yml`."""
        marked = [self.beside[note] for note in topic.notes if note in self.beside]
        return tuple(dict.fromkeys([*marked, *topic.first]))

    def outside(self, note: OutsideNote) -> str:
        """What a note says that is not in the policy, with its source, marked so."""
        return self.not_in_policy.fill(text=note.text, source=note.source)

    def quotation(self, clause: Clause, lead_in: Clause | None = None) -> str:
        """A clause verbatim, with its section and lines, after the sentence that opens its list.

        One that is whole stands before that sentence.
        """
        where = {"quote": clause.quote, "section": clause.section, "lines": self._place(clause)}
        if lead_in is None:
            return self.quoted.fill(**where)
        if clause.stands_alone:
            return self.quoted_under.fill(lead_in=lead_in.quote, **where)
        return self.quoted_after.fill(lead_in=lead_in.quote, **where)

    def _place(self, clause: Clause) -> str:
        first, last = clause.lines
        return (self.line if first == last else self.lines).fill(first=first, last=last)


def _is_own_life(frame: Framed) -> bool:
    """Whether staff ask of their own account alone, and of no student, parent or colleague."""
    others = {"student", "former_student", "other_pupil", "parent", "colleague"}
    staff = not frame.of("actor") or frame.of("actor") == ("staff",)
    return staff and frame.of("account") == ("own",) and not others & set(frame.of("person"))


def _names(texts: ReadTexts | AboutTexts, slot: Slot) -> Mapping[Any, str]:
    """What a slot's values are called; a platform has its own name."""
    names: Mapping[str, Mapping[Any, str]] = {
        "actor": texts.actor,
        "act": texts.act,
        "account": texts.account,
        "person": texts.person,
    }
    return names.get(slot, {})


def _joined(names: Sequence[str]) -> str:
    return " or ".join(dict.fromkeys(names))


def load_answer_texts(path: Path, policy: Policy) -> AnswerTexts:
    """Read `answer-texts.yml`. Raises DataFaults with file and line, also for a note that is not there.

    `{policies}` and `{titles}` are what the policies are called, whichever are loaded.
    """
    document = Document(path)
    document.data = _named(document.data, policy)
    try:
        texts = document.parse(AnswerTexts)
    except DataFaults as error:
        raise DataFaults([_explained(fault) for fault in error.faults]) from None
    if faults := list(_unknown(document, texts, policy)):
        raise DataFaults(faults)
    return texts


def _explained(fault: Fault) -> Fault:
    """The same fault; one about braces says what may stand in them on any line."""
    if "braces" not in fault.message:
        return fault
    return replace(fault, message=f"{fault.message}; {{policies}} or {{titles}} may stand on any line")


def _named(data: Any, policy: Policy) -> Any:
    """The same data, with the names of the policies in its texts."""
    if isinstance(data, dict):
        return {key: _named(value, policy) for key, value in data.items()}
    if isinstance(data, list):
        return [_named(value, policy) for value in data]
    if not isinstance(data, str):
        return data
    names = {
        "{policies}": [cover.name for cover in policy.covers],
        "{titles}": [cover.title for cover in policy.covers],
    }
    for written, said in names.items():
        data = data.replace(written, " or the ".join(said))
    return data


def _unknown(document: Document, texts: AnswerTexts, policy: Policy) -> Iterator[Fault]:
    for note, outside in texts.beside.items():
        if note not in policy.contradictions:
            yield document.fault(f"beside: no such contradiction: {note}", ("beside", note))
        if outside not in policy.outside:
            yield document.fault(f"beside: no such note: {outside}", ("beside", note))


# Here "there" and "then" point at nothing that was said.
_POINTLESS = re.compile(r"\b(?:is|are|was|were|will|be) there\b|\bthere(?:'s| is| are)\b|(?<=\w) then\W*$")
# So few words go on from the last question without asking: "and LinkedIn".
_FRAGMENT = 4
Share = Annotated[float, Field(ge=0.0, le=1.0)]


class ShortPattern(Record):
    """Words with which a question of at most so many `words` goes on from the last one."""

    words: Annotated[int, Field(ge=1)]
    pattern: str

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        return checked(pattern)


class GoingOn(Record):
    """How a question that goes on from the last one is read: the weight of each reader's log odds.

    `joined` reads it after the last topic's question, `alone` by itself, and `before` that question alone,
    which counts against a topic. The last topic's neighbours and it count `neighbour` times, itself `last`
    times more; `least` stands for odds of nothing. Where the frame contradicts the likeliest topic, another
    with `instead` of its share answers.
    """

    joined: Annotated[float, Field(ge=0.0)]
    alone: Annotated[float, Field(ge=0.0)]
    before: Annotated[float, Field(ge=0.0)]
    neighbour: Annotated[float, Field(gt=0.0)]
    last: Annotated[float, Field(gt=0.0)]
    least: Annotated[float, Field(gt=0.0, le=1.0)]
    instead: Share


class Thresholds(Record):
    """Shares and odds from 0 to 1; the file says what each decides and how it was chosen."""

    danger: Share
    danger_story: Share
    danger_story_whole: Share
    danger_clause: Share
    likeness_clause: Share
    danger_unlike: Share
    likeness: Share
    unlike: Share
    danger_sure: Share
    danger_calm: Share
    asked: Share
    concern: Share
    concern_story: Share
    concern_unlike: Share
    quiet: Share
    gate_report: Share
    gate_report_owed: Share
    gate_agrees: Share
    report_unsure: Share
    owed: Share
    report: Share
    report_asked: Share
    report_said: Share
    report_beside: Share
    smalltalk: Share
    in_scope: Share
    topic: Share
    close: Share
    close_never: Share
    close_account: Share
    verdict: Share
    verdict_named: Share
    verdict_reduced: Share
    verdict_bare: Share
    unmet: Share
    related: Share
    related_least: Share
    related_outside: Share
    instead: Share
    stand_in: Share
    half: Share
    reading_shown: Share
    beside_report: Share
    beside_incident: Share
    social: tuple[Act, ...]
    cite_beside: Share
    going_on: GoingOn
    follow_up_scope: Share
    follow_up_named: Share
    bare: str
    asked_on_words: Annotated[int, Field(gt=0)]
    asked_on_brief: Annotated[int, Field(gt=0)]
    asked_on_fresh: Share
    follow_up: str
    follow_up_sure: Share
    whole: str
    points_back: str
    follow_up_short: tuple[ShortPattern, ...]
    question: tuple[str, ...]
    reporting: tuple[str, ...]

    @field_validator("follow_up", "bare", "whole", "points_back")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        return checked(pattern)

    @field_validator("question", "reporting")
    @classmethod
    def _all_compile(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(checked, patterns))

    def asks(self, text: str) -> bool:
        """Whether a text asks for a rule ("can I …")."""
        plain = with_apostrophes(text)
        return any(re.search(pattern, plain) for pattern in self.question)

    def says_report(self, text: str) -> bool:
        """Whether a text calls itself a report, in that very word."""
        found = (re.search(pattern, with_apostrophes(text)) for pattern in self.reporting)
        return any(said is not None and "report" in said.group() for said in found)

    def report_limit(self, text: str) -> float:
        """How likely a report must be to come first: it asks for a rule, says that it is one, or neither."""
        if self.asks(text):
            return self.report_asked
        plain = with_apostrophes(text)
        said = any(re.search(pattern, plain) for pattern in self.reporting)
        return self.report_said if said else self.report

    def stands_alone(self, question: str) -> bool:
        """Whether a question is a whole sentence, and no word of it points back."""
        plain = with_apostrophes(question)
        return bool(re.search(self.whole, plain)) and not self.leans(question)

    def leans(self, text: str) -> bool:
        """Whether a word of a text points back at what was said before it."""
        return re.search(self.points_back, with_apostrophes(text)) is not None

    def follow_up_limit(self, question: str) -> float:
        """How likely it must be that a follow-up is for Signpost: likelier where it names something itself.

        "What time is lunch" is as short as "when?", and goes on from nothing.
        """
        plain = _POINTLESS.sub("", with_apostrophes(question))
        goes_on = any(re.search(pattern, plain) for pattern in (self.follow_up, self.points_back, self.bare))
        return self.follow_up_scope if goes_on else self.follow_up_named

    def says_all(self, question: str) -> bool:
        """Whether a question begins as one of its own, has more than a few words, points back at nothing."""
        plain = with_apostrophes(question)
        if re.search(self.follow_up, plain) or self.leans(question):
            return False
        return len(plain.split()) > _FRAGMENT

    def follows_up(self, question: str) -> bool:
        """Whether a question looks as though it went on from the last one."""
        plain = with_apostrophes(question)
        if re.search(self.follow_up, plain):
            return True
        length = len(plain.split())
        if length > _FRAGMENT and not plain.endswith("?") and not self.asks(question):
            # What is told is no question, however it points back.
            return False
        short = (entry for entry in self.follow_up_short if length <= entry.words)
        return any(re.search(entry.pattern, plain) for entry in short)


@dataclass(frozen=True)
class AnswerRules:
    """What turns a parse into an answer, besides the policy itself."""

    texts: AnswerTexts
    thresholds: Thresholds
    danger: DangerWords
    frame: FrameWords
    phrases: Phrases
    doubles: Doubles
    platforms: frozenset[str]


def load_answer_rules(intents: Path, policy_kb: Path, policy: Policy) -> AnswerRules:
    """Read the files. Raises DataFaults with file and line."""
    return AnswerRules(
        texts=load_answer_texts(policy_kb / "answer-texts.yml", policy),
        thresholds=load(intents / "thresholds.yml", Thresholds),
        danger=load(intents / "danger.yml", DangerWords),
        frame=load_frame_words(intents / "frame.yml"),
        phrases=load_phrases(intents / "phrases.yml"),
        doubles=load_doubles(intents / "doubles.yml"),
        platforms=frozenset(load_lexicon(intents / "lexicon.yml").platforms),
    )
