"""Tells a transcript of several people at one desk: who presses, fills in, is sent and reads what."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.domain.messages import Message
from bot.domain.turns import Content, Pressed, Said, Submitted
from tests.support.desk import Desk
from tests.support.screen import buttons_of, form_of, text_of
from tests.support.storyteller import Told, listed, values_of


@dataclass
class DeskStory:
    """What stands on the screen of each person."""

    desk: Desk
    screens: dict[str, tuple[Message, ...]] = field(default_factory=dict)

    def tell(self, lines: list[dict[str, Any]], verbs: Mapping[str, Callable[[Any, str, Any], None]]) -> None:
        """Tell the whole story. Fails at the first line that does not hold, with that person's screen."""
        for number, line in enumerate(lines, start=1):
            [(said, told)] = line.items()
            who, _, verb = said.partition(" ")
            try:
                verbs[verb](self, who, told)
            except AssertionError as error:
                screen = text_of(self.screens.get(who, ()))
                raise AssertionError(
                    f"line {number}: {said}: {told!r}\n{error}\n--- {who} sees:\n{screen}"
                ) from None
            self.desk.work(20)

    def does(self, who: str, content: Content) -> None:
        """One event of somebody."""
        self.screens[who] = self.desk.send(who, content)

    def presses(self, who: str, label: str) -> bool:
        """Press a button of somebody's screen. False where none has this label."""
        for button in buttons_of(self.screens.get(who, ())):
            if button.label == label:
                self.does(who, Pressed(button.action, button.value))
                return True
        return False

    def as_written(self, text: str) -> str:
        """A text as transcripts write it."""
        return text


def _presses(story: DeskStory, who: str, told: Told) -> None:
    for label in listed(told):
        assert story.presses(who, label), f"no button [{label}]"


def _fills_in(story: DeskStory, who: str, told: Mapping[str, Any] | None) -> None:
    form, given = form_of(story.screens[who]), told or {}
    by_label = {item.label.partition(" (")[0]: item for item in form.fields}
    assert given.keys() <= by_label.keys(), f"no field {sorted(given.keys() - by_label.keys())}"
    # What stands in a form already is sent with it.
    fields = {item.name: item.value for item in form.fields}
    fields |= {by_label[label].name: values_of(by_label[label], value) for label, value in given.items()}
    story.does(who, Submitted(form.action, form.value, fields))


def _sees(story: DeskStory, who: str, told: Told) -> None:
    text = story.as_written(text_of(story.screens[who]))
    for phrase in listed(told):
        assert phrase in text, f"missing: {phrase}"


def _sees_not(story: DeskStory, who: str, told: Told) -> None:
    text = story.as_written(text_of(story.screens[who]))
    for phrase in listed(told):
        assert phrase not in text, f"shown all the same: {phrase}"


def _was_sent(story: DeskStory, who: str, told: Told) -> None:
    text = story.as_written("\n".join(story.desk.notebook.texts(who)))
    for phrase in listed(told):
        assert phrase in text, f"never sent: {phrase}\n{text}"


def _was_not_sent(story: DeskStory, who: str, told: Told) -> None:
    text = story.as_written("\n".join(story.desk.notebook.texts(who)))
    for phrase in listed(told):
        assert phrase not in text, f"sent all the same: {phrase}"


SHARED_VERBS: Mapping[str, Callable[[Any, str, Any], None]] = {
    "types": lambda story, who, told: story.does(who, Said(told)),
    "presses": _presses,
    "fills in": _fills_in,
    "sees": _sees,
    "does not see": _sees_not,
    "was sent": _was_sent,
    "was not sent": _was_not_sent,
}
