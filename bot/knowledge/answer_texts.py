"""The words around an answer (`policy_kb/answer-texts.yml`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from string import Formatter
from typing import Annotated, Protocol, get_args

from pydantic import StringConstraints, field_validator

from bot.knowledge.documents import Record, load
from bot.knowledge.phrases import Said
from bot.knowledge.policy_files import (
    Account,
    Act,
    Actor,
    Clause,
    Offer,
    OutsideNote,
    Person,
    Role,
    Slot,
    Topic,
    Verdict,
)

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_BRACES = {
    "clarify": {"question"},
    "read_as": {"read"},
    "related_about": {"about", "read"},
    "related_needs": {"about"},
    "quoted_after": {"lead_in", "quote", "section", "lines"},
    "not_in_policy": {"text", "source"},
    "quoted": {"quote", "section", "lines"},
    "line": {"first"},
    "lines": {"first", "last"},
    "footer": {"title", "version"},
}
_WHOLE = {
    "verdicts": get_args(Verdict),
    "roles": get_args(Role),
    "summaries": (
        *("answer", "related", "clarify", "not_covered", "report", "concern", "danger", "smalltalk"),
    ),
    "read": ("actor", "act", "account", "person"),
}


_READ: tuple[Slot, ...] = ("actor", "account", "person", "act")
_VALUES: Mapping[Slot, tuple[str, ...]] = {
    "actor": get_args(Actor),
    "act": get_args(Act),
    "account": get_args(Account),
    "person": get_args(Person),
}


class Framed(Protocol):
    """What was read of a question, slot by slot."""

    def of(self, slot: Slot) -> tuple[str, ...]:
        """The values of a slot, in the order of the text."""


class Headings(Record):
    """Over the lists of an answer."""

    next: Text
    tell: Text
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
    ask_flt: Text
    passage: Text
    more: Text
    not_meant: Text
    status: Text
    helped: Text
    not_helped: Text

    def offer(self, offer: Offer) -> str:
        """The words on the button that a topic offers."""
        words: str = getattr(self, offer)
        return words


class AnswerTexts(Record):
    """Every sentence that an answer may hold besides the topic's own and the policy's."""

    danger_title: Text
    danger: Text
    danger_self: Text
    danger_then: Text
    danger_source: Text
    concern_title: Text
    concern: Text
    quiet: Text
    not_covered: Text
    clarify: Text
    clarify_question: Text
    report_abuse: Text
    report_image: Text
    report_other: Text
    read_as: Text
    related_about: Text
    related_needs: Text
    related_unsure: Text
    both: Text
    thanks: Text
    goodbye: Text
    undo: Text
    report_how: Text
    status: Text
    whom: Text
    human: Text
    whom_source: Text
    whom_anybody: tuple[str, ...]
    english_only: Text
    greeting: Text
    helping: Text
    read: Mapping[Slot, Mapping[str, Text]]
    about: Mapping[Slot, Mapping[str, Text]]
    should: Text
    beside: Mapping[str, Text]
    not_in_policy: Text
    quoted: Text
    quoted_after: Text
    line: Text
    lines: Text
    verdicts: Mapping[Verdict, Text]
    verdicts_should: Mapping[Verdict, Text]
    roles: Mapping[Role, Text]
    headings: Headings
    footer: Text
    buttons: ButtonTexts
    summaries: Mapping[str, Text]

    @field_validator(*_BRACES)
    @classmethod
    def _holds_its_braces(cls, text: str, info: object) -> str:
        wanted = _BRACES[getattr(info, "field_name", "")]
        found = {name for _, name, _, _ in Formatter().parse(text) if name is not None}
        if found != wanted:
            raise ValueError(f"must hold exactly these braces: {', '.join(sorted(wanted))}")
        return text

    @field_validator("read")
    @classmethod
    def _names_every_value(cls, read: Mapping[Slot, Mapping[str, str]]) -> Mapping[Slot, Mapping[str, str]]:
        for slot, values in _VALUES.items():
            missing = [value for value in values if value not in read.get(slot, {})]
            if missing:
                raise ValueError(f"{slot} lacks {', '.join(missing)}")
        return read

    @field_validator("verdicts", "roles", "summaries", "read")
    @classmethod
    def _is_whole(cls, texts: Mapping[str, str], info: object) -> Mapping[str, str]:
        wanted = _WHOLE[getattr(info, "field_name", "")]
        missing = [name for name in wanted if name not in texts]
        if missing:
            raise ValueError(f"lacks {', '.join(missing)}")
        return texts

    def label(self, topic: Topic) -> str:
        """The word beside a topic's answer: "No", or "Should not" where the policy says "should"."""
        if topic.modality == "should" and topic.verdict in self.verdicts_should:
            return self.verdicts_should[topic.verdict]
        return self.verdicts[topic.verdict]

    def report(self, kind: str) -> str:
        """What is said to someone who tells of an incident: `kind` is abuse, image or other."""
        words: str = getattr(self, f"report_{kind}")
        return words

    def said(self, name: Said) -> str:
        """What is said to thanks, a goodbye, "undo", or a question about a report."""
        words: str = getattr(self, name)
        return words

    def read_as_line(self, frame: Framed) -> str:
        """What was read of a question, on one line; empty where that is less than two things."""
        read = [self.read[slot].get(value, value) for slot in _READ for value in frame.of(slot)[:2]]
        read += [platform.title() for platform in frame.of("platform")[:2]]
        return self.read_as.format(read=" · ".join(read)) if len(read) > 1 else ""

    def about_line(self, topic: Topic, against: Sequence[Slot], frame: Framed) -> str:
        """What a topic's rule is about, where a question is about something else: `against` are the slots."""
        if not against or topic.applies is None:
            return self.related_unsure
        # What tells the two apart best is named: whose account, about whom, who; the act last.
        slot = next(name for name in (*_READ, "platform") if name in against)
        # The first value is the one that the rule speaks of; of persons and acts there may be two.
        said = getattr(topic.applies, slot)[: 2 if slot in ("person", "act") else 1]
        about = _joined([self._about(slot, value) for value in said])
        values = [value for value in frame.of(slot) if value not in getattr(topic.applies, slot)]
        read = _joined([self.read.get(slot, {}).get(value, value) for value in values[:3]])
        if not about or (frame.of(slot) and not values):
            return self.related_unsure
        return (
            self.related_about.format(about=about, read=read)
            if read
            else self.related_needs.format(about=about)
        )

    def _about(self, slot: Slot, value: str) -> str:
        return self.about.get(slot, {}).get(value) or self.read.get(slot, {}).get(value, value)

    def first(self, topic: Topic) -> tuple[str, ...]:
        """The notes to be read before anyone acts on a topic's answer, by their ids in `outside.yml`."""
        marked = [self.beside[note] for note in topic.notes if note in self.beside]
        return tuple(dict.fromkeys([*marked, *topic.first]))

    def outside(self, note: OutsideNote) -> str:
        """What a note says that is not in the policy, with its source, marked so."""
        return self.not_in_policy.format(text=note.text, source=note.source)

    def quotation(self, clause: Clause, lead_in: Clause | None = None) -> str:
        """A clause verbatim, with its section and lines, after the sentence that opens its list."""
        where = {"quote": clause.quote, "section": clause.section, "lines": self._place(clause)}
        if lead_in is None:
            return self.quoted.format(**where)
        return self.quoted_after.format(lead_in=lead_in.quote, **where)

    def _place(self, clause: Clause) -> str:
        first, last = clause.lines
        return (self.line if first == last else self.lines).format(first=first, last=last)


def _joined(names: Sequence[str]) -> str:
    return " or ".join(dict.fromkeys(names))


def load_answer_texts(path: Path) -> AnswerTexts:
    """Read `answer-texts.yml`. Raises DataFaults with file and line."""
    return load(path, AnswerTexts)
