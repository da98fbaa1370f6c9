"""The forms outside a journey: looking a report up by its receipt code, adding to it, answering about it."""

from __future__ import annotations

from collections.abc import Mapping

from bot.conversation.inputs import clean_text
from bot.conversation.steps import Redo, keep_field
from bot.conversation.world import World
from bot.domain.messages import Field, Form, Heading, Message

ADD = "report.add"
ANSWER = "report.answer"
STATUS = "status.show"
LONGEST = 4000
SHORT = 60


def status_form(world: World, redo: Redo | None = None) -> Message:
    """Asks for the reference and the receipt code of an anonymous report."""
    texts, redo = world.playbook.texts.forms, redo or Redo()
    fields = (
        _field("reference", texts.status_reference, redo, hint=texts.status_reference_hint),
        _field("code", texts.status_code, redo),
    )
    form = Form(STATUS, "", fields, texts.status_submit)
    return Message(
        (Heading(texts.status_title), form), summary=texts.status_title, replaces=STATUS, ephemeral=True
    )


def add_form(reference: str, world: World, redo: Redo | None = None) -> Message:
    """Asks what to add to a report that was sent, and for the code where it was anonymous."""
    texts, redo = world.playbook.texts.forms, redo or Redo()
    fields = _told_fields(texts.add_text, world, redo)
    form = Form(ADD, reference, fields, texts.add_submit)
    return Message((Heading(texts.add_title), form), summary=texts.add_title, replaces=ADD, ephemeral=True)


def answer_fields(reference: str, world: World, redo: Redo | None = None) -> Form:
    """The form for the answer to what was asked about a report; below the question, or by itself."""
    texts = world.playbook.texts.forms
    fields = _told_fields(texts.answer_text, world, redo or Redo())
    return Form(ANSWER, reference, fields, texts.answer_submit)


def answer_form(reference: str, world: World, redo: Redo | None = None) -> Message:
    """The same form by itself, as it comes back where something in it is not right."""
    title = world.playbook.texts.forms.answer_title
    form = answer_fields(reference, world, redo)
    return Message((Heading(title), form), summary=title, replaces=ANSWER, ephemeral=True)


def _told_fields(label: str, world: World, redo: Redo) -> tuple[Field, ...]:
    texts = world.playbook.texts.forms
    value, error = redo.typed.get("text", ()), redo.errors.get("text", "")
    text = Field("text", label, "long_text", value=value, error=error, max_length=LONGEST)
    code = _field("code", texts.add_code, redo, hint=texts.add_code_hint, required=False)
    return (text, code, *((keep_field(world),) if redo.may_keep else ()))


def _field(name: str, label: str, redo: Redo, hint: str = "", required: bool = True) -> Field:
    return Field(
        name,
        label,
        "text",
        required=required,
        hint=hint,
        value=redo.typed.get(name, ()),
        error=redo.errors.get(name, ""),
        max_length=SHORT,
    )


def typed_in(
    fields: Mapping[str, tuple[str, ...]], names: Mapping[str, tuple[int, bool]], world: World
) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """The fields of a form, cleaned, and what is wrong beside each. `names`: longest length, required."""
    errors, texts = dict[str, str](), world.playbook.texts.errors
    values = {name: clean_text("".join(fields.get(name, ())[:1])) for name in names}
    for name, (longest, required) in names.items():
        if required and not values[name]:
            errors[name] = texts.required
        elif len(values[name]) > longest:
            errors[name] = texts.too_long.format(length=f"{len(values[name]):,}", most=f"{longest:,}")
    return values, errors
