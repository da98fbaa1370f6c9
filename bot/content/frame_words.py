"""The words by which the frame of a question is read (`intents/frame.yml`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from bot.content.documents import Record, load
from bot.content.policy import Account, Act, Actor, Person

Pattern = Annotated[str, StringConstraints(min_length=1)]
#: A person as the text names them: the actor or the person concerned, by its place in the sentence.
Named = Actor | Person
_DEPTH = 5


class PeoplePattern(Record):
    """Words for people. `as` says who they are."""

    who: Annotated[Named, Field(alias="as")]
    pattern: Pattern


class AccountPattern(Record):
    """Words for an account. A `weak` one counts only where no other is named."""

    value: Account
    pattern: Pattern
    weak: bool = False


class ActPattern(Record):
    """Words for an act."""

    value: Act
    pattern: Pattern


class Grammar(Record):
    """How a sentence is put: a pattern each, whose meaning `intents/frame.yml` gives."""

    oneself: re.Pattern[str]
    telling: re.Pattern[str]
    being: re.Pattern[str]
    leave: re.Pattern[str]
    passive: re.Pattern[str]
    pronoun: re.Pattern[str]
    fine_for: re.Pattern[str]
    school: re.Pattern[str]
    between: re.Pattern[str]
    let: re.Pattern[str]
    letting: re.Pattern[str]
    curbing: re.Pattern[str]
    to_do: re.Pattern[str]
    for_whom: re.Pattern[str]
    to: re.Pattern[str]
    done_by: re.Pattern[str]
    can: re.Pattern[str]
    opening: re.Pattern[str]
    doing: re.Pattern[str]
    describing: re.Pattern[str]
    sentence: re.Pattern[str]
    staff_too: re.Pattern[str]
    calls_itself: re.Pattern[str]
    blamed: re.Pattern[str]


class Caption(Record):
    """How a caption within a question is read: see `intents/frame.yml`."""

    quoted: re.Pattern[str]
    titled: re.Pattern[str]
    no_name: Pattern
    bare: Pattern
    of_child: re.Pattern[str]
    of_oneself: re.Pattern[str]
    stands_for: Pattern


class FrameWords(Record):
    """`intents/frame.yml`, its patterns compiled once."""

    words: Mapping[str, str]
    people: tuple[PeoplePattern, ...]
    caption: Caption
    absent: Pattern
    pronouns: Pattern
    pupils_life: Pattern
    family_of_named: Pattern
    outsiders: Pattern
    works_here: Pattern
    belongs_here: Pattern
    duty: Pattern
    accounts: tuple[AccountPattern, ...]
    objects: Pattern
    grammar: Grammar
    acts: tuple[ActPattern, ...]

    @model_validator(mode="after")
    def _all_compile(self) -> FrameWords:
        patterns = [self.absent, self.pronouns, self.pupils_life, self.objects, self.duty]
        patterns += [self.belongs_here, self.outsiders, self.works_here, self.caption.no_name]
        patterns += [self.family_of_named, self.caption.bare]
        patterns += [entry.pattern for entry in self.people]
        patterns += [entry.pattern for entry in self.accounts] + [entry.pattern for entry in self.acts]
        for pattern in patterns:
            name = pattern[:40]
            written = self._written_out(pattern)
            if unknown := re.search(r"\{[a-z]+\}", written):
                raise ValueError(f"{name}: there is no list {unknown[0]} under words")
            try:
                re.compile(written)
            except re.error as error:
                raise ValueError(f"{name}: not a regular expression: {error}") from None
        return self

    def spelt_out(self, question: str) -> str:
        """The question with what stands for a caption in its place, where that holds a full name."""
        if self.caption.of_oneself.search(question):
            return question
        found = self.caption.quoted.search(question)
        if found is not None and self._full_name.search(self.caption.titled.sub("", found["words"])):
            return f"{question[: found.start()]}{self.caption.stands_for}{question[found.end() :]}"
        bare = self._bare_name.search(question)
        if bare is None or not self.caption.of_child.search(question):
            return question
        return f"{question[: bare.start('name')]}{self.caption.stands_for}{question[bare.end('name') :]}"

    @cached_property
    def _bare_name(self) -> re.Pattern[str]:
        return re.compile(rf"{self.caption.bare}(?P<name>{self._full_name.pattern})")

    @cached_property
    def _full_name(self) -> re.Pattern[str]:
        word = rf"(?!{self.caption.no_name}\b)[A-Z][a-z]+(?:['’-][A-Z]?[a-z]+)?\b"
        return re.compile(rf"(?<!\w){word} {word}")

    @cached_property
    def childs_family(self) -> re.Pattern[str]:
        """The family of a child whom a name alone tells of, where a picture or a name is asked about."""
        return self.pattern(self.family_of_named)

    @cached_property
    def named(self) -> re.Pattern[str]:
        """Every way to name people; the group that matched, `p<place>`, gives the place in `people`."""
        parts = [f"(?P<p{place}>{self._written_out(e.pattern)})" for place, e in enumerate(self.people)]
        return re.compile(rf"(?<![\w'])(?:{self.words['det']})??(?:{'|'.join(parts)})(?![\w])")

    @cached_property
    def done(self) -> tuple[tuple[Act, re.Pattern[str]], ...]:
        """The acts, in the order in which they win where two begin at the same word."""
        return tuple(
            (entry.value, re.compile(rf"(?<![\w'])(?:{self._written_out(entry.pattern)})"))
            for entry in self.acts
        )

    @cached_property
    def held(self) -> tuple[tuple[AccountPattern, re.Pattern[str]], ...]:
        """The accounts, each with its pattern."""
        return tuple((entry, self.pattern(entry.pattern)) for entry in self.accounts)

    @cached_property
    def asked(self) -> re.Pattern[str]:
        """The verb with which leave or duty is asked for."""
        return self.pattern(r"\b{ask}(?:n't)?\b|(?:(?<=^)|(?<=[,.?!] )|(?<=\band ))(?:have|has)\b(?! to\b)")

    @cached_property
    def shown_to(self) -> re.Pattern[str]:
        """Those to whom something is shown, passed on or sent, or who alone can see it."""
        return self.pattern(
            r"\b(?:to|with|past|for|ask|tell|show|inform|phone) (?:the |my |our |a )?{boss}\b"
            r"(?=$|\W*$|[.,?!]| (?:as|for|at|in|so|and|before|first|that|if|about|straight|now|today)\b)"
            r"|{audience}"
        )

    @cached_property
    def not_there(self) -> re.Pattern[str]:
        """People of whom it is said that they are not there."""
        return self.pattern(self.absent)

    @cached_property
    def said_of(self) -> re.Pattern[str]:
        """A pronoun for the person concerned."""
        return self.pattern(self.pronouns)

    @cached_property
    def of_pupils_life(self) -> re.Pattern[str]:
        """Words of a school's day that stand for its students where pictures are asked about."""
        return self.pattern(self.pupils_life)

    @cached_property
    def outside(self) -> re.Pattern[str]:
        """One's own people, grown up, as the question names them."""
        return self.pattern(self.outsiders)

    @cached_property
    def of_kin(self) -> re.Pattern[str]:
        """A word for one's own family."""
        return self.pattern(r"\b{kin}\b")

    @cached_property
    def inside(self) -> re.Pattern[str]:
        """What says that one of one's own people works for the Federation, too."""
        return self.pattern(self.works_here)

    @cached_property
    def student_too(self) -> re.Pattern[str]:
        """What makes an own child or a friend a student of the Federation, too."""
        return self.pattern(self.belongs_here)

    @cached_property
    def of_duty(self) -> re.Pattern[str]:
        """What asks whether one must."""
        return self.pattern(self.duty)

    @cached_property
    def looks_like_account(self) -> re.Pattern[str]:
        """What is shared or followed, and only looks like the account on which something is done."""
        return self.pattern(self.objects)

    def pattern(self, text: str) -> re.Pattern[str]:
        """`text` compiled, each {word} written out."""
        return re.compile(self._written_out(text))

    def _written_out(self, pattern: str) -> str:
        for _ in range(_DEPTH):
            pattern = re.sub(r"\{([a-z]+)\}", lambda found: self.words.get(found[1], found[0]), pattern)
        return pattern


def load_frame_words(path: Path) -> FrameWords:
    """Read `frame.yml`. Raises DataFaults with file and line."""
    return load(path, FrameWords)
