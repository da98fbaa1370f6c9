"""Buttons to Block Kit's ids, and presses of them back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.domain.turns import Pressed

PRESS = "press"
ACTION_ID, VALUE, OPTION_VALUE = 255, 2000, 150


@dataclass(frozen=True)
class ThreadPlace:
    """A channel and the thread in it ("" for none), as the button that shares an answer carries them."""

    channel: str
    thread: str

    @classmethod
    def parse(cls, text: str) -> ThreadPlace:
        """The place that this text names; a client may send any."""
        channel, _, thread = text.partition("|")
        return cls(channel, thread)

    def __str__(self) -> str:
        return f"{self.channel}|{self.thread}"


def action_id(action: str, number: int) -> str:
    """The id of the button or menu that is `number` in its message; no other there has it."""
    return f"{PRESS}:{number}:{action}"


def pressed(element: Mapping[str, Any]) -> Pressed | None:
    """One of the `actions` of a block_actions payload as a press; None where it is not one of our buttons.

    The choice of an option in a menu is the press of the button that the option stands for.
    """
    kind, _, rest = str(element.get("action_id") or "").partition(":")
    number, _, action = rest.partition(":")
    if kind != PRESS or not number.isdigit() or not action:
        return None
    option = element.get("selected_option")
    value = option.get("value") if isinstance(option, Mapping) else element.get("value")
    return Pressed(action, value if isinstance(value, str) and value != NO_VALUE else "")


# A menu's option must have a value: this one stands for none.
NO_VALUE = "-"
