"""Tells a transcript of questions that the policy leaves open: who presses what, and what each reads."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.domain.turns import Submitted
from bot.engine.parse import Parse, Ranked
from tests.support.desk_story import SHARED_VERBS, DeskStory
from tests.support.screen import form_of, text_of


@dataclass
class Reader:
    """An engine that reads what a story says that it reads; anything else is out of scope."""

    name = "builtin"
    known: dict[str, str] = field(default_factory=dict)

    def parse(self, text: str) -> Parse:
        """The intent that was told for this text, of which it is nearly sure."""
        intent = self.known.get(text)
        if intent is None:
            return Parse(text, (Ranked("out_of_scope", 1.0),), 0.0, spelt=text)
        return Parse(text, (Ranked(intent, 0.99), Ranked("out_of_scope", 0.01)), 0.99, spelt=text)


@dataclass
class GapStory(DeskStory):
    """The screens, what the engine reads, and the reference and code that each person wrote down."""

    reader: Reader = field(default_factory=Reader)
    written: dict[str, tuple[str, str]] = field(default_factory=dict)


def _writes_down(story: GapStory, who: str, _told: str) -> None:
    text = text_of(story.screens[who])
    found = re.search(r"(QST-\w{4})[\s\S]*?Code: ([\w-]{14})", text)
    assert found, "no reference and code"
    story.written[who] = found[1], found[2]


def _looks_up(story: GapStory, who: str, told: str) -> None:
    """With what `told` has written down, anybody who looks."""
    reference, code = story.written[told]
    story.does(who, Submitted("status.show", "", {"reference": (reference,), "code": (code,)}))


def _looks_up_wrongly(story: GapStory, who: str, told: str) -> None:
    reference, _ = story.written[told]
    sent = {"reference": (reference,), "code": ("AAAA-BBBB-1234",)}
    story.does(who, Submitted("status.show", "", sent))


def _types_the_code(story: GapStory, who: str, told: str) -> None:
    form = form_of(story.screens[who])
    story.does(who, Submitted(form.action, form.value, {"code": (story.written[told][1],)}))


def _reads(story: GapStory, _who: str, told: Mapping[str, str]) -> None:
    story.reader.known |= told


VERBS: Mapping[str, Callable[[GapStory, str, Any], None]] = {
    **SHARED_VERBS,
    "writes down": _writes_down,
    "looks up with": _looks_up,
    "looks up wrongly with": _looks_up_wrongly,
    "types the code of": _types_the_code,
    "reads": _reads,
    "pass": lambda story, _who, told: story.desk.later(days=told),
}
