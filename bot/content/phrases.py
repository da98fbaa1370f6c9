"""What people type that is no question about a rule (`intents/phrases.yml`): thanks, whom to ask."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import StringConstraints, model_validator

from bot.content.documents import Record, load
from bot.content.policy import Detail, Offer, Slot, Startable
from bot.content.wording import with_apostrophes
from bot.domain import references

Pattern = Annotated[str, StringConstraints(min_length=1)]
Said = Literal["thanks", "goodbye", "undo", "report_how", "status", "writing"]
_LONGEST_WORDS = 24
_SAID: tuple[Said, ...] = ("thanks", "goodbye", "undo", "report_how", "status", "writing")
_LONGEST_WHOM = 14
# Signs in which a person is asked for, with what is said beside it.
_LONGEST_ASKED = 300


class WhomPattern(Record):
    """Words for a contact of `federation.yml`."""

    contact: str
    pattern: Pattern


class Whom(Record):
    """How people ask for a person: the words of asking, the roles, and "anybody".

    `doing` are words of another question: what one may do with the number. What is `beside` the question, at
    its end, counts for nothing.
    """

    asking: tuple[Pattern, ...]
    doing: Pattern
    beside: Pattern
    people: tuple[WhomPattern, ...]
    anybody: tuple[Pattern, ...]


class DetailPattern(Record):
    """Words that ask a rule for a detail, in a question whose frame names one of the values under `when`.

    `contact` is whom to ask where the rule leaves it open, and names nobody. A ban answers what asks how
    often or for how long: only what is `of_bans` may be left open by one.
    """

    detail: Detail
    pattern: Pattern
    when: Mapping[Slot, tuple[str, ...]] = {}
    contact: str = ""
    of_bans: bool = False


class Phrases(Record):
    """`intents/phrases.yml`, its patterns compiled once."""

    words: Mapping[str, str]
    thanks: tuple[Pattern, ...]
    goodbye: tuple[Pattern, ...]
    undo: tuple[Pattern, ...]
    report_how: tuple[Pattern, ...]
    status: tuple[Pattern, ...]
    writing: tuple[Pattern, ...]
    about_reference: Pattern
    whom: Whom
    details: tuple[DetailPattern, ...]
    whom_to_tell: Pattern
    here: Mapping[Startable, Pattern] = {}

    @model_validator(mode="after")
    def _all_compile(self) -> Phrases:
        whom = (
            self.whom.doing,
            *self.whom.asking,
            *self.whom.anybody,
            *(entry.pattern for entry in self.whom.people),
            *(entry.pattern for entry in self.details),
        )
        for pattern in (
            self.about_reference,
            self.whom_to_tell,
            *self.here.values(),
            *whom,
            *(p for name in _SAID for p in getattr(self, name)),
        ):
            try:
                self._pattern(pattern)
            except re.error as error:
                raise ValueError(f"{pattern[:40]}: not a regular expression: {error}") from None
        return self

    def said(self, text: str) -> Said | None:
        """Which of these a short text is; None for anything else."""
        plain = with_apostrophes(text)
        if len(plain.split()) > _LONGEST_WORDS:
            return None
        return next((name for name in _SAID if _any(self._compiled[name], plain)), None)

    def reference(self, text: str) -> str:
        """The reference in a short question about a report ("any news on fed 7k3q"), as FED-7K3Q; or ""."""
        plain = with_apostrophes(text)
        found, start, end = references.mentioned(plain)
        if not found or len(plain.split()) > _LONGEST_WORDS:
            return ""
        around = re.sub(r"^\W+", "", f"{plain[:start]} {plain[end:]}")
        return found if self._about.search(around) else ""

    def whom_asked(self, text: str, contacts: Iterable[str]) -> tuple[str, ...] | None:
        """The contacts that a short text asks for; () where anybody will do, None where it asks for none."""
        plain = with_apostrophes(text)
        if len(plain) > _LONGEST_ASKED:
            return None
        plain = self._beside.sub("", plain)
        if len(plain.split()) > _LONGEST_WHOM:
            return None
        known = frozenset(contacts)
        if self._doing.search(plain):
            return None
        if _any(self._asking, plain):
            names = [name for name, pattern in self._people if pattern.search(plain) and name in known]
            if names:
                return tuple(dict.fromkeys(names[:1] if "deputy_dsl" in names[:1] else names[:2]))
        return () if _any(self._anybody, plain) else None

    def asks_whom_to_tell(self, text: str) -> bool:
        """Whether a text asks who is to be told, or asked, of what it is about."""
        return self._telling.search(with_apostrophes(text)) is not None

    def asks_here(self, text: str, offer: Offer | None) -> bool:
        """Whether a text asks Signpost itself for what `offer` starts: "can you check this picture"."""
        pattern = self._here.get(offer) if offer else None
        return pattern is not None and pattern.search(with_apostrophes(text)) is not None

    def details_asked(self, text: str, read: Callable[[Slot], tuple[str, ...]]) -> tuple[DetailPattern, ...]:
        """The details for which a text asks, in the order of the file; `read` gives the values of a slot."""
        plain = with_apostrophes(text)
        return tuple(
            entry
            for entry, pattern in self._details
            if pattern.search(plain)
            and all(set(values) & set(read(slot)) for slot, values in entry.when.items())
        )

    @cached_property
    def _here(self) -> Mapping[Offer, re.Pattern[str]]:
        return {offer: self._pattern(pattern) for offer, pattern in self.here.items()}

    @cached_property
    def _telling(self) -> re.Pattern[str]:
        return self._pattern(self.whom_to_tell)

    @cached_property
    def _details(self) -> tuple[tuple[DetailPattern, re.Pattern[str]], ...]:
        return tuple((entry, self._pattern(entry.pattern)) for entry in self.details)

    @cached_property
    def _compiled(self) -> Mapping[Said, tuple[re.Pattern[str], ...]]:
        return {name: tuple(map(self._pattern, getattr(self, name))) for name in _SAID}

    @cached_property
    def _about(self) -> re.Pattern[str]:
        return self._pattern(self.about_reference)

    @cached_property
    def _asking(self) -> tuple[re.Pattern[str], ...]:
        return tuple(map(self._pattern, self.whom.asking))

    @cached_property
    def _anybody(self) -> tuple[re.Pattern[str], ...]:
        return tuple(map(self._pattern, self.whom.anybody))

    @cached_property
    def _beside(self) -> re.Pattern[str]:
        return self._pattern(self.whom.beside)

    @cached_property
    def _doing(self) -> re.Pattern[str]:
        return self._pattern(self.whom.doing)

    @cached_property
    def _people(self) -> tuple[tuple[str, re.Pattern[str]], ...]:
        return tuple(
            (entry.contact, re.compile(rf"\b(?:{self._written_out(entry.pattern)})"))
            for entry in self.whom.people
        )

    def _pattern(self, pattern: str) -> re.Pattern[str]:
        return re.compile(self._written_out(pattern))

    def _written_out(self, pattern: str) -> str:
        return re.sub(r"\{([a-z]+)\}", lambda found: self.words.get(found[1], found[0]), pattern)


def _any(patterns: Iterable[re.Pattern[str]], text: str) -> bool:
    return any(pattern.search(text) for pattern in patterns)


def load_phrases(path: Path) -> Phrases:
    """Read `phrases.yml`. Raises DataFaults with file and line."""
    return load(path, Phrases)
