"""Buttons and forms to the actions of an Adaptive Card, and presses of them back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.posting.shown import DRAFT

Element = dict[str, Any]
# How many actions Teams shows of one set.
ACTIONS_IN_A_SET = 6
# What a dialog alone may show: in a chat, even a card that is rewritten has been there.
_IN_A_DIALOG = frozenset({DRAFT})
_STYLES = {"primary": "positive", "danger": "destructive"}


@dataclass(frozen=True)
class Sent:
    """What an action sends: the button's or form's action and value.

    `more` goes along unchanged: how the fields of a form are read back. `pick` is the input whose choice
    is the value. `fields` is whether the card's inputs go along; they are then checked by Teams too.
    """

    action: str
    value: str = ""
    more: Mapping[str, Any] | None = None
    pick: str = ""
    fields: bool = True

    @property
    def data(self) -> Element:
        """What comes back."""
        found: Element = {"action": self.action, "value": self.value, **(self.more or {})}
        return {**found, "pick": self.pick} if self.pick else found


def execute(number: int, title: str, sent: Sent, style: str = "default", tooltip: str = "") -> Element:
    """The action that is `number` in its card. A client that does not know it submits the same data."""
    found: Element = {"title": title, "data": sent.data}
    if style in _STYLES:
        found["style"] = _STYLES[style]
    if tooltip:
        found["tooltip"] = tooltip
    if not sent.fields:
        found["associatedInputs"] = "none"
    if sent.action in _IN_A_DIALOG:
        return {"type": "Action.Submit", **found, "data": {**sent.data, "msteams": {"type": "task/fetch"}}}
    fallback = {"type": "Action.Submit", **found}
    return {
        "type": "Action.Execute",
        "id": f"press:{number}",
        "verb": sent.action,
        **found,
        "fallback": fallback,
    }


def data_of(value: Mapping[str, Any]) -> Mapping[str, Any]:
    """The data in the value of an activity: of an invoke by Action.Execute, or of a message by Action.Submit.

    Empty where there is none.
    """
    action = value.get("action")
    found = action.get("data") if isinstance(action, Mapping) else value
    return found if isinstance(found, Mapping) else {}
