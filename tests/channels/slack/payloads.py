"""What a person reads of a payload, and what is wrong with it: by Slack's limits and by our own promises."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from slack_sdk.models.blocks import Block as SdkBlock
from slack_sdk.models.views import View

from bot.channels.common.look import Look
from bot.channels.slack.parts import Payload, can_be_bold
from bot.channels.slack.views import modal, typed
from bot.domain.messages import (
    Block,
    Bullets,
    Buttons,
    Callout,
    Facts,
    Field,
    Form,
    Heading,
    Link,
    Message,
    Outside,
    Paragraph,
    Progress,
    Quote,
    Table,
    Tags,
    Verdict,
)
from tests.slack_double.limits import faults_of_message, faults_of_view

# The one kind of link that is ours, and the numbers that people read in its place.
_LINK = re.compile(r"<tel:\+?\d+\|([\d +()\u00a0-]+)>", re.ASCII)
_KNOWN = {"rich_text", "section", "header", "context", "actions", "input", "divider"}


def texts_in(found: Any) -> Iterator[str]:
    """Every text in reading order, as it is shown."""
    if isinstance(found, list):
        for item in found:
            yield from texts_in(item)
    elif isinstance(found, dict):
        for key, value in found.items():
            if key in ("text", "initial_value", "accessibility_label") and isinstance(value, str):
                yield html.unescape(_LINK.sub(r"\1", value)) if found.get("type") == "mrkdwn" else value
            elif key not in ("value", "initial_option", "initial_options"):
                yield from texts_in(value)


def squeezed(text: str) -> str:
    """The text without white space."""
    return "".join(text.split())


def said(payload: Payload) -> str:
    """All that is read of a payload, without white space."""
    return squeezed("".join(texts_in(payload["blocks"])))


_WORDS: dict[type, Callable[[Any], Iterable[str]]] = {
    Heading: lambda block: [block.text],
    Paragraph: lambda block: [block.text],
    Verdict: lambda block: [block.label],
    Callout: lambda block: [block.title, block.text],
    Quote: lambda block: [block.text, block.section, *map(str, block.lines)],
    Bullets: lambda block: [block.title, *block.items],
    Facts: lambda block: [text for item in block.items for text in item],
    Tags: lambda block: block.items,
    Outside: lambda block: [block.text, block.source],
    Buttons: lambda block: [button.label for button in block.items],
    Table: lambda block: [text for row in block.rows for text in (row.text, row.button.label)],
    Link: lambda block: [block.label],
    Progress: lambda block: [str(block.done), str(block.total)],
    Form: lambda block: [text for field in block.fields for text in _field_words(field)],
}


def words_of(block: Block) -> Iterable[str]:
    """Each text of a block that must be on the screen."""
    return _WORDS[type(block)](block)


def _field_words(field: Field) -> Iterator[str]:
    yield from (field.label, field.hint, field.error)
    yield from (option.label for option in field.options)


def lost(message: Message, payload: Payload) -> list[str]:
    """The texts of a message that its payload does not hold whole."""
    shown = said(payload)
    return [text for block in message.blocks for text in words_of(block) if squeezed(text) not in shown]


def faults(payload: Payload) -> list[str]:
    """What Slack would refuse, what its SDK would refuse, and marks that could come of somebody's text."""
    is_view = payload.get("type") in ("modal", "home")
    found = faults_of_view(payload) if is_view else faults_of_message(payload)
    found += [f"mrkdwn: {text!r}" for text in _spoilt(payload["blocks"])]
    found += [f"type: {block['type']}" for block in payload["blocks"] if block["type"] not in _KNOWN]
    ids = [element["action_id"] for element in elements_of(payload)]
    found += [f"action_id twice: {one}" for one in sorted({one for one in ids if ids.count(one) > 1})]
    if is_view:
        View(**payload).validate_json()
    else:
        for parsed in SdkBlock.parse_all(payload["blocks"]):
            parsed.validate_json()
    return found


def _spoilt(found: Any) -> Iterator[str]:
    """mrkdwn that is more than a bold label without marks, an emoji of ours, or a list of numbers."""
    if isinstance(found, list):
        for item in found:
            yield from _spoilt(item)
    elif isinstance(found, dict):
        if found.get("type") == "mrkdwn" and not (_is_ours(found) or _is_phone_list(found)):
            yield found["text"]
        for value in found.values():
            yield from _spoilt(value)


def _is_ours(text: Payload) -> bool:
    if text["text"] == ":warning:":
        return True
    label = re.fullmatch(r"\*(.+)\*", text["text"])
    if label is None or re.search(r"[<>]|&(?!amp;|lt;|gt;)", label[1]):
        return False
    return can_be_bold(html.unescape(label[1]))


def _is_phone_list(text: Payload) -> bool:
    """Contact lines with a link to dial in one at least, a bold title above, and not a mark in them."""
    first, *rest = text["text"].split("\n")
    lines = rest if _is_ours({"text": first}) else [first, *rest]
    bare = "".join(_LINK.sub("", line.removeprefix("• ")) for line in lines)
    return (
        text.get("verbatim") is True
        and all(line.startswith("• ") for line in lines)
        and _LINK.search(text["text"]) is not None
        and not re.search(r"[<>*_~`]|&(?!amp;|lt;|gt;)", bare)
    )


def elements_of(payload: Payload) -> list[Payload]:
    """Every element that can be pressed or filled in."""
    found: list[Payload] = []
    for block in payload["blocks"]:
        found += block.get("elements", []) if block["type"] == "actions" else []
        found += [block[key] for key in ("accessory", "element") if key in block]
    return found


def state_of(view: Payload) -> dict[str, Any]:
    """`view.state.values` as Slack sends it where nobody has changed anything."""
    inputs = [block for block in view["blocks"] if block["type"] == "input"]
    return {block["block_id"]: {block["element"]["action_id"]: _state(block["element"])} for block in inputs}


def _state(element: Mapping[str, Any]) -> dict[str, Any]:
    kind = element["type"]
    if kind == "datetimepicker":
        return {"type": kind, "selected_date_time": element.get("initial_date_time")}
    if kind in ("checkboxes", "multi_static_select"):
        return {"type": kind, "selected_options": element.get("initial_options", [])}
    if kind in ("radio_buttons", "static_select"):
        return {"type": kind, "selected_option": element.get("initial_option")}
    return {"type": kind, "value": element.get("initial_value")}


def read_back(message: Message, look: Look) -> dict[str, tuple[str, ...]]:
    """The values of a form that is drawn and sent as it is."""
    view = modal(message, look)
    return typed({**view, "state": {"values": state_of(view)}}, look)
