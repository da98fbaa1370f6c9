"""Buttons as the actions of an Adaptive Card: rows, a button beside its text, a menu instead of many."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, takewhile

from bot.channels.common.cutting import cut
from bot.channels.common.look import Look
from bot.channels.teams.card_parts import NOTHING, side_by_side, words
from bot.channels.teams.ids import ACTIONS_IN_A_SET, Payload, Sent, execute
from bot.domain.messages import Button

# Teams clips a button whose words are wider than a card on a phone.
LABEL = 40
_TIP = 200
# Many of these at once would be a wall of buttons: they are one menu.
_IN_A_MENU = frozenset({"journey.edit", "journey.strike"})
_MENU_FROM = 4


@dataclass
class Actions:
    """Draws the actions of one card, and numbers them so that no two have the same id.

    `fields` is whether a press takes along what was typed; where it is not, Teams checks no field for it.
    """

    look: Look
    fields: bool
    _numbers: Iterator[int] = field(default_factory=count)

    def rows(self, items: Sequence[Button]) -> list[Payload]:
        """Sets of buttons; a menu, where many do the same; or boxes to press, where labels are long."""
        if is_a_menu(items):
            return self.menu(items)
        if any(len(item.label) > LABEL for item in items):
            return [self.pressable(item) for item in items]
        starts = range(0, len(items), ACTIONS_IN_A_SET)
        return [self.one_row(items[at : at + ACTIONS_IN_A_SET]) for at in starts]

    def pressable(self, item: Button) -> Payload:
        """A box with the whole label, to press anywhere."""
        found = {"type": "Container", "style": "emphasis", "items": words(item.label, color="accent")}
        return {**found, "spacing": "small", "selectAction": self.button(item, most=_TIP)}

    def one_row(self, items: Sequence[Button]) -> Payload:
        """Buttons side by side, in as many lines as Teams needs for them."""
        return {"type": "ActionSet", "actions": [self.button(item) for item in items]}

    def button(self, item: Button, label: str = "", most: int = LABEL) -> Payload:
        """One button; `label` is what it shows where its own words stand beside it already."""
        sent = Sent(item.action, item.value, fields=self.fields)
        tooltip = cut(item.label, _TIP) if label else ""
        title = cut(label or item.label, most).strip() or self.look.texts.form.open
        return execute(next(self._numbers), title, sent, item.style, tooltip)

    def form(self, submit: str, sent: Sent) -> Payload:
        """The button that sends a form."""
        title = cut(submit, LABEL).strip() or self.look.texts.form.open
        return {"type": "ActionSet", "actions": [execute(next(self._numbers), title, sent, "primary")]}

    def beside(self, text: str, item: Button, label: str = "") -> Payload:
        """Text with its button at the side."""
        return side_by_side(words(text), [{"type": "ActionSet", "actions": [self.button(item, label)]}])

    def menu(self, items: Sequence[Button]) -> list[Payload]:
        """One menu and one button, instead of many buttons with the same action."""
        number, label = next(self._numbers), _in_common(items) or self.look.texts.choose
        pick = f"pick:{number}"
        chooser: Payload = {
            "type": "Input.ChoiceSet",
            "id": pick,
            "label": label,
            "placeholder": self.look.texts.choose,
            "style": "compact",
            "choices": [
                {"title": cut(one.label, _TIP).strip() or NOTHING, "value": one.value} for one in items
            ],
        }
        pressed = execute(number, label, Sent(items[0].action, pick=pick))
        return [chooser, {"type": "ActionSet", "actions": [pressed]}]


def is_a_menu(items: Sequence[Button]) -> bool:
    """Whether the buttons are so many of one kind that a menu is easier to read."""
    actions = {button.action for button in items}
    told_apart = len({button.value for button in items} - {""}) == len(items)
    return len(items) > _MENU_FROM and told_apart and len(actions) == 1 and actions <= _IN_A_MENU


def _in_common(items: Sequence[Button]) -> str:
    """The words with which every label begins, such as "Leave out"; "" where there are none."""
    parts = zip(*(button.label.split(" ")[:-1] for button in items), strict=False)
    begin = " ".join(same[0] for same in takewhile(lambda same: len(set(same)) == 1, parts))
    return cut(begin.strip(" :"), LABEL)
