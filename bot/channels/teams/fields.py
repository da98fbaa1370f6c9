"""The fields of a form as the inputs of an Adaptive Card, and what was filled in as the form's values."""

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
from bot.channels.teams.ids import Element, data_of
from bot.channels.teams.parts import NOTHING, bullets, is_literal, side_by_side, small, without_marks
from bot.domain.messages import Field, Form, Option
from bot.domain.turns import Pressed, Submitted

_LABEL, _SHORT_LIST = 400, 10
_INPUT = re.compile(r"in:(text|one|many|day|time):([0-9a-f]{12}):(.+)", re.DOTALL)
_PARTS = re.compile(r"(\d{4}-\d{2}-\d{2})?(?:T(\d{2}:\d{2})?)?")


@dataclass(frozen=True)
class Drawn:
    """The elements of a form's fields, and what its action sends along so that they are read back."""

    items: list[Element]
    more: Element


def draw(form: Form, look: Look, strict: bool) -> Drawn:
    """Every field with its value, its options, its error and its hint.

    `strict`: Teams itself refuses to send the form while a field that is needed is empty.
    """
    inputs = _Inputs(form, look, strict)
    items = [item for field in form.fields for item in inputs.field(field)]
    marks = long_values(form, _mark)
    moments = {
        field.name: field.value[0] for field in form.fields if field.kind == "datetime" and field.value
    }
    more: Element = {"form": True}
    more |= {"marks": marks} if marks else {}
    # A local time has no offset on the screen: unless it is changed, it is sent as it was.
    more |= {"moments": moments} if moments else {}
    return Drawn(items, more)


def content_of(value: Mapping[str, Any], look: Look) -> Pressed | Submitted | None:
    """What somebody did on a card, from the value of the activity; None where nothing was chosen or known."""
    data = data_of(value)
    action, carried = data.get("action"), data.get("value")
    if not isinstance(action, str) or not action:
        return None
    carried = carried if isinstance(carried, str) else ""
    typed = values_of(data, look.zone)
    if data.get("form") is True:
        return Submitted(action, carried, typed)
    if isinstance(data.get("pick"), str):
        chosen = data.get(data["pick"])
        return Pressed(action, chosen) if isinstance(chosen, str) and chosen else None
    return Pressed(action, carried, typed)


def values_of(data: Mapping[str, Any], zone: ZoneInfo) -> dict[str, tuple[str, ...]]:
    """What was filled in, by the field's name; an empty field has no value. Anything else is ignored."""
    found, moments = dict[str, tuple[str, ...]](), dict[str, list[str]]()
    for key, raw in data.items():
        match, text = _INPUT.fullmatch(str(key)), _text(raw)
        if match is None:
            continue
        kind, name = match[1], match[3]
        if kind in ("day", "time"):
            moments.setdefault(name, ["", ""])[kind == "time"] = text
        else:
            given = text.split(",") if kind == "many" else [text]
            found[name] = tuple(_unmarked(data, name, one) for one in given if one)
    found |= {name: _moment(data, name, zone, *parts) for name, parts in moments.items()}
    return found


def _text(raw: Any) -> str:
    if isinstance(raw, float) and raw.is_integer():
        return str(int(raw))
    return str(raw) if isinstance(raw, str | int | float) and not isinstance(raw, bool) else ""


def _unmarked(data: Mapping[str, Any], name: str, mark: str) -> str:
    marks = data.get("marks")
    values = marks.get(name) if isinstance(marks, Mapping) else None
    value = values.get(mark) if isinstance(values, Mapping) else None
    return value if isinstance(value, str) else mark


def _moment(data: Mapping[str, Any], name: str, zone: ZoneInfo, day: str, time: str) -> tuple[str, ...]:
    moments = data.get("moments")
    drawn = moments.get(name) if isinstance(moments, Mapping) else None
    if isinstance(drawn, str) and day and time and day_and_time(drawn, zone) == (day, time):
        return (drawn,)
    # Half of it is sent as what it is, never as midnight: the form then asks for the other half.
    return (f"{day}T{time}",) if day or time else ()


def day_and_time(value: str, zone: ZoneInfo) -> tuple[str, str]:
    """A moment's local day and time, each "" where it has none."""
    try:
        moment = datetime.fromisoformat(value)
        local = moment.astimezone(zone) if moment.tzinfo else moment
        return f"{local:%Y-%m-%d}".zfill(10), f"{local:%H:%M}"
    except (ValueError, OverflowError):
        match = _PARTS.fullmatch(value)
        return (match[1] or "", match[2] or "") if match else ("", "")


def _mark(value: str) -> str:
    """The value as a choice holds it: itself, or a name for one that is empty or ambiguous."""
    return mark(value, value.strip() and "," not in value and not value.startswith("#") and len(value) <= 100)


class _Inputs:
    def __init__(self, form: Form, look: Look, strict: bool) -> None:
        self._step = step_of(form)
        self._look = look
        self._strict = strict

    def field(self, field: Field) -> Iterator[Element]:
        if field.kind in ("choice", "choices") and not field.options:
            # There is nothing to choose from; the form says what is wrong when it is sent.
            yield small(self._label(field))
        else:
            yield from _full_labels(field)
            yield self._input(field)
        if field.error.strip():
            yield {**small(field.error, color="attention", weight="bolder"), "spacing": "small"}
        if field.hint.strip():
            yield {**small(field.hint, isSubtle=True), "spacing": "small"}

    def _label(self, field: Field) -> str:
        label = cut(field.label, _LABEL)
        return label if field.required else f"{label} {self._look.texts.optional}".strip()

    def _input(self, field: Field) -> Element:
        value = field.value[0] if field.value else ""
        match field.kind:
            case "choice" | "choices":
                return self._choices(field)
            case "datetime":
                return self._moment(field, value)
            case "number" if not value or re.fullmatch(r"\d{1,9}", value):
                number: Element = {"min": 0} | ({"value": int(value)} if value else {})
                return self._one("Input.Number", "text", field, number)
        return self._typed(field, value)

    def _typed(self, field: Field, value: str) -> Element:
        drawn: Element = {"maxLength": max(1, field.max_length, len(value))}
        drawn |= {"isMultiline": True} if field.kind == "long_text" else {}
        drawn |= {"style": "url"} if field.kind == "link" else {}
        return self._one("Input.Text", "text", field, drawn | ({"value": value} if value else {}))

    def _one(self, kind: str, way: str, field: Field, drawn: Element, label: str = "") -> Element:
        found: Element = {
            "type": kind,
            "id": f"in:{way}:{self._step}:{field.name}",
            "label": label or self._label(field) or self._look.texts.choose,
            **drawn,
        }
        if self._strict and field.required:
            found |= {"isRequired": True, "errorMessage": self._look.texts.required}
        return found

    def _moment(self, field: Field, value: str) -> Element:
        day, time = day_and_time(value, self._look.zone)
        days = self._one("Input.Date", "day", field, {"value": day} if day else {})
        hours = {"value": time} if time else {}
        times = self._one("Input.Time", "time", field, hours, self._look.texts.time)
        return side_by_side([days], [times], "stretch")

    def _choices(self, field: Field) -> Element:
        several = field.kind == "choices"
        chosen = [_mark(option.value) for option in field.options if option.value in field.value]
        drawn = _choice_set(field, self._look)
        drawn |= {"isMultiSelect": True} if several else {}
        drawn |= {"value": ",".join(chosen if several else chosen[:1])} if chosen else {}
        return self._one("Input.ChoiceSet", "many" if several else "one", field, drawn)


def _full_labels(field: Field) -> list[Element]:
    """The labels that are too long for a choice, or that would be read as marks there, written out above."""
    return bullets(option.label for option in field.options if not _is_whole(option, field))


def _is_whole(option: Option, field: Field) -> bool:
    return len(option.label) <= _LABEL and (field.kind == "choice" or _title(option, field) == option.label)


def _title(option: Option, field: Field) -> str:
    title = cut(option.label, _LABEL).strip() or NOTHING
    # Of several, Teams shows every one on the screen, and reads marks there; in a menu it reads none.
    return without_marks(title) if field.kind == "choices" else title


def _choice_set(field: Field, look: Look) -> Element:
    """The choices of a field: all on the screen where they are few, else in a menu."""
    choices = [{"title": _title(option, field), "value": _mark(option.value)} for option in field.options]
    short = len(choices) <= _SHORT_LIST and all(is_literal(one["title"]) for one in choices)
    shown: Element = (
        {"style": "expanded"} if short else {"style": "compact", "placeholder": look.texts.choose}
    )
    return {"choices": choices, "wrap": True, **shown}
