"""How sure an answer must be (`intents/thresholds.yml`), and the words of danger (`intents/danger.yml`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from bot.content.answer_texts import AnswerTexts, load_answer_texts
from bot.content.documents import Record, load
from bot.content.frame_words import FrameWords, load_frame_words
from bot.content.phrases import Phrases, load_phrases
from bot.content.policy_load import Policy
from bot.content.wording import load_lexicon, unroll

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
        return _checked(pattern)


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
    gate_agrees: Share
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
    related: Share
    instead: Share
    stand_in: Share
    half: Share
    reading_shown: Share
    beside_report: Share
    cite_beside: Share
    going_on: GoingOn
    follow_up_scope: Share
    follow_up: str
    follow_up_sure: Share
    whole: str
    points_back: str
    follow_up_short: tuple[ShortPattern, ...]
    question: tuple[str, ...]
    reporting: tuple[str, ...]

    @field_validator("follow_up", "whole", "points_back")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        return _checked(pattern)

    @field_validator("question", "reporting")
    @classmethod
    def _all_compile(cls, patterns: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(_checked, patterns))

    def asks(self, text: str) -> bool:
        """Whether a text asks for a rule ("can I …")."""
        plain = unroll(text)
        return any(re.search(pattern, plain) for pattern in self.question)

    def report_limit(self, text: str) -> float:
        """How likely a report must be to come first: it asks for a rule, says that it is one, or neither."""
        if self.asks(text):
            return self.report_asked
        plain = unroll(text)
        said = any(re.search(pattern, plain) for pattern in self.reporting)
        return self.report_said if said else self.report

    def stands_alone(self, question: str) -> bool:
        """Whether a question is a whole sentence, and no word of it points back."""
        plain = unroll(question)
        return bool(re.search(self.whole, plain)) and not re.search(self.points_back, plain)

    def follows_up(self, question: str) -> bool:
        """Whether a question looks as though it went on from the last one."""
        plain = unroll(question)
        if re.search(self.follow_up, plain):
            return True
        length = len(plain.split())
        if length > _FRAGMENT and not plain.endswith("?") and not self.asks(question):
            # What is told is no question, however it points back.
            return False
        short = (entry for entry in self.follow_up_short if length <= entry.words)
        return any(re.search(entry.pattern, plain) for entry in short)


class DangerPattern(Record):
    """One turn of phrase that tells of danger; `{word}` stands for a list of the file.

    A `plain` one is no figure of speech, even in a story that reads as calm.
    """

    id: str
    pattern: str
    plain: bool = False


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

    def is_plain(self, text: str) -> bool:
        """Whether `text` holds a pattern that is never a figure of speech."""
        plain = unroll(text)
        named = {entry.id for entry in self.patterns if entry.plain}
        return any(name in named and pattern.search(plain) for name, pattern in self._compiled)

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


def load_answer_rules(intents: Path, policy_kb: Path, policy: Policy) -> AnswerRules:
    """Read the files. Raises DataFaults with file and line."""
    return AnswerRules(
        texts=load_answer_texts(policy_kb / "answer-texts.yml", policy),
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
