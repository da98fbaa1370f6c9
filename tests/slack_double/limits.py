"""What Slack accepts: pure checks of messages and views, more than `slack_sdk.models` has.

Each fault is `code: where: what`; the code is the error that Slack's Web API answers with, or `advice` for
what Slack accepts and a careful app does not do. Sources: docs.slack.dev/reference/block-kit,
/reference/views, /reference/methods; the limit of all blocks together is undocumented and measured
(github.com/slackapi/bolt-js/issues/2509: 13,297 characters of markdown; a divider more cost 125).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from tests.slack_double.shapes import (
    IN_ACTIONS,
    IN_CONTEXT,
    IN_INPUT,
    IN_SECTION,
    Faults,
    Json,
    count_faults,
    element_faults,
    image_faults,
    length_faults,
    optional_string,
    optional_text,
    text_faults,
)

MESSAGE_BLOCKS, VIEW_BLOCKS = 50, 100
ALL_BLOCKS_CHARACTERS, BLOCK_COSTS = 13_200, 125
TEXT_ADVISED, TEXT_CUT = 4_000, 40_000
METADATA_CHARACTERS = 3_000  # Slack says "too large" without a number: this is a cautious one
VIEW_BYTES = 250_000

_BLOCK_KEYS: dict[str, set[str]] = {
    "section": {"text", "fields", "accessory", "expand"},
    "divider": set(),
    "header": {"text", "level"},
    "context": {"elements"},
    "actions": {"elements"},
    "context_actions": {"elements"},
    "input": {"label", "element", "hint", "optional", "dispatch_action"},
    "image": {"image_url", "alt_text", "title", "slack_file"},
    "markdown": {"text"},
    "rich_text": {"elements"},
    "table": {"rows", "column_settings"},
    "video": {
        "alt_text",
        "title",
        "thumbnail_url",
        "video_url",
        "author_name",
        "description",
        "provider_name",
    }
    | {"provider_icon_url", "title_url"},
    "file": {"external_id", "source", "file_id"},
}
_MESSAGES_ONLY = {"markdown", "table", "file", "context_actions"}


def faults_of_message(payload: Json) -> list[str]:
    """What Slack refuses, and what is unwise, in what is posted by a method or to a response_url."""
    text, blocks = payload.get("text"), payload.get("blocks")
    found = list(_metadata_faults(payload.get("metadata")))
    if text is not None and not isinstance(text, str):
        found.append("invalid_arguments: text: a string is needed")
        text = ""
    if not text and not blocks and not payload.get("attachments"):
        found.append("no_text: there is neither text nor a block")
    if blocks and not text:
        found.append("advice: text: notifications and screen readers need it beside blocks")
    if len(text or "") > TEXT_ADVISED:
        found.append(f"msg_too_long: text: {len(text or '')} characters, {TEXT_ADVISED} allowed")
    if blocks is not None:
        found += faults_of_blocks(blocks, "message")
    return found


def faults_of_blocks(blocks: Any, surface: str) -> list[str]:
    """The faults of a list of blocks on a `message`, a `modal` or a `home`."""
    if not isinstance(blocks, list) or not all(isinstance(block, dict) for block in blocks):
        return ["invalid_blocks_format: blocks: a list of objects is needed"]
    most = MESSAGE_BLOCKS if surface == "message" else VIEW_BLOCKS
    found = list(count_faults(blocks, "blocks", most, least=0))
    for index, block in enumerate(blocks):
        found += block_faults(block, f"blocks[{index}]", surface)
    found += _twice([block["block_id"] for block in blocks if block.get("block_id")], "blocks", "block_id")
    faults = [f"invalid_blocks: {fault}" for fault in found]
    if surface == "message" and (size := size_of(blocks)) > ALL_BLOCKS_CHARACTERS:
        faults.append(
            f"msg_blocks_too_long: blocks: {size} characters in all, {ALL_BLOCKS_CHARACTERS} allowed"
        )
    return faults


def size_of(blocks: list[Json]) -> int:
    """Characters of all texts, and what Slack counts for each block after the first."""
    return sum(len(text) for block in blocks for text in texts(block)) + BLOCK_COSTS * max(0, len(blocks) - 1)


def texts(found: Any) -> Iterator[str]:
    """Every text that a person reads in a block, a message or a view, in order."""
    if isinstance(found, list):
        for item in found:
            yield from texts(item)
    elif isinstance(found, dict):
        for key, value in found.items():
            if key in ("text", "alt_text", "initial_value") and isinstance(value, str):
                yield value
            elif key not in ("confirm", "value"):
                yield from texts(value)


def block_faults(block: Json, at: str, surface: str) -> Faults:
    """The faults of one block."""
    kind = block.get("type")
    if kind not in _BLOCK_KEYS or (surface != "message" and kind in _MESSAGES_ONLY):
        yield f"{at}: no block of type {kind!r} is allowed in a {surface}"
        return
    if extra := set(block) - _BLOCK_KEYS[kind] - {"type", "block_id"}:
        yield f"{at}: no such property: {', '.join(sorted(extra))}"
    yield from optional_string(block, "block_id", at, 255, least=1)
    if kind in _CHECKS:
        yield from _CHECKS[kind](block, at)


def _section(block: Json, at: str) -> Faults:
    if block.get("text") is None and not block.get("fields"):
        yield f"{at}: text or fields are needed"
    if block.get("text") is not None:
        yield from text_faults(block["text"], f"{at}.text", 3000)
    if block.get("fields") is not None:
        yield from count_faults(block["fields"], f"{at}.fields", 10)
        for index, field in enumerate(block["fields"]):
            yield from text_faults(field, f"{at}.fields[{index}]", 2000)
    if block.get("accessory") is not None:
        yield from element_faults(block["accessory"], f"{at}.accessory", IN_SECTION)


def _header(block: Json, at: str) -> Faults:
    yield from text_faults(block.get("text"), f"{at}.text", 150, plain=True)


def _elements(block: Json, at: str, most: int, allowed: set[str]) -> Faults:
    elements = block.get("elements")
    yield from count_faults(elements, f"{at}.elements", most)
    if isinstance(elements, list):
        for index, element in enumerate(elements):
            yield from element_faults(element, f"{at}.elements[{index}]", allowed)
        ids = [found["action_id"] for found in elements if isinstance(found, dict) and found.get("action_id")]
        yield from _twice(ids, at, "action_id")


def _context(block: Json, at: str) -> Faults:
    yield from _elements(block, at, 10, IN_CONTEXT)


def _actions(block: Json, at: str) -> Faults:
    yield from _elements(block, at, 25, IN_ACTIONS)


def _input(block: Json, at: str) -> Faults:
    yield from text_faults(block.get("label"), f"{at}.label", 2000, plain=True)
    yield from optional_text(block, "hint", at, 2000)
    yield from element_faults(block.get("element"), f"{at}.element", IN_INPUT)


def _image(block: Json, at: str) -> Faults:
    yield from image_faults(block, at)
    yield from optional_text(block, "title", at, 2000)


def _markdown(block: Json, at: str) -> Faults:
    yield from length_faults(block.get("text"), f"{at}.text", 12_000)


def _rich_text(block: Json, at: str) -> Faults:
    yield from count_faults(block.get("elements"), f"{at}.elements", 1000)


def _table(block: Json, at: str) -> Faults:
    yield from count_faults(block.get("rows"), f"{at}.rows", 100)
    for index, row in enumerate(block.get("rows") or []):
        yield from count_faults(row, f"{at}.rows[{index}]", 20)


_CHECKS: dict[str, Callable[[Json, str], Faults]] = {
    "section": _section,
    "header": _header,
    "context": _context,
    "actions": _actions,
    "input": _input,
    "image": _image,
    "markdown": _markdown,
    "rich_text": _rich_text,
    "table": _table,
}


def _twice(ids: list[str], at: str, what: str) -> Faults:
    for found in sorted({found for found in ids if ids.count(found) > 1}):
        yield f"{at}: {what} {found!r} is there twice"


def _metadata_faults(metadata: Any) -> Faults:
    if metadata is None:
        return
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_payload"), dict):
        yield "invalid_metadata_format: metadata: event_type and event_payload are needed"
        return
    if not isinstance(metadata.get("event_type"), str) or not metadata["event_type"]:
        yield "invalid_metadata_format: metadata.event_type: needed"
    if (size := len(json.dumps(metadata, ensure_ascii=False))) > METADATA_CHARACTERS:
        yield f"metadata_too_large: metadata: {size} characters, {METADATA_CHARACTERS} allowed"


def faults_of_view(view: Json) -> list[str]:
    """What Slack refuses in a modal or a home view."""
    if not isinstance(view, dict) or view.get("type") not in ("modal", "home"):
        return ["invalid_arguments: view.type: modal or home"]
    surface = str(view["type"])
    found = list(_frame_faults(view, surface))
    faults = [f"invalid_arguments: {fault}" for fault in found]
    for fault in faults_of_blocks(view.get("blocks"), surface):
        faults.append(f"invalid_arguments: {fault.partition(': ')[2]}")
    if len(json.dumps(view, ensure_ascii=False).encode()) > VIEW_BYTES:
        faults.append(f"view_too_large: view: more than {VIEW_BYTES} bytes")
    return faults


def _frame_faults(view: Json, surface: str) -> Faults:
    known = {"type", "blocks", "private_metadata", "callback_id", "external_id"}
    modal = {"title", "submit", "close", "clear_on_close", "notify_on_close", "submit_disabled"}
    if extra := set(view) - known - (modal if surface == "modal" else set()):
        yield f"view: no such property: {', '.join(sorted(extra))}"
    if surface == "modal":
        yield from text_faults(view.get("title"), "view.title", 24, plain=True)
        yield from optional_text(view, "submit", "view", 24)
        yield from optional_text(view, "close", "view", 24)
    yield from optional_string(view, "private_metadata", "view", 3000)
    yield from optional_string(view, "callback_id", "view", 255)
    yield from optional_string(view, "external_id", "view", 255)
    inputs = [
        block
        for block in view.get("blocks") or []
        if isinstance(block, dict) and block.get("type") == "input"
    ]
    if surface == "modal" and inputs and view.get("submit") is None:
        yield "view.submit: needed where there are input blocks"
    if sum(1 for block in inputs if (block.get("element") or {}).get("focus_on_load")) > 1:
        yield "view: focus_on_load in more than one element"
