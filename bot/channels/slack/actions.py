"""Buttons and menus: what people press."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count, takewhile

from bot.channels.slack import rich_text
from bot.channels.slack.ids import NO_VALUE, OPTION_VALUE, action_id
from bot.channels.slack.look import Look, Payload, cut, plain
from bot.domain.messages import Button

LABEL = 75
_IN_ONE_BLOCK = 25
# Many of these at once would be a wall of buttons: they are one menu.
_IN_A_MENU = frozenset({"journey.edit", "journey.strike"})
_MENU_FROM, _MENU_TO = 4, 100


@dataclass
class Actions:
    """Draws the buttons of one message or view, and numbers them so that no two have the same id."""

    look: Look
    _numbers: Iterator[int] = field(default_factory=count)

    def blocks(self, items: Sequence[Button]) -> list[Payload]:
        """Rows of buttons, or a menu; a label too long for a button is written out above."""
        in_full = [button.label for button in items if len(button.label) > LABEL]
        found = [rich_text.block(rich_text.bullets(in_full))] if in_full else []
        elements = [self.menu(items)] if _is_a_menu(items) else [self.button(item) for item in items]
        starts = range(0, len(elements), _IN_ONE_BLOCK)
        rows: list[Payload] = [
            {"type": "actions", "elements": elements[at : at + _IN_ONE_BLOCK]} for at in starts
        ]
        return [*found, *rows]

    def button(self, item: Button, label: str = "") -> Payload:
        """One button; `label` is what it shows where its own words stand beside it already."""
        found: Payload = {
            "type": "button",
            "text": plain(cut(label or item.label, LABEL)),
            "action_id": action_id(item.action, next(self._numbers)),
        }
        if item.value:
            found["value"] = item.value
        if item.style != "default":
            found["style"] = item.style
        return found | ({"accessibility_label": cut(item.label, LABEL)} if label else {})

    def menu(self, items: Sequence[Button]) -> Payload:
        """One menu instead of many buttons with the same action."""
        options = [{"text": plain(cut(item.label, LABEL)), "value": item.value or NO_VALUE} for item in items]
        return {
            "type": "static_select",
            "action_id": action_id(items[0].action, next(self._numbers)),
            "placeholder": plain(_in_common(options) or self.look.texts.choose),
            "options": options,
        }


def _is_a_menu(items: Sequence[Button]) -> bool:
    actions = {button.action for button in items}
    fits = _MENU_FROM < len(items) <= _MENU_TO and all(len(item.value) <= OPTION_VALUE for item in items)
    return fits and len(actions) == 1 and actions <= _IN_A_MENU


def _in_common(options: Sequence[Payload]) -> str:
    """The words with which every option begins, such as "Leave out …"; "" where there are none."""
    words = zip(*(option["text"]["text"].split(" ") for option in options), strict=False)
    begin = " ".join(same[0] for same in takewhile(lambda same: len(set(same)) == 1, words))
    return f"{begin} …" if begin else ""
