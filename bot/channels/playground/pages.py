"""Blocks and conversations as HTML. Every text is escaped here, once, by the templates."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from bot.channels.common.phones import parts_of
from bot.domain.messages import Block, Button, Buttons, Facts, Field, Form, Heading, Message

_HERE = Path(__file__).parent
# Control characters, and those that turn the reading order round: shown as a mark, never obeyed.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_SHOWN_OF_A_BUBBLE = 2000
_MANY_OPTIONS = 8
_VERDICTS = frozenset({"never", "must", "allowed_if", "encouraged", "information"})
_URGENT_TAGS = ("urgent", "allegation")


@dataclass(frozen=True)
class Item:
    """One entry of a conversation. `body` is finished HTML; `name` is what a later message may replace.

    A "note" is shown to one person, under the card `anchor`. All above one that `hides` is off the screen.
    """

    id: str
    body: str
    at: datetime
    kind: Literal["bot", "own", "note"] = "bot"
    name: str = ""
    anchor: str = ""
    hides: bool = False


def plain(text: object) -> str:
    """The text with every unseen and order-turning character replaced by a visible mark."""
    return _UNSEEN.sub("\ufffd", str(text).replace("\r\n", "\n"))


def lines(pair: tuple[int, int]) -> str:
    """ "line 328" or "lines 328–329"."""
    first, last = pair
    return f"line {first}" if first == last else f"lines {first}–{last}"


def input_style(field: Field) -> str:
    """How a field is asked: its kind, except that a long list to pick one from is a drop-down."""
    if field.kind == "choice":
        return "select" if len(field.options) > _MANY_OPTIONS else "radio"
    return "checkbox" if field.kind == "choices" else field.kind


def laid_out(blocks: tuple[Block, ...]) -> list[tuple[Block, Mapping[str, Button]]]:
    """Each block, with the buttons that stand beside its rows instead of in a row of their own.

    A button "Change: School" right after a fact "School" goes beside it, so that a review is one list.
    A heading that a form's title only repeats is left out; with words between them, the title is.
    """
    found: list[tuple[Block, Mapping[str, Button]]] = []
    beside: dict[str, Button] = {}
    said = set[str]()
    for block, after in zip(blocks, (*blocks[1:], None), strict=True):
        if isinstance(block, Heading) and isinstance(after, Form) and after.title == block.text:
            continue
        if isinstance(block, Heading):
            said.add(block.text)
        if isinstance(block, Form) and block.title in said:
            block = replace(block, title="")
        if isinstance(block, Buttons):
            block = replace(block, items=tuple(one for one in block.items if one not in beside.values()))
        beside = _beside(block, after)
        if not isinstance(block, Buttons) or block.items:
            found.append((block, beside))
    return found


def without(label: str, ending: str) -> str:
    """ "Change: School" without its ending ": School"."""
    return label.removesuffix(f": {ending}")


class Pages:
    """The templates, with the Federation's time zone."""

    def __init__(self, timezone: str) -> None:
        self._zone = ZoneInfo(timezone)
        self._jinja = Environment(
            loader=FileSystemLoader(_HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            finalize=lambda value: value if isinstance(value, (Markup, int)) else plain(value),
        )
        self._jinja.filters |= {"lines": lines, "input_style": input_style, "when": self._when}
        self._jinja.filters |= {"laid_out": laid_out, "without": without, "phone_parts": parts_of}
        self._jinja.filters |= {"kind": _kind, "tone": _tone, "verdict": _verdict, "iso": datetime.isoformat}

    def page(self, name: str, **values: object) -> str:
        """A whole template."""
        return self._jinja.get_template(name).render(values)

    def body(self, message: Message, scope: str) -> str:
        """The blocks of a message. `scope` keeps the ids of its form fields apart from all others."""
        return self.page("message.html", messages=(message,), scope=scope)

    def bodies(self, messages: Iterable[Message], scope: str) -> str:
        """Several messages as the body of one entry."""
        return self.page("message.html", messages=tuple(messages), scope=scope)

    def bubble(self, text: str) -> str:
        """What a person typed, as their own entry shows it."""
        return self.page("bubble.html", text=text[:_SHOWN_OF_A_BUBBLE], cut=len(text) > _SHOWN_OF_A_BUBBLE)

    def item(self, item: Item, now: datetime, seq: int = 0) -> str:
        """One entry with its time, finished for the page."""
        return self.page("item.html", item=item, body=Markup(item.body), now=now, seq=seq)  # noqa: S704

    def items(self, items: Iterable[Item], now: datetime) -> Markup:
        """A whole conversation, finished for the page."""
        return Markup("".join(self.item(item, now) for item in items))  # noqa: S704

    def _when(self, at: datetime, now: datetime) -> str:
        local, today = at.astimezone(self._zone), now.astimezone(self._zone).date()
        clock = f"{local:%H:%M}"
        return clock if local.date() == today else f"{local:%a} {local.day} {local:%b}, {clock}"


def sorted_items(items: Iterable[Item]) -> tuple[Item, ...]:
    """By time; what has the same time keeps its order."""
    return tuple(sorted(items, key=lambda item: item.at))


def with_notes(items: Iterable[Item], notes: Mapping[str, Item]) -> tuple[Item, ...]:
    """Each card, followed by the note that stands under it. Notes without their card are left out."""
    found: list[Item] = []
    for item in items:
        found += [item, notes[item.id]] if item.id in notes else [item]
    return tuple(found)


def _beside(block: Block, after: Block | None) -> dict[str, Button]:
    if not isinstance(block, Facts) or not isinstance(after, Buttons):
        return {}
    return {
        label: button
        for label, _ in block.items
        for button in after.items
        if without(button.label, label) != button.label
    }


def _kind(block: object) -> str:
    return type(block).__name__.lower()


def _verdict(verdict: str) -> str:
    return verdict if verdict in _VERDICTS else "information"


def _tone(tag: str) -> str:
    word = tag.casefold()
    if word.startswith(_URGENT_TAGS):
        return "urgent"
    return "restricted" if word.startswith("restricted") else "plain"
