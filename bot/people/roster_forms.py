"""The forms in which a change to the roster is proposed, and what they must hold to be taken."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot.casework.context import Context
from bot.content.roster_texts import FieldName
from bot.domain.messages import Field, Form, Heading, Message, Option
from bot.domain.roster import OFFICE_ROLES, ROLES, WHATS, Change, as_written, role_name
from bot.reporting.inputs import clean_text, is_ahead, read_moment

_SHORT, _LONG = 80, 300
_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}")
# The form of each change, field by field; the accounts of a joining person are added for each platform.
_FIELDS: Mapping[str, tuple[FieldName, ...]] = {
    "join": ("id", "name"),
    "leave": ("person", "to"),
    "give": ("person", "role", "school"),
    "take": ("person", "role", "school"),
    "account": ("person", "platform", "user"),
    "no_account": ("person", "platform"),
    "absent": ("person", "to", "start", "end"),
    "back": ("person",),
    "handover": ("person", "to"),
}
_EVERY = "every"
_USER = "user_on_"

Values = Mapping[str, str]


def fields(context: Context, action: str) -> tuple[Field, ...]:
    """The fields of the form that `action` ("join", "pause" …) opens."""
    found = tuple(_field(context, name, action) for name in _FIELDS.get(action, ("reason",)))
    if action != "join":
        return found
    hint = context.roster_texts.hints.user_on
    accounts = (
        Field(f"{_USER}{name}", hint.fill(platform=name), "text", required=False, max_length=_SHORT)
        for name in context.platforms
    )
    return (*found, *accounts)


def _field(context: Context, name: FieldName, action: str) -> Field:
    texts = context.roster_texts
    own = {("leave", "to"): texts.hints.leave_to, ("handover", "to"): texts.hints.handover_to}
    label = own.get((action, name)) or texts.fields[name]
    if options := _options(context, name):
        return Field(name, label, "choice", required=(action, name) != ("leave", "to"), options=options)
    if name in ("start", "end"):
        return Field(name, label, "datetime", max_length=_SHORT)
    longest = _LONG if name == "reason" else _SHORT
    return Field(name, label, "text", hint=texts.hints.id if name == "id" else "", max_length=longest)


def _options(context: Context, name: str) -> tuple[Option, ...]:
    federation = context.world.federation
    match name:
        case "person" | "to":
            return tuple(Option(person.id, person.name) for person in federation.roster.people.values())
        case "role":
            deputies = (f"deputy_{role}" for role in ROLES if not role.startswith("deputy_"))
            return tuple(
                Option(role, role_name(role)) for role in dict.fromkeys((*ROLES, *OFFICE_ROLES, *deputies))
            )
        case "school":
            every = Option(_EVERY, context.roster_texts.labels.every_school)
            return (every, *(Option(school.id, school.name) for school in federation.schools))
        case "platform":
            return tuple(Option(platform, platform) for platform in context.platforms)
    return ()


def form(
    context: Context, action: str, values: Values | None = None, errors: Values | None = None
) -> Message:
    """The form as a message; with what was typed and the errors where it comes back."""
    values, errors = values or {}, errors or {}
    shown = tuple(
        replace(
            item, value=(values[item.name],) if values.get(item.name) else (), error=errors.get(item.name, "")
        )
        for item in fields(context, action)
    )
    title = context.roster_texts.forms.named(action)
    block = Form(f"roster.{action}", "", shown, context.roster_texts.submit, title)
    slot = f"roster.{action}"
    return Message((Heading(title), block), summary=title, replaces=slot, ephemeral=True)


def check(
    context: Context, action: str, sent: Mapping[str, tuple[str, ...]], now: datetime
) -> tuple[dict[str, str], dict[str, str]]:
    """What was sent, trimmed, and what is wrong with each field."""
    shown = fields(context, action)
    values = {item.name: clean_text("".join(sent.get(item.name, ())[:1])) for item in shown}
    errors = {item.name: _error(context, item, values[item.name], now) for item in shown}
    if action == "join" and not any(value for name, value in values.items() if name.startswith(_USER)):
        first = next((item.name for item in shown if item.name.startswith(_USER)), "id")
        errors[first] = errors.get(first) or context.roster_texts.errors.accounts
    return values, {name: error for name, error in errors.items() if error}


def _error(context: Context, item: Field, value: str, now: datetime) -> str:
    texts = context.roster_texts.errors
    if len(value) > item.max_length:
        return texts.too_long.fill(limit=item.max_length)
    if not value:
        missing = texts.choice if item.options else texts.required
        return missing if item.required else ""
    if item.options and value not in {option.value for option in item.options}:
        return texts.choice
    if item.name == "id" and not _ID.fullmatch(value):
        return texts.id
    return _time_error(context, item, value, now) if item.kind == "datetime" else ""


def _time_error(context: Context, item: Field, value: str, now: datetime) -> str:
    texts, moment = context.roster_texts.errors, read_moment(value, context.world.federation.timezone)
    if moment is None:
        return texts.date
    # An absence may have begun; one that is over concerns nobody.
    return texts.past if item.name == "end" and not is_ahead(moment, now) else ""


def change(context: Context, action: str, values: Values) -> Change:
    """The change that a form without errors proposes."""
    zone = context.world.federation.timezone
    times = {name: read_moment(values.get(name, ""), zone) for name in ("start", "end")}
    accounts = {name.removeprefix(_USER): user for name, user in values.items() if name.startswith(_USER)}
    if action == "account":
        accounts = {values["platform"]: values["user"]}
    return Change(
        next(what for what in WHATS if what == action),
        person=values.get("person") or values.get("id", ""),
        name=values.get("name", ""),
        role=values.get("role", ""),
        school="" if values.get("school") == _EVERY else values.get("school", ""),
        platform=values.get("platform", "") if action == "no_account" else "",
        accounts={platform: as_written(user) for platform, user in accounts.items() if user},
        to=values.get("to", ""),
        start=times["start"],
        end=times["end"],
    )
