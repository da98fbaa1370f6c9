"""What a button carries beside its action, as it is sent to a platform and comes back from it.

A client may send anything, so every text is read: what names no case, step, person or topic is refused
where that is looked for.
"""

from __future__ import annotations

from dataclasses import dataclass

_BAR = "|"
# Of a place in a list: no list is as long as a larger number.
_DIGITS = 9


@dataclass(frozen=True)
class CasePart:
    """A case by its reference, and what of it is meant, such as the number of a task ("" for all of it)."""

    reference: str
    part: str = ""

    @classmethod
    def parse(cls, text: str) -> CasePart:
        """What a button on a case carries."""
        reference, _, part = text.partition(_BAR)
        return cls(reference, part)

    def __str__(self) -> str:
        return f"{self.reference}{_BAR}{self.part}" if self.part else self.reference


# The part of a named report: no receipt code is asked for.
OWN = "own"


@dataclass(frozen=True)
class StepChoice:
    """A step of a draft, so that a press that comes too late is known, and what was chosen there."""

    draft: str
    step: str
    option: str = ""

    @classmethod
    def parse(cls, text: str) -> StepChoice:
        """What a button of a report's step carries."""
        draft, step, option = (*text.split(_BAR, 2), "", "")[:3]
        return cls(draft, step, option)

    def __str__(self) -> str:
        return _BAR.join((self.draft, self.step, self.option))


@dataclass(frozen=True)
class Strike:
    """Somebody who is left out of a report (`way` is "out"), or put back ("in")."""

    way: str
    person: str

    @classmethod
    def parse(cls, text: str) -> Strike:
        """What such a button has for its option."""
        way, _, person = text.partition(":")
        return cls(way, person)

    def __str__(self) -> str:
        return f"{self.way}:{self.person}"


@dataclass(frozen=True)
class Rating:
    """Whether the answer from a topic has helped."""

    topic: str
    helped: bool

    @classmethod
    def parse(cls, text: str) -> Rating:
        """What a button under an answer carries."""
        topic, _, word = text.rpartition(_BAR)
        return cls(topic, word != "no")

    def __str__(self) -> str:
        return f"{self.topic}{_BAR}{'yes' if self.helped else 'no'}"


@dataclass(frozen=True)
class Share:
    """The answer from a topic, and the place on its platform where it was asked for."""

    topic: str
    place: str

    @classmethod
    def parse(cls, text: str) -> Share:
        """What the button carries that shares an answer."""
        topic, _, place = text.partition(_BAR)
        return cls(topic, place)

    def __str__(self) -> str:
        return f"{self.topic}{_BAR}{self.place}"


@dataclass(frozen=True)
class ListPart:
    """A list, and how many of it come before the first that is shown."""

    which: str
    start: int = 0

    @classmethod
    def parse(cls, text: str) -> ListPart:
        """What a button carries that shows a list, or its next ones. What is no number is the beginning."""
        which, _, start = text.partition(_BAR)
        return cls(which, int(start) if start.isascii() and start.isdigit() and len(start) <= _DIGITS else 0)

    def __str__(self) -> str:
        return f"{self.which}{_BAR}{self.start}" if self.start else self.which
