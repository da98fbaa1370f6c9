"""The words of danger (`intents/danger.yml`): what brings the safety message whatever the engine thinks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property
from typing import Literal, get_args

from pydantic import model_validator

from bot.content.documents import Record
from bot.content.wording import with_apostrophes

#: Who may be in danger: the asker, anybody (a child among them), a grown-up; the first is spoken to.
Endangered = Literal["asker", "anybody", "adult"]
ENDANGERED: tuple[Endangered, ...] = get_args(Endangered)
_NESTED = 4


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
    undressed: str
    refused_picture: str
    well_wished: str
    calm: tuple[str, ...]
    who: Mapping[Endangered, tuple[str, ...]]
    patterns: tuple[DangerPattern, ...]

    @model_validator(mode="after")
    def _all_compile(self) -> DangerWords:
        said = [("undressed", self.undressed), ("refused_picture", self.refused_picture)]
        said += [("well_wished", self.well_wished)]
        said += [("calm", pattern) for pattern in self.calm]
        said += [(who, pattern) for who, patterns in self.who.items() for pattern in patterns]
        for name, pattern in [*said, *((entry.id, entry.pattern) for entry in self.patterns)]:
            try:
                checked(self._written_out(pattern))
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from None
        return self

    def found(self, text: str) -> str:
        """The id of the first pattern that `text` holds, at whatever length; empty where it holds none."""
        plain = with_apostrophes(text)
        return next((name for name, pattern in self._compiled if pattern.search(plain)), "")

    def is_calm(self, text: str) -> bool:
        """Whether `text` only disputes a consent, wishes one well, owns up to a post, or the like.

        No danger, unless it tells of any.
        """
        plain = with_apostrophes(text)
        calm = any(pattern.search(plain) for pattern in self._calm)
        return calm and not self.found(text) and not self.may_undress(text)

    def is_picture_refused(self, text: str) -> bool:
        """Whether somebody, in spite of a consent, does not want to be in a picture, and no more is told."""
        refused = re.search(self.refused_picture, with_apostrophes(text)) is not None
        return refused and not self.found(text) and not self.may_undress(text)

    def is_well_wished(self, text: str) -> bool:
        """Whether a colleague who was operated on is wished well, and no more is told."""
        wished = self._well_wished.search(with_apostrophes(text)) is not None
        return wished and not self.found(text) and not self.may_undress(text)

    def is_plain(self, text: str) -> bool:
        """Whether `text` holds a pattern that is never a figure of speech."""
        plain = with_apostrophes(text)
        named = {entry.id for entry in self.patterns if entry.plain}
        return any(name in named and pattern.search(plain) for name, pattern in self._compiled)

    def endangered(self, text: str) -> Endangered:
        """Who may be in danger in a text of danger."""
        plain = with_apostrophes(text)
        found = (who for who, patterns in self._who for pattern in patterns if pattern.search(plain))
        return next(found, "anybody")

    def may_undress(self, text: str) -> bool:
        """Whether a picture that `text` tells of may show somebody undressed or in a sexual way."""
        return re.search(self.undressed, with_apostrophes(text)) is not None

    @cached_property
    def _who(self) -> tuple[tuple[Endangered, tuple[re.Pattern[str], ...]], ...]:
        return tuple(
            (who, tuple(re.compile(self._written_out(pattern)) for pattern in patterns))
            for who, patterns in self.who.items()
        )

    @cached_property
    def _well_wished(self) -> re.Pattern[str]:
        return re.compile(self._written_out(self.well_wished))

    @cached_property
    def _calm(self) -> tuple[re.Pattern[str], ...]:
        return (self._well_wished, *(re.compile(self._written_out(pattern)) for pattern in self.calm))

    @cached_property
    def _compiled(self) -> tuple[tuple[str, re.Pattern[str]], ...]:
        return tuple((entry.id, re.compile(self._written_out(entry.pattern))) for entry in self.patterns)

    def _written_out(self, pattern: str) -> str:
        # A list may hold another list.
        for _ in range(_NESTED):
            pattern = re.sub(r"\{([a-z]+)\}", lambda found: self.words.get(found[1], found[0]), pattern)
        return pattern


def checked(pattern: str) -> str:
    """The pattern. Raises ValueError where it is no regular expression."""
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    return pattern
