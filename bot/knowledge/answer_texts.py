"""The words around an answer (`policy_kb/answer-texts.yml`)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from string import Formatter
from typing import Annotated, get_args

from pydantic import StringConstraints, field_validator

from bot.knowledge.documents import Record, load
from bot.knowledge.policy_files import Clause, Offer, OutsideNote, Role, Topic, Verdict

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_BRACES = {
    "clarify": {"question"},
    "not_in_policy": {"text", "source"},
    "quoted": {"quote", "section", "lines"},
    "line": {"first"},
    "lines": {"first", "last"},
    "footer": {"title", "version"},
}
_WHOLE = {
    "verdicts": get_args(Verdict),
    "roles": get_args(Role),
    "summaries": ("answer", "clarify", "not_covered", "report", "danger", "smalltalk"),
}


class Headings(Record):
    """Over the lists of an answer."""

    next: Text
    tell: Text
    related: Text
    unclear: Text
    passage: Text
    around: Text
    beside: Text


class ButtonTexts(Record):
    """On the buttons of an answer."""

    report: Text
    report_abuse: Text
    report_image: Text
    report_other: Text
    account_request: Text
    ask_flt: Text
    passage: Text
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
    not_covered: Text
    clarify: Text
    clarify_question: Text
    report_abuse: Text
    report_image: Text
    report_other: Text
    greeting: Text
    helping: Text
    should: Text
    beside: Mapping[str, Text]
    not_in_policy: Text
    quoted: Text
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

    @field_validator("verdicts", "roles", "summaries")
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

    def first(self, topic: Topic) -> tuple[str, ...]:
        """The notes to be read before anyone acts on a topic's answer, by their ids in `outside.yml`."""
        return tuple(self.beside[note] for note in topic.notes if note in self.beside)

    def outside(self, note: OutsideNote) -> str:
        """What a note says that is not in the policy, with its source, marked so."""
        return self.not_in_policy.format(text=note.text, source=note.source)

    def quotation(self, clause: Clause) -> str:
        """A clause verbatim, with its section and lines, as one sentence."""
        return self.quoted.format(quote=clause.quote, section=clause.section, lines=self._place(clause))

    def _place(self, clause: Clause) -> str:
        first, last = clause.lines
        return (self.line if first == last else self.lines).format(first=first, last=last)


def load_answer_texts(path: Path) -> AnswerTexts:
    """Read `answer-texts.yml`. Raises DataFaults with file and line."""
    return load(path, AnswerTexts)
