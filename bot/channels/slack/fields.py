"""The fields of a form as Block Kit's inputs, and what was filled in as the form's values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.channels.common.look import Look
from bot.channels.common.marks import long_values, mark, step_of
from bot.channels.common.messages import cut
from bot.channels.slack import parts
from bot.channels.slack.ids import OPTION_VALUE
from bot.channels.slack.parts import Payload, plain
from bot.domain.messages import Field, Form, Option

TYPED, LABEL, ERROR, OPTION = 3000, 2000, 2000, 75
_SHORT_LIST, _LIST = 10, 100
_FIELD = "field"
# The form of a step of a report.
_REPORT = "journey.submit"
# What stood between two parts of a text that is longer than Slack lets one box hold.
_JOINTS = {"": "", "s": " ", "n": "\n"}
_USER = re.compile(r"([UW][A-Z0-9]{2,})(?: |$)")
_ACTION = re.compile(rf"{_FIELD}:(\d+)([sn]?):(.*)", re.DOTALL)
# Unix times that Slack's picker takes: ten digits.
_FIRST_TIME, _LAST_TIME = 1_000_000_000, 9_999_999_999


@dataclass(frozen=True)
class Drawn:
    """The blocks of a form, and each option's value that is too long for Slack: field -> mark -> value."""

    blocks: list[Payload]
    long_values: Mapping[str, Mapping[str, str]]


def block_id(form: Form, field: Field) -> str:
    """Where the field's error is shown. Another step's field of the same name has another id.

    Slack keeps what was typed under a block_id: it must not reach the next question.
    """
    return _block_id(form, field, 0)


def _block_id(form: Form, field: Field, part: int) -> str:
    return f"{field.name[:200]}:{part}:{step_of(form)}"


def is_field(action_id: str) -> bool:
    """Whether it is the id of one of a form's inputs."""
    return _ACTION.fullmatch(action_id) is not None


def is_choice(field: Field) -> bool:
    """Whether it is answered by options."""
    return field.kind in ("choice", "choices") and not field.picks


def draw(form: Form, look: Look) -> Drawn:
    """Every field with its value, its options and its error."""
    blocks = list[Payload]()
    for field in form.fields:
        blocks += _full_labels(field)
        blocks += _inputs(form, field, look)
        blocks += _error(field)
    return Drawn(blocks, long_values(form, _mark))


def _mark(value: str) -> str:
    return mark(value, 0 < len(value) <= OPTION_VALUE and not value.startswith("#"))


def _full_labels(field: Field) -> list[Payload]:
    """The labels that are longer than an option may be, written out above."""
    labels = [option.label for option in field.options if len(option.label) > OPTION and is_choice(field)]
    return [parts.block(parts.bullets(labels))] if labels else []


def _error(field: Field) -> list[Payload]:
    if not field.error:
        return []
    mark = {"type": "mrkdwn", "text": ":warning:"}
    return [{"type": "context", "elements": [mark, plain(cut(field.error, ERROR))]}]


def _inputs(form: Form, field: Field, look: Look) -> list[Payload]:
    if is_choice(field) and not field.options:
        # Slack has no menu without options; the form says what is wrong when it is sent.
        return [{"type": "section", "text": plain(cut(field.label, LABEL))}]
    if field.kind in ("text", "long_text"):
        return _texts(form, field)
    return [_input(form, field, _element(field, look))]


def _input(form: Form, field: Field, element: Payload, part: int = 0, joint: str = "") -> Payload:
    label = f"{field.label} ({part + 1})" if part else field.label
    found: Payload = {
        "type": "input",
        "block_id": _block_id(form, field, part),
        "label": plain(cut(label, LABEL)),
        "element": element | {"action_id": f"{_FIELD}:{part}{joint}:{field.name}"},
        "optional": not field.required or part > 0,
    }
    if field.hint.strip() and not part:
        found["hint"] = plain(cut(field.hint, LABEL))
    return found | _told(found["element"]) if form.action == _REPORT else found


def _told(element: Payload) -> Payload:
    """What makes Slack tell of each change of an input, so that what stands in it can be kept."""
    each = {"dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]}}
    typed = element["type"] in ("plain_text_input", "number_input", "url_text_input")
    return {"dispatch_action": True, "element": element | (each if typed else {})}


def _texts(form: Form, field: Field) -> list[Payload]:
    """A box to type in; what was typed elsewhere and is longer than a box goes on in the next."""
    found = list[Payload]()
    for part, (joint, text) in enumerate(_parts(field.value[0] if field.value else "")):
        most = max(1, min(TYPED, field.max_length), len(text))
        element: Payload = {"type": "plain_text_input", "multiline": field.kind == "long_text"}
        element["max_length"] = most
        if text:
            element["initial_value"] = text
        found.append(_input(form, field, element, part, joint))
    return found


def _parts(text: str) -> Iterator[tuple[str, str]]:
    """The text in parts that fit a box, each with what stood before it; joined again, it is the same text."""
    joint = ""
    while len(text) > TYPED:
        window = text[: TYPED + 1]
        at = max(window.rfind("\n"), window.rfind(" "))
        at = at if at > TYPED // 2 else TYPED
        yield joint, text[:at]
        joint = {" ": "s", "\n": "n"}.get(text[at], "")
        text = text[at + 1 :] if joint else text[at:]
    yield joint, text


def _element(field: Field, look: Look) -> Payload:
    value = field.value[0] if field.value else ""
    match field.kind:
        case "choice" | "choices" if field.picks:
            return _users(field, look)
        case "choice" | "choices":
            return _choices(field, look)
        case "datetime":
            moment = moment_of(value, look.zone)
            return {"type": "datetimepicker"} | ({} if moment is None else {"initial_date_time": moment})
        case "number" if not value or re.fullmatch(r"\d{1,9}", value):
            number = {"type": "number_input", "is_decimal_allowed": False, "min_value": "0"}
            return number | ({"initial_value": value} if value else {})
        case "link" if not value or re.fullmatch(r"https?://[^\s/]+\.[^\s]+", value):
            return {"type": "url_text_input"} | ({"initial_value": value[:TYPED]} if value else {})
    # Slack refuses a view whose number or link is none: what was typed is shown in a plain box.
    return {"type": "plain_text_input", "initial_value": value[:TYPED]}


def is_user(value: str) -> bool:
    """Whether it is the id of somebody who was picked, without their name."""
    return " " not in value and _USER.match(value) is not None


def _choices(field: Field, look: Look) -> Payload:
    several, short = field.kind == "choices", len(field.options) <= _SHORT_LIST
    options = [_option(option) for option in field.options]
    chosen = [options[at] for at, option in enumerate(field.options) if option.value in field.value]
    found: Payload = {"type": _KINDS[several, short]}
    if len(options) <= _LIST:
        found["options"] = options
    else:
        found["option_groups"] = list(_groups(options))
    if not short:
        found["placeholder"] = plain(look.texts.choose)
    if chosen:
        found |= {"initial_options": chosen} if several else {"initial_option": chosen[0]}
    return found


def _users(field: Field, look: Look) -> Payload:
    """Slack's own picker. Who was picked elsewhere has no id here, and is picked again."""
    ids = [match[1] for value in field.value if (match := _USER.match(value))]
    chosen = {"placeholder": plain(look.texts.choose)}
    if field.kind == "choice":
        return {"type": "users_select", **chosen, **({"initial_user": ids[0]} if ids else {})}
    return {"type": "multi_users_select", **chosen, **({"initial_users": ids} if ids else {})}


_KINDS = {
    (False, True): "radio_buttons",
    (False, False): "static_select",
    (True, True): "checkboxes",
    (True, False): "multi_static_select",
}


def _groups(options: list[Payload]) -> Iterator[Payload]:
    for start in range(0, len(options), _LIST):
        group = options[start : start + _LIST]
        yield {"label": plain(f"{start + 1}–{start + len(group)}"), "options": group}


def _option(option: Option) -> Payload:
    return {"text": plain(cut(option.label, OPTION)), "value": _mark(option.value)}


def moment_of(value: str, zone: ZoneInfo) -> int | None:
    """A local time, or one with its offset, in unix seconds; None where it is no time that Slack takes."""
    try:
        moment = datetime.fromisoformat(value)
        seconds = int((moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp())
    except (ValueError, OverflowError):
        return None
    return seconds if _FIRST_TIME <= seconds <= _LAST_TIME else None


def local_time(seconds: int, zone: ZoneInfo) -> str:
    """Unix seconds as a local time with its offset: of an hour that comes twice, the one that was meant."""
    return datetime.fromtimestamp(seconds, zone).isoformat(timespec="minutes")


def values_of(
    state: Mapping[str, Any], long_values: Mapping[str, Mapping[str, str]], zone: ZoneInfo
) -> dict[str, tuple[str, ...]]:
    """What was filled in, by the field's name; an empty field has no value. Anything else is ignored."""
    found = dict[str, tuple[str, ...]]()
    for name, _, joint, element in sorted(_states(state), key=lambda item: item[:2]):
        given = tuple(long_values.get(name, {}).get(value, value) for value in _given(element, zone))
        before = found.get(name, ())
        # The parts of one text are one value again.
        found[name] = (before[0] + _JOINTS[joint] + given[0],) if before and given else before or given
    return found


def names_of(state: Mapping[str, Any]) -> set[str]:
    """The fields of which something is told, empty ones among them."""
    return {name for name, *_ in _states(state)}


def _states(state: Mapping[str, Any]) -> Iterator[tuple[str, int, str, Mapping[str, Any]]]:
    for actions in state.values():
        for action_id, element in actions.items() if isinstance(actions, Mapping) else ():
            match = _ACTION.fullmatch(str(action_id))
            if match and isinstance(element, Mapping):
                yield match[3], int(match[1]), match[2], element


def _given(element: Mapping[str, Any], zone: ZoneInfo) -> Iterator[str]:
    if isinstance(element.get("selected_date_time"), int):
        yield local_time(element["selected_date_time"], zone)
    elif isinstance(element.get("value"), str) and element["value"]:
        yield element["value"]
    users = element.get("selected_users") or [element.get("selected_user")]
    yield from (user for user in users if isinstance(user, str)) if isinstance(users, list) else ()
    chosen = element.get("selected_options") or [element.get("selected_option")]
    for option in chosen if isinstance(chosen, list) else []:
        if isinstance(option, Mapping) and isinstance(option.get("value"), str):
            yield option["value"]


def refilled(block: Payload, state: Mapping[str, Any]) -> Payload:
    """An input block that begins with what stands in it now; any other block as it is."""
    if block.get("type") != "input":
        return block
    element = block["element"]
    now = (state.get(str(block.get("block_id"))) or {}).get(element.get("action_id")) or {}
    kept = {key: value for key, value in element.items() if not key.startswith("initial_")}
    return {**block, "element": kept | _begins(element, now)}


def _begins(element: Payload, now: Mapping[str, Any]) -> Payload:
    """What an input says stands in it at first, from what Slack reports of it."""
    groups = element.get("option_groups") or [element]
    options = {option["value"]: option for group in groups for option in group.get("options") or ()}
    chosen = now.get("selected_options") or [now.get("selected_option") or {}]
    found = [options[option["value"]] for option in chosen if option.get("value") in options]
    begins = {
        "initial_value": now.get("value"),
        "initial_date_time": now.get("selected_date_time"),
        "initial_user": now.get("selected_user"),
        "initial_users": now.get("selected_users"),
        "initial_options" if "selected_options" in now else "initial_option": found,
    }
    if "initial_option" in begins:
        begins["initial_option"] = found[0] if found else None
    return {key: value for key, value in begins.items() if value}
