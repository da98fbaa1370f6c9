"""The rules of Block Kit's elements and composition objects, as tables and small checks.

Sources: docs.slack.dev/reference/block-kit (blocks, block-elements, composition-objects).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]
Faults = Iterator[str]

SELECTS = ("static_select", "users_select", "conversations_select", "channels_select", "external_select")
MULTI = tuple(f"multi_{name}" for name in SELECTS)
DATES = {
    "datepicker": ("initial_date", re.compile(r"\d{4}-\d{2}-\d{2}")),
    "timepicker": ("initial_time", re.compile(r"([01]\d|2[0-3]):[0-5]\d")),
    "datetimepicker": ("initial_date_time", re.compile(r"\d{10}")),
}
CHOICES = ("checkboxes", "radio_buttons")
TYPED = ("plain_text_input", "email_text_input", "url_text_input", "number_input")
IN_ACTIONS = {"button", "overflow", "workflow_button", *CHOICES, *SELECTS, *MULTI, *DATES}
IN_SECTION = (IN_ACTIONS | {"image"}) - {"datetimepicker"}
IN_INPUT = {"rich_text_input", "file_input", *TYPED, *CHOICES, *SELECTS, *MULTI, *DATES}
IN_CONTEXT = {"image", "plain_text", "mrkdwn"}

_COMMON = {"type", "action_id", "confirm", "focus_on_load", "placeholder"}
_FILTERED = {"filter", "response_url_enabled", "default_to_current_conversation"}
_TEXT_KEYS = {"initial_value", "dispatch_action_config", "min_length", "max_length"}
KEYS: dict[str, set[str]] = {
    "button": {"type", "text", "action_id", "url", "value", "style", "confirm", "accessibility_label"},
    "workflow_button": {"type", "text", "workflow", "action_id", "style", "accessibility_label"},
    "overflow": {"type", "action_id", "options", "confirm"},
    "image": {"type", "image_url", "alt_text", "slack_file"},
    "static_select": _COMMON | {"options", "option_groups", "initial_option"},
    "external_select": _COMMON | {"initial_option", "min_query_length"},
    "users_select": _COMMON | {"initial_user"},
    "conversations_select": _COMMON | _FILTERED | {"initial_conversation"},
    "channels_select": _COMMON | {"initial_channel", "response_url_enabled"},
    "multi_static_select": _COMMON | {"options", "option_groups", "initial_options", "max_selected_items"},
    "multi_external_select": _COMMON | {"initial_options", "max_selected_items", "min_query_length"},
    "multi_users_select": _COMMON | {"initial_users", "max_selected_items"},
    "multi_conversations_select": _COMMON | _FILTERED | {"initial_conversations", "max_selected_items"},
    "multi_channels_select": _COMMON | {"initial_channels", "max_selected_items"},
    "datepicker": _COMMON | {"initial_date"},
    "timepicker": _COMMON | {"initial_time", "timezone"},
    "datetimepicker": (_COMMON | {"initial_date_time"}) - {"placeholder"},
    "checkboxes": (_COMMON | {"options", "initial_options"}) - {"placeholder"},
    "radio_buttons": (_COMMON | {"options", "initial_option"}) - {"placeholder"},
    "plain_text_input": (_COMMON | _TEXT_KEYS | {"multiline"}) - {"confirm"},
    "email_text_input": (_COMMON | {"initial_value", "dispatch_action_config"}) - {"confirm"},
    "url_text_input": (_COMMON | {"initial_value", "dispatch_action_config"}) - {"confirm"},
    "number_input": (_COMMON | _TEXT_KEYS | {"is_decimal_allowed", "min_value", "max_value"})
    - {"confirm", "min_length", "max_length"},
    "rich_text_input": (_COMMON | {"initial_value", "dispatch_action_config"}) - {"confirm"},
    "file_input": {"type", "action_id", "filetypes", "max_files"},
}


def text_faults(found: Any, at: str, most: int, plain: bool = False) -> Faults:
    """A text object of 1 to `most` characters; `plain`: where Slack takes no mrkdwn."""
    if not isinstance(found, dict) or found.get("type") not in ("plain_text", "mrkdwn"):
        yield f"{at}: a text object is needed"
        return
    if plain and found["type"] != "plain_text":
        yield f"{at}: plain_text is needed, not {found['type']}"
    extra = set(found) - (
        {"type", "text", "emoji"} if found["type"] == "plain_text" else {"type", "text", "verbatim"}
    )
    if extra:
        yield f"{at}: no such property: {', '.join(sorted(extra))}"
    yield from length_faults(found.get("text"), f"{at}.text", most)


def length_faults(found: Any, at: str, most: int, least: int = 1) -> Faults:
    """A string of `least` to `most` characters."""
    if not isinstance(found, str):
        yield f"{at}: a string is needed"
    elif not least <= len(found) <= most:
        yield f"{at}: {len(found)} characters, {least} to {most} allowed"


def optional_text(holder: Json, key: str, at: str, most: int) -> Faults:
    """A plain text object, if it is there at all."""
    if holder.get(key) is not None:
        yield from text_faults(holder[key], f"{at}.{key}", most, plain=True)


def optional_string(holder: Json, key: str, at: str, most: int, least: int = 0) -> Faults:
    """A string, if it is there at all."""
    if holder.get(key) is not None:
        yield from length_faults(holder[key], f"{at}.{key}", most, least)


def confirm_faults(found: Any, at: str) -> Faults:
    """A confirmation dialogue."""
    if not isinstance(found, dict):
        yield f"{at}: a confirm object is needed"
        return
    yield from text_faults(found.get("title"), f"{at}.title", 100, plain=True)
    yield from text_faults(found.get("text"), f"{at}.text", 300)
    yield from optional_text(found, "confirm", at, 30)
    yield from optional_text(found, "deny", at, 30)


def option_faults(found: Any, at: str, kind: str) -> Faults:
    """One option; radio buttons and checkboxes alone take mrkdwn, overflow menus alone a url."""
    if not isinstance(found, dict):
        yield f"{at}: an option is needed"
        return
    rich = kind in CHOICES
    yield from text_faults(found.get("text"), f"{at}.text", 75, plain=not rich)
    yield from length_faults(found.get("value"), f"{at}.value", 150)
    if found.get("description") is not None:
        yield from text_faults(found["description"], f"{at}.description", 75, plain=not rich)
    if "url" in found and kind != "overflow":
        yield f"{at}.url: only overflow menus take one"
    if set(found) - {"text", "value", "description", "url"}:
        yield f"{at}: no such property: {sorted(set(found) - {'text', 'value', 'description', 'url'})}"


def count_faults(found: Any, at: str, most: int, least: int = 1) -> Faults:
    """A list of `least` to `most` items."""
    if not isinstance(found, list):
        yield f"{at}: a list is needed"
    elif not least <= len(found) <= most:
        yield f"{at}: {len(found)} items, {least} to {most} allowed"


def options_faults(element: Json, at: str) -> Faults:
    """The options of a menu, and that what is chosen at first is among them."""
    kind = element["type"]
    offered: list[Any] = []
    if element.get("option_groups") is not None:
        yield from count_faults(element["option_groups"], f"{at}.option_groups", 100)
        for index, group in enumerate(element["option_groups"]):
            yield from text_faults(group.get("label"), f"{at}.option_groups[{index}].label", 75, plain=True)
            yield from count_faults(group.get("options"), f"{at}.option_groups[{index}].options", 100)
            offered += group.get("options") or []
    else:
        most = {"overflow": 5, "checkboxes": 10, "radio_buttons": 10}.get(kind, 100)
        yield from count_faults(element.get("options"), f"{at}.options", most)
        offered = element.get("options") or []
    for index, option in enumerate(offered):
        yield from option_faults(option, f"{at}.options[{index}]", kind)
    chosen = (
        [element["initial_option"]] if element.get("initial_option") else element.get("initial_options") or []
    )
    if any(option not in offered for option in chosen):
        yield f"{at}: what is chosen at first is not one of the options"


def typed_faults(element: Json, at: str) -> Faults:
    """A box to type in."""
    yield from optional_string(element, "initial_value", at, 3000)
    for key, least in (("min_length", 0), ("max_length", 1)):
        if element.get(key) is not None and not least <= element[key] <= 3000:
            yield f"{at}.{key}: {least} to 3000 allowed"
    if element["type"] == "number_input" and not isinstance(element.get("is_decimal_allowed"), bool):
        yield f"{at}.is_decimal_allowed: needed"


def button_faults(element: Json, at: str) -> Faults:
    """A button."""
    yield from text_faults(element.get("text"), f"{at}.text", 75, plain=True)
    yield from optional_string(element, "value", at, 2000)
    yield from optional_string(element, "url", at, 3000)
    yield from optional_string(element, "accessibility_label", at, 75)
    if element.get("style") not in (None, "primary", "danger"):
        yield f"{at}.style: primary or danger, not {element['style']}"


def image_faults(element: Json, at: str) -> Faults:
    """An image, with words for who cannot see it."""
    if not element.get("slack_file"):
        yield from length_faults(element.get("image_url"), f"{at}.image_url", 3000)
    yield from length_faults(element.get("alt_text"), f"{at}.alt_text", 2000)


def element_faults(element: Any, at: str, allowed: set[str]) -> Faults:
    """One element of a section, an actions block, an input block or a context."""
    kind = element.get("type") if isinstance(element, dict) else None
    if kind not in allowed:
        yield f"{at}: no element of type {kind!r} is allowed here"
        return
    if kind in ("plain_text", "mrkdwn"):
        yield from text_faults(element, at, 3000)
        return
    if extra := set(element) - KEYS[kind]:
        yield f"{at}: no such property: {', '.join(sorted(extra))}"
    yield from optional_string(element, "action_id", at, 255, least=1)
    yield from optional_text(element, "placeholder", at, 150)
    if element.get("confirm") is not None:
        yield from confirm_faults(element["confirm"], f"{at}.confirm")
    yield from _kind_faults(element, at)


def _kind_faults(element: Json, at: str) -> Faults:
    kind = element["type"]
    if kind == "button":
        yield from button_faults(element, at)
    elif kind == "image":
        yield from image_faults(element, at)
    elif kind in (*CHOICES, "overflow", "static_select", "multi_static_select"):
        yield from options_faults(element, at)
    elif kind in TYPED:
        yield from typed_faults(element, at)
    elif kind in DATES:
        key, form = DATES[kind]
        if element.get(key) is not None and not form.fullmatch(str(element[key])):
            yield f"{at}.{key}: {element[key]!r} is not of the right form"
    if element.get("max_selected_items") is not None and element["max_selected_items"] < 1:
        yield f"{at}.max_selected_items: at least 1"
