"""Two questions in one, and where the second begins (`intents/doubles.yml`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints, ValidationInfo

from bot.content.documents import Record, load
from bot.content.wording import fold


def _written_out(pattern: str, info: ValidationInfo) -> str:
    """The pattern with its lists written out. Raises ValueError where it cannot be held against a text."""
    words = info.data.get("words", {})
    written = re.sub(r"\{([a-z]+)\}", lambda found: words.get(found[1], found[0]), pattern)
    if unknown := re.search(r"\{[a-z]+\}", written):
        raise ValueError(f"there is no list {unknown[0]} under words")
    try:
        groups = re.compile(written).groups
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    if groups:
        raise ValueError("write (?:…) for (…)")
    return written


Count = Annotated[int, Field(ge=1)]
Pattern = Annotated[str, StringConstraints(min_length=1)]
Patterns = Annotated[tuple[Annotated[Pattern, AfterValidator(_written_out)], ...], Field(min_length=1)]


class Doubles(Record):
    """`intents/doubles.yml`, its patterns compiled once.

    A half has at least `least_words`, the whole at most `most_words`. `between` are what stands between two
    questions, `asks` what makes a half one; `{name}` in them stands for the pattern of that name in `words`.
    """

    least_words: Count
    most_words: Count
    words: Mapping[str, Pattern]
    between: Patterns
    numbered: re.Pattern[str]
    asks: Patterns

    def halves(self, text: str) -> tuple[str, ...]:
        """The two halves of `text`, folded, where each asks something; () where there are not two."""
        folded = fold(text)
        if len(folded.split()) > self.most_words:
            return ()
        counted = self.numbered.search(folded)
        found = counted.group("first", "second") if counted else self._between.split(folded)
        parts = [part for one in found if (part := one.strip(" ?,.;"))]
        # "Parent governor here. Who answers for it? And is it normal that …": who asks is no third question.
        if len(parts) == 3 and not self._is_question(parts[0]):
            parts = parts[1:]
        if len(parts) != 2 or not all(map(self._is_question, parts)):
            return ()
        return tuple(parts)

    def _is_question(self, part: str) -> bool:
        return len(part.split()) >= self.least_words and self._asks.search(part) is not None

    @cached_property
    def _between(self) -> re.Pattern[str]:
        return _any_of(self.between)

    @cached_property
    def _asks(self) -> re.Pattern[str]:
        return _any_of(self.asks)


def load_doubles(path: Path) -> Doubles:
    """Read `doubles.yml`. Raises DataFaults with file and line."""
    return load(path, Doubles)


def _any_of(patterns: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
