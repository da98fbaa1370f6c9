"""Tells a transcript of questions that the policy leaves open: who presses what, and what each reads."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.domain.messages import Field, Message
from bot.domain.turns import Content, Pressed, Said, Submitted
from bot.engine.parse import Parse, Ranked
from tests.support.desk import Desk
from tests.support.screen import buttons_of, form_of, text_of

Told = str | list[str]


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
class GapStory:
    """What stands on the screen of each person, and the reference and code that one of them wrote down."""

    desk: Desk
    reader: Reader
    screens: dict[str, tuple[Message, ...]] = field(default_factory=dict)
    written: dict[str, tuple[str, str]] = field(default_factory=dict)

    def tell(self, lines: list[dict[str, Any]]) -> None:
        """Tell the whole story. Fails at the first line that does not hold, with that person's screen."""
        for number, line in enumerate(lines, start=1):
            [(said, told)] = line.items()
            who, _, verb = said.partition(" ")
            try:
                VERBS[verb](self, who, told)
            except AssertionError as error:
                screen = text_of(self.screens.get(who, ()))
                raise AssertionError(
                    f"line {number}: {said}: {told!r}\n{error}\n--- {who} sees:\n{screen}"
                ) from None
            self.desk.work(20)

    def does(self, who: str, content: Content) -> None:
        """One event of somebody."""
        self.screens[who] = self.desk.send(who, content)


def _listed(told: Told) -> list[str]:
    return [told] if isinstance(told, str) else told


def _types(story: GapStory, who: str, told: str) -> None:
    story.does(who, Said(told))


def _presses(story: GapStory, who: str, told: Told) -> None:
    for label in _listed(told):
        found = [one for one in buttons_of(story.screens.get(who, ())) if one.label == label]
        assert found, f"no button [{label}]"
        story.does(who, Pressed(found[0].action, found[0].value))


def _fills_in(story: GapStory, who: str, told: Mapping[str, Any] | None) -> None:
    form = form_of(story.screens[who])
    by_label = {item.label.partition(" (")[0]: item for item in form.fields}
    given = told or {}
    assert given.keys() <= by_label.keys(), f"no field {sorted(given.keys() - by_label.keys())}"
    # What stands in a form already is sent with it.
    fields = {item.name: item.value for item in form.fields}
    fields |= {by_label[label].name: (_value(by_label[label], str(text)),) for label, text in given.items()}
    story.does(who, Submitted(form.action, form.value, fields))


def _value(item: Field, told: str) -> str:
    told = re.sub(r"\{(\d+) words\}", lambda found: "word " * int(found[1]), told)
    return {option.label: option.value for option in item.options}.get(told, told)


def _sees(story: GapStory, who: str, told: Told) -> None:
    text = text_of(story.screens[who])
    for phrase in _listed(told):
        assert phrase in text, f"missing: {phrase}"


def _sees_not(story: GapStory, who: str, told: Told) -> None:
    text = text_of(story.screens[who])
    for phrase in _listed(told):
        assert phrase not in text, f"shown all the same: {phrase}"


def _was_sent(story: GapStory, who: str, told: Told) -> None:
    text = "\n".join(story.desk.notebook.texts(who))
    for phrase in _listed(told):
        assert phrase in text, f"never sent: {phrase}\n{text}"


def _was_not_sent(story: GapStory, who: str, told: Told) -> None:
    text = "\n".join(story.desk.notebook.texts(who))
    for phrase in _listed(told):
        assert phrase not in text, f"sent all the same: {phrase}"


def _writes_down(story: GapStory, who: str, _told: str) -> None:
    text = text_of(story.screens[who])
    found = re.search(r"(QST-\w{4})[\s\S]*?Code: ([\w-]{14})", text)
    assert found, "no reference and code"
    story.written[who] = found[1], found[2]


def _looks_up(story: GapStory, who: str, told: str) -> None:
    """With what `told` has written down, whoever looks."""
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


def _passes(story: GapStory, _who: str, told: int) -> None:
    story.desk.later(days=told)


VERBS: Mapping[str, Callable[[GapStory, str, Any], None]] = {
    "types": _types,
    "presses": _presses,
    "fills in": _fills_in,
    "sees": _sees,
    "does not see": _sees_not,
    "was sent": _was_sent,
    "was not sent": _was_not_sent,
    "writes down": _writes_down,
    "looks up with": _looks_up,
    "looks up wrongly with": _looks_up_wrongly,
    "types the code of": _types_the_code,
    "reads": _reads,
    "pass": _passes,
}
