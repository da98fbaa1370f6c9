"""The forms of the work on a case, and what they must hold to be taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.conversation.inputs import read_moment
from bot.domain.messages import Field, Option
from bot.services.context import Context
from bot.storage.reports import Report

_TEXT, _SHORT = 4000, 200
_Draw = Callable[[Context, Report, tuple[str, ...]], tuple[Field, ...]]


def fields(context: Context, name: str, report: Report, people: tuple[str, ...]) -> tuple[Field, ...]:
    """The fields of this form; `people` are those to whom a task can be given."""
    return _FIELDS[name](context, report, people)


def _options(texts: Mapping[str, str]) -> tuple[Option, ...]:
    return tuple(Option(value, label) for value, label in texts.items())


def _assess(context: Context, _report: Report, _people: tuple[str, ...]) -> tuple[Field, ...]:
    texts, answers = context.work.fields, _options(context.work.answers)
    return (
        Field("child", texts["child"], "choice", options=answers),
        Field("crime", texts["crime"], "choice", options=answers),
        Field("nature", texts["nature"], "choice", options=_options(context.work.natures)),
        Field("note", texts["note"], "long_text", required=False, max_length=_TEXT),
    )


def _advice(context: Context, _report: Report, _people: tuple[str, ...]) -> tuple[Field, ...]:
    texts = context.work.fields
    return (
        Field("who", texts["who"], "text", hint=texts["who_hint"], max_length=_SHORT),
        Field("at", texts["at"], "datetime", max_length=_SHORT),
        Field("advice", texts["advice"], "long_text", max_length=_TEXT),
    )


def _task(context: Context, _report: Report, people: tuple[str, ...]) -> tuple[Field, ...]:
    texts = context.work.fields
    owners = tuple(Option(person, context.name(person)) for person in people)
    return (
        Field("task", texts["task"], "text", hint=texts["task_hint"], max_length=_SHORT),
        Field("person", texts["person"], "choice", options=owners),
        Field("due", texts["due"], "datetime", max_length=_SHORT),
    )


def _link(context: Context, _report: Report, _people: tuple[str, ...]) -> tuple[Field, ...]:
    return (Field("reference", context.work.fields["reference"], "text", max_length=16),)


def _why(hint: str) -> _Draw:
    def draw(context: Context, _report: Report, _people: tuple[str, ...]) -> tuple[Field, ...]:
        texts = context.work.fields
        return (Field("why", texts["why"], "long_text", hint=texts[hint], max_length=_TEXT),)

    return draw


_FIELDS: Mapping[str, _Draw] = {
    "assess": _assess,
    "advice": _advice,
    "task": _task,
    "link": _link,
    "urgent": _why("why_hint"),
    "calm": _why("why_hint"),
    "hold": _why("why_hint"),
    "release": _why("why_hint"),
    "restrict": _why("restrict_hint"),
}


def error(context: Context, item: Field, value: str) -> str | None:
    """What is wrong with a field that only these forms have; None where it is checked like any other."""
    errors = context.work.errors
    if item.name == "due":
        # A task is for later: any moment will do.
        return errors["date"] if read_moment(value, context.world.federation.timezone) is None else ""
    if item.name in ("child", "crime", "nature"):
        return "" if any(option.value == value for option in item.options) else errors["choice"]
    if item.name in ("who", "advice", "task", "why", "reference") and not value and item.required:
        return errors["text"]
    return "" if item.name in ("who", "advice", "task", "why", "reference", "note") else None
