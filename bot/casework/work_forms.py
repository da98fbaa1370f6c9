"""The forms of the work on a case, and what they must hold to be taken."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal

from bot.casework import closing, named_contact, proposals, work_done
from bot.casework.acts import FormKind
from bot.casework.context import Context
from bot.casework.press import CasePress
from bot.casework.restriction import concerned_choices
from bot.domain.messages import Block, Bullets, Field, Option
from bot.reporting.inputs import read_moment

_TEXT, _SHORT, WHY_AT_LEAST = 4000, 200, 20
_Draw = Callable[[CasePress, tuple[str, ...]], tuple[Field, ...]]
_CHOICES = (
    "category", "child", "crime", "nature", "adviser", "concerned", "evidence", "lessons", "gap", "agreed_by",
)  # fmt: skip
_WORDS = ("who", "advice", "task", "reference", "agencies", "record", "agreed_name", "contact")


def fields(press: CasePress, form: FormKind, people: tuple[str, ...]) -> tuple[Field, ...]:
    """The fields of this form; `people` are those to whom a task can be given."""
    return _FIELDS[form](press, people)


def above(press: CasePress, form: FormKind) -> list[Block]:
    """What must be read before the form is filled in: the advice, before an investigation.

    Before a closing what an outcome means for the personnel file; before an agreement what is agreed to.
    """
    if form == "closing":
        return [*proposals.needed(press), *closing.notes(press)]
    if form == "agreement":
        return proposals.asked(press)
    if form != "first_step":
        return []
    found = work_done.advice(press.context, press.case.entries)
    said = [f"{press.context.local(entry.at)}: {_advised(entry.detail)}" for entry in found]
    return [Bullets(tuple(said), press.context.work.fields["advised"])] if said else []


def _advised(detail: Mapping[str, str]) -> str:
    return detail.get("text") or f"{detail['agency']}: {detail['advice']}"


def _options(texts: Mapping[Any, str]) -> tuple[Option, ...]:
    return tuple(Option(value, label) for value, label in texts.items())


def _assess(press: CasePress, _people: tuple[str, ...]) -> tuple[Field, ...]:
    work = press.context.work
    texts, answers = work.fields, _options(work.answers)
    return (
        Field("category", texts["category"], "choice", options=_options(work.categories)),
        Field("child", texts["child"], "choice", options=answers),
        Field("crime", texts["crime"], "choice", options=answers),
        Field("nature", texts["nature"], "choice", options=_options(work.natures)),
        Field("note", texts["note"], "long_text", required=False, max_length=_TEXT),
    )


def _advice(press: CasePress, _people: tuple[str, ...]) -> tuple[Field, ...]:
    work, concerned = press.context.work, press.report.route.excluded_roles
    advisers = {adviser: name for adviser, name in work.advisers.items() if adviser not in concerned}
    return (
        Field("adviser", work.fields["adviser"], "choice", options=_options(advisers)),
        Field("who", work.fields["who"], "text", max_length=_SHORT),
        Field("at", work.fields["at"], "datetime", max_length=_SHORT),
        Field("advice", work.fields["advice"], "long_text", max_length=_TEXT),
    )


def _investigate(press: CasePress, _people: tuple[str, ...]) -> tuple[Field, ...]:
    note = press.context.work.fields["first_step"]
    return (Field("note", note, "long_text", required=False, max_length=_TEXT),)


def _agree(press: CasePress, _people: tuple[str, ...]) -> tuple[Field, ...]:
    note = press.context.work.fields["agree_note"]
    return (Field("note", note, "long_text", required=False, max_length=_TEXT),)


def _task(press: CasePress, people: tuple[str, ...]) -> tuple[Field, ...]:
    texts = press.context.work.fields
    owners = tuple(Option(person, press.context.name(person)) for person in people)
    return (
        Field("task", texts["task"], "text", hint=texts["task_hint"], max_length=_SHORT),
        Field("person", texts["person"], "choice", options=owners),
        Field("due", texts["due"], "datetime", max_length=_SHORT),
    )


def _link(press: CasePress, _people: tuple[str, ...]) -> tuple[Field, ...]:
    texts = press.context.work.fields
    return (Field("reference", texts["reference"], "text", hint=texts["reference_hint"], max_length=16),)


def _restrict(press: CasePress, people: tuple[str, ...]) -> tuple[Field, ...]:
    texts = press.context.work.fields
    named = tuple(Option(person, press.context.name(person)) for person in concerned_choices(press))
    concerned = Field(
        "concerned", texts["concerned"], "choice", required=False, hint=texts["concerned_hint"], options=named
    )
    return (*_why("restrict_hint")(press, people), *([concerned] if named else []))


def _why(hint: Literal["why_hint", "restrict_hint"]) -> _Draw:
    def draw(press: CasePress, _people: tuple[str, ...]) -> tuple[Field, ...]:
        texts = press.context.work.fields
        return (Field("why", texts["why"], "long_text", hint=texts[hint], max_length=_TEXT),)

    return draw


_FIELDS: Mapping[FormKind, _Draw] = {
    "assessment": _assess,
    "advice": _advice,
    "first_step": _investigate,
    "task": _task,
    "link": _link,
    "why": _why("why_hint"),
    "restriction": _restrict,
    "contact": named_contact.fields,
    "agreement": _agree,
}


def error(context: Context, item: Field, value: str, now: datetime) -> str | None:
    """What is wrong with a field that only these forms have; None where it is checked like any other."""
    errors = context.work.errors
    if item.name == "due":
        moment = read_moment(value, context.world.federation.timezone)
        return errors.date if moment is None else errors.past if moment <= now else ""
    if item.name in _CHOICES or item.name.startswith(closing.TASK):
        return "" if any(option.value == value for option in item.options) else errors.choice
    if item.name == "why":
        return "" if len(value) >= WHY_AT_LEAST else errors.why
    if item.name in _WORDS:
        return "" if value else errors.text
    return None
