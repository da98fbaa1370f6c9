"""How sure an answer must be (`intents/thresholds.yml`), and the words of danger (`intents/danger.yml`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from bot.knowledge.answer_texts import AnswerTexts, load_answer_texts
from bot.knowledge.documents import Record, load
from bot.knowledge.frame_words import FrameWords, load_frame_words
from bot.knowledge.phrases import Phrases, load_phrases
from bot.knowledge.wording import load_lexicon, unroll

Share = Annotated[float, Field(ge=0.0, le=1.0)]


class Thresholds(Record):
    """Shares and odds from 0 to 1; the file says what each decides and how it was chosen."""

    danger: Share
    danger_sure: Share
    danger_calm: Share
    concern: Share
    quiet: Share
    gate_report: Share
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
    related: Share
    instead: Share
    stand_in: Share
    half: Share
    reading_shown: Share
    beside_report: Share
    cite_beside: Share
    neighbour: Annotated[float, Field(ge=1.0)]
    neighbour_short: Annotated[float, Field(ge=1.0)]
    short: Annotated[int, Field(ge=1)]
    last: Share
    follow_up_scope: Share
    follow_up: str
    question: tuple[str, ...]
    reporting: tuple[str, ...]

    @field_validator("follow_up")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        return _checked(pattern)

    @field_validator("question", "reporting")
    @classmethod
    def _all_compile(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(_checked, patterns))

    def weight(self, question: str) -> float:
        """How many times a follow-up counts the last topic and its neighbours: more where it says little."""
        return self.neighbour_short if len(question.split()) <= self.short else self.neighbour

    def report_limit(self, text: str) -> float:
        """How likely a report must be to come first: it asks for a rule, says that it is one, or neither."""
        plain = unroll(text)
        if any(re.search(pattern, plain) for pattern in self.question):
            return self.report_asked
        said = any(re.search(pattern, plain) for pattern in self.reporting)
        return self.report_said if said else self.report

    def follows_up(self, question: str) -> bool:
        """Whether a question goes on from the last one."""
        return re.search(self.follow_up, unroll(question)) is not None


class DangerPattern(Record):
    """One turn of phrase that tells of danger; `{word}` stands for a list of the file."""

    id: str
    pattern: str


class DangerWords(Record):
    """`intents/danger.yml`: what brings the safety message whatever the engine thinks."""

    words: Mapping[str, str]
    about_self: str
    patterns: tuple[DangerPattern, ...]

    @field_validator("about_self")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        return _checked(pattern)

    @model_validator(mode="after")
    def _all_compile(self) -> DangerWords:
        for entry in self.patterns:
            try:
                _checked(self._written_out(entry.pattern))
            except ValueError as error:
                raise ValueError(f"{entry.id}: {error}") from None
        return self

    def found(self, text: str) -> str:
        """The id of the first pattern that `text` holds, at whatever length; empty where it holds none."""
        plain = unroll(text)
        return next((name for name, pattern in self._compiled if pattern.search(plain)), "")

    def may_be_self(self, text: str) -> bool:
        """Whether whoever wrote a text of danger may be in danger themselves."""
        return re.search(self.about_self, unroll(text)) is not None

    @cached_property
    def _compiled(self) -> tuple[tuple[str, re.Pattern[str]], ...]:
        return tuple((entry.id, re.compile(self._written_out(entry.pattern))) for entry in self.patterns)

    def _written_out(self, pattern: str) -> str:
        return re.sub(r"\{([a-z]+)\}", lambda found: self.words.get(found[1], found[0]), pattern)


@dataclass(frozen=True)
class AnswerRules:
    """What turns a parse into an answer, besides the policy itself."""

    texts: AnswerTexts
    thresholds: Thresholds
    danger: DangerWords
    frame: FrameWords
    phrases: Phrases
    platforms: frozenset[str]


def load_answer_rules(intents: Path, policy_kb: Path) -> AnswerRules:
    """Read the files. Raises DataFaults with file and line."""
    return AnswerRules(
        texts=load_answer_texts(policy_kb / "answer-texts.yml"),
        thresholds=load(intents / "thresholds.yml", Thresholds),
        danger=load(intents / "danger.yml", DangerWords),
        frame=load_frame_words(intents / "frame.yml"),
        phrases=load_phrases(intents / "phrases.yml"),
        platforms=frozenset(load_lexicon(intents / "lexicon.yml").platforms),
    )


def _checked(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    return pattern
