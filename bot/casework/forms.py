"""The forms that a card's buttons open, and what they must hold to be taken."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.casework import closing, named_contact, proposals, work_forms
from bot.casework.acts import Act
from bot.casework.context import Context
from bot.casework.press import CasePress, details_slot
from bot.content.case_texts import FieldErrors
from bot.domain.messages import Field, Form, Heading, Message, Option
from bot.reporting.inputs import clean_text, is_ahead, read_moment

REASON_AT_LEAST = 20
TEXT_LIMIT = 4000
SHORT_LIMIT = 200
Values = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Checked:
    """A form's values, trimmed, and the error beside each field that is not right."""

    values: Mapping[str, str]
    errors: Mapping[str, str]


def fields(press: CasePress, act: Act) -> tuple[Field, ...]:
    """The fields of the form that an act opens for this report."""
    context, texts = press.context, press.context.texts.forms
    match act.form:
        case "person":
            found = press.case.takers(press.person.id)
            options = tuple(Option(person, context.name(person)) for person in found)
            return (Field("person", texts.assign_person, "choice", options=options),)
        case "note":
            return (Field("note", texts.note_text, "long_text", max_length=TEXT_LIMIT),)
        case "question":
            hint, limit = texts.ask_hint, TEXT_LIMIT
            return (Field("question", texts.ask_text, "long_text", hint=hint, max_length=limit),)
        case "referral":
            return _refer_fields(context)
        case "closing":
            alone = proposals.lacks_second(press.case, press.person.id)
            return closing.fields(press, press.case.able_to("assign", press.person.id), alone)
        case "reason":
            return (Field("reason", texts.reopen_reason, "long_text", max_length=TEXT_LIMIT),)
    return work_forms.fields(press, act.form, press.case.able_to("details", press.person.id))


def _refer_fields(context: Context) -> tuple[Field, ...]:
    texts = context.texts.forms
    options = tuple(Option(item.code, item.label) for item in context.outcomes.agencies)
    theirs, advice = texts.refer_reference, texts.refer_advice
    return (
        Field("agency", texts.refer_agency, "choice", options=options),
        Field("at", texts.refer_at, "datetime", hint=texts.refer_hint, max_length=SHORT_LIMIT),
        Field("their_reference", theirs, "text", required=False, max_length=SHORT_LIMIT),
        Field("advice", advice, "long_text", required=False, max_length=TEXT_LIMIT),
    )


def form(press: CasePress, act: Act, checked: Checked | None = None) -> Message:
    """The form as a message; with what was typed and the errors where it comes back."""
    title, submit = _headed(press, act.name)
    shown = tuple(_filled(item, checked) for item in fields(press, act))
    block = Form(act.action, press.report.reference, shown, submit, title)
    slot = details_slot(press) if act.needs == "agree" else f"{act.action}:{press.report.reference}"
    above = work_forms.above(press, act.form)
    return Message((Heading(title), *above, block), summary=title, replaces=slot, ephemeral=True)


def _headed(press: CasePress, name: str) -> tuple[str, str]:
    context, reference = press.context, press.report.reference
    if (work := context.work.forms.find(name)) is not None:
        return work.title.fill(reference=reference), work.submit
    texts = context.texts.forms
    heads = {
        "assign": (texts.assign_title, texts.assign_submit),
        "note": (texts.note_title, texts.note_submit),
        "ask": (texts.ask_title, texts.ask_submit),
        "refer": (texts.refer_title, texts.refer_submit),
        "close": (texts.close_title, texts.close_submit),
        "answer": (texts.answer_title, texts.answer_submit),
        "reopen": (texts.reopen_title, texts.reopen_submit),
    }
    is_answer = name == "close" and closing.kind_of(press.case) == "question"
    title, submit = heads["answer" if is_answer else name]
    return title.fill(reference=reference), submit


def _filled(item: Field, checked: Checked | None) -> Field:
    if checked is None:
        return item
    value = checked.values.get(item.name, "")
    return replace(item, value=(value,) if value else (), error=checked.errors.get(item.name, ""))


def check(press: CasePress, act: Act, sent: Values) -> Checked:
    """Clean what was sent and say what is wrong with each field. Unknown fields are dropped."""
    shown, context = fields(press, act), press.context
    values = {item.name: clean_text("".join(sent.get(item.name, ())[:1])) for item in shown}
    errors = {item.name: _error(context, item, values[item.name], press.now) for item in shown}
    if act.form == "closing" and not any(errors.values()):
        errors |= closing.errors(press, values)
    if act.form == "contact" and not any(errors.values()):
        errors |= named_contact.errors(press, values)
    return Checked(values, {name: error for name, error in errors.items() if error})


def _error(context: Context, item: Field, value: str, now: datetime) -> str:
    texts = context.texts.errors
    if len(value) > item.max_length:
        return texts.too_long.fill(limit=item.max_length)
    if not value and not item.required:
        return ""
    if (work := work_forms.error(context, item, value, now)) is not None:
        return work
    if item.kind == "datetime":
        moment = read_moment(value, context.world.federation.timezone)
        return texts.date if moment is None else texts.future if is_ahead(moment, now) else ""
    if item.options:
        known = any(option.value == value for option in item.options)
        return "" if known else _beside(texts, item.name)
    if len(value) < (REASON_AT_LEAST if item.name == "reason" else 1):
        return _beside(texts, item.name)
    return ""


def _beside(texts: FieldErrors, name: str) -> str:
    return {
        "person": texts.person,
        "note": texts.note,
        "question": texts.question,
        "agency": texts.agency,
        "outcome": texts.outcome,
        "reason": texts.reason,
        "answer": texts.answer,
    }[name]
