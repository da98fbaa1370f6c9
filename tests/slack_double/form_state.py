"""What stands in a view's fields, in the words of `view.state.values`."""

from __future__ import annotations

from typing import Any

from tests.slack_double.shapes import CHOICES, DATES, TYPED, Json

# element type → (key in the state, key of what is there at first)
_KEYS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(TYPED, ("value", "initial_value")),
    **{kind: (f"selected_{key.removeprefix('initial_')}", key) for kind, (key, _) in DATES.items()},
    "static_select": ("selected_option", "initial_option"),
    "external_select": ("selected_option", "initial_option"),
    "radio_buttons": ("selected_option", "initial_option"),
    "checkboxes": ("selected_options", "initial_options"),
    "multi_static_select": ("selected_options", "initial_options"),
    "multi_external_select": ("selected_options", "initial_options"),
    "users_select": ("selected_user", "initial_user"),
    "conversations_select": ("selected_conversation", "initial_conversation"),
    "channels_select": ("selected_channel", "initial_channel"),
    "multi_users_select": ("selected_users", "initial_users"),
    "multi_conversations_select": ("selected_conversations", "initial_conversations"),
    "multi_channels_select": ("selected_channels", "initial_channels"),
    "rich_text_input": ("rich_text_value", "initial_value"),
    "file_input": ("files", "initial_files"),
}


def key_of(element: Json) -> str:
    """Where an element's state keeps its value; "" for one without state."""
    return _KEYS.get(element["type"], ("", ""))[0]


def is_list(element: Json) -> bool:
    """Whether it takes several values."""
    kind = str(element["type"])
    return kind in ("checkboxes", "file_input") or kind.startswith("multi_")


def first_state(element: Json) -> Json:
    """Its state before anybody touched it."""
    key, initial = _KEYS[element["type"]]
    return {"type": element["type"], key: element.get(initial, [] if is_list(element) else None)}


def is_empty(element: Json, state: Json) -> bool:
    """Whether nothing was given."""
    return state.get(key_of(element)) in (None, "", [])


def offered(element: Json) -> list[Json]:
    """The options of a menu, groups or not."""
    groups = element.get("option_groups") or []
    return [option for group in groups for option in group["options"]] or list(element.get("options") or [])


def chosen(element: Json, value: Any) -> Any:
    """The value for the state: an option by its label or value, a person or a channel by itself or its id."""
    if isinstance(value, list | tuple) and is_list(element):
        return [
            chosen({**element, "type": "static_select"} if offered(element) else _single(element), one)
            for one in value
        ]
    if is_list(element) and value is not None:
        return chosen(element, [value])
    if value is None:
        return None
    if element["type"] in ("static_select", "overflow", *CHOICES):
        return _option(element, str(value))
    if element["type"] in TYPED:
        return str(value)
    return getattr(value, "id", value)


def _single(element: Json) -> Json:
    return {**element, "type": str(element["type"]).removeprefix("multi_")}


def _option(element: Json, wanted: str) -> Json:
    for option in offered(element):
        if wanted in (option["value"], option["text"]["text"]):
            return option
    labels = [option["text"]["text"] for option in offered(element)]
    raise AssertionError(f"no option {wanted!r} in {element['action_id']}: {labels}")


def complaints(block: Json, state: Json) -> str:
    """Why Slack's client would not send this field; "" where it would."""
    element = block["element"]
    value = state.get(key_of(element))
    if is_empty(element, state):
        return "" if block.get("optional") else "required"
    if element["type"] in TYPED:
        return _typed(element, str(value))
    if isinstance(value, list) and len(value) > element.get("max_selected_items", len(value)):
        return f"at most {element['max_selected_items']}"
    return ""


def _typed(element: Json, value: str) -> str:
    least, most = element.get("min_length") or 0, element.get("max_length") or 3000
    if not least <= len(value) <= most:
        return f"{len(value)} characters, {least} to {most} allowed"
    if element["type"] == "email_text_input" and "@" not in value:
        return "not an email address"
    if element["type"] == "url_text_input" and "://" not in value:
        return "not a URL"
    return _number(element, value) if element["type"] == "number_input" else ""


def _number(element: Json, value: str) -> str:
    try:
        number = float(value) if element["is_decimal_allowed"] else int(value)
    except ValueError:
        return "not a number"
    least, most = element.get("min_value"), element.get("max_value")
    if (least is not None and number < float(least)) or (most is not None and number > float(most)):
        return f"{least} to {most} allowed"
    return ""
