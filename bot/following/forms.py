"""The forms outside a journey: looking a report up, and all that its reporter may do to it then."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from bot.content.world import World
from bot.domain.messages import (
    Block,
    Button,
    Buttons,
    Field,
    Form,
    Heading,
    Message,
    Option,
    Outside,
    Paragraph,
)
from bot.domain.presses import OWN, CasePart
from bot.reporting.inputs import clean_text
from bot.reporting.steps import Redo, keep_field

ADD = "report.add"
ANSWER = "report.answer"
CORRECT = "report.correct"
WITHDRAW = "report.withdraw"
MOVE = "report.move"
COPY = "report.copy"
# What else may be done: of a report that can be withdrawn, and of one that is closed or withdrawn already.
MORE, SETTLED = "report.more", "report.more_settled"
BADLY = "report.badly"
# What the form of each leaves in the report, and the form that leaves it.
TOLD: Mapping[str, Literal["add", "answer", "correct"]] = {ADD: "add", ANSWER: "answer", CORRECT: "correct"}
ACTIONS = {told: action for action, told in TOLD.items()}
STATUS, OLDER = "status.show", "status.older"
LONGEST = 4000
SHORT = 60
# What may be picked in each field of a choice.
CHOICES: Mapping[str, tuple[str, ...]] = {"sure": ("yes",), "to": ("eht", "chair")}


def slot_of(action: str, value: str) -> str:
    """The place in a chat of a form of this action and value, and of what it leads to."""
    if action == ANSWER:
        # It stands below the question, and so below its report.
        return f"{ANSWER}:{CasePart.parse(value).reference}"
    return "report.since" if action == "report.since_urgent" else action


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


def choices(value: str, world: World, *, settled: bool = False) -> Message:
    """What else may be done to a report that was sent; one that is `settled` is not withdrawn any more."""
    texts, reference = world.playbook.texts.aftercare, CasePart.parse(value).reference
    items = (
        Button(world.paper.copy_.button, COPY, reference),
        Button(texts.correct, CORRECT, value),
        *(() if settled else (Button(texts.withdraw, WITHDRAW, value),)),
        Button(texts.move, MOVE, value),
        Button(texts.badly, BADLY, reference),
    )
    blocks = (Heading(texts.choices_title.fill(reference=reference)), Buttons(items))
    return Message(blocks, summary=texts.summary, replaces=MORE, ephemeral=True)


def text_form(action: str, value: str, world: World, redo: Redo | None = None) -> Message:
    """Asks what to add to a report, answer or correct, and for the code where it was anonymous."""
    forms, after = world.playbook.texts.forms, world.playbook.texts.aftercare
    titles = {ADD: forms.add_title, ANSWER: forms.answer_title, CORRECT: after.correct_title}
    above = (Paragraph(after.correct_kept),) if action == CORRECT else ()
    form = _text_fields(action, value, world, redo or Redo())
    # Of several reports nobody should have to guess which: but no notification says so.
    named = " · ".join(filter(None, (titles[action], CasePart.parse(value).reference)))
    blocks = (Heading(named), *above, form)
    return Message(blocks, summary=titles[action], replaces=slot_of(action, value), ephemeral=True)


def copy_form(reference: str, world: World, redo: Redo | None = None) -> Message:
    """Asks for the receipt code of the report that somebody wants a copy of."""
    texts = world.paper.copy_
    return _code_form(
        COPY, reference, (texts.form_title.fill(reference=reference), texts.submit), world, redo
    )


def complain_form(reference: str, world: World, redo: Redo | None = None) -> Message:
    """Asks for the receipt code of the report that was handled badly."""
    texts = world.playbook.texts.aftercare
    title = texts.badly_title.fill(reference=reference)
    return _code_form(BADLY, reference, (title, texts.badly_submit), world, redo)


def _code_form(
    action: str, reference: str, texts: tuple[str, str], world: World, redo: Redo | None
) -> Message:
    title, submit = texts
    form = Form(action, reference, code_field(reference, world, redo or Redo()), submit)
    summary = world.playbook.texts.aftercare.summary
    return Message((Heading(title), form), summary, replaces=action, ephemeral=True)


def answer_fields(value: str, world: World) -> Form:
    """The form for the answer to what was asked about a report, below the question."""
    return _text_fields(ANSWER, value, world, Redo())


def _text_fields(action: str, of: str, world: World, redo: Redo) -> Form:
    forms, after = world.playbook.texts.forms, world.playbook.texts.aftercare
    label, submit = {
        ADD: (forms.add_text, forms.add_submit),
        ANSWER: (forms.answer_text, forms.answer_submit),
        CORRECT: (after.correct_text, after.correct_submit),
    }[action]
    value, error = redo.typed.get("text", ()), redo.errors.get("text", "")
    text = Field("text", label, "long_text", value=value, error=error, max_length=LONGEST)
    keep = (keep_field(world),) if redo.may_keep else ()
    return Form(action, of, (text, *code_field(of, world, redo), *keep), submit)


def withdraw_form(value: str, world: World, redo: Redo | None = None) -> Message:
    """Says what withdrawing does and does not do, and asks whether the reporter is sure."""
    texts, redo = world.playbook.texts.aftercare, redo or Redo()
    reference = CasePart.parse(value).reference
    sure = Option("yes", texts.withdraw_yes.fill(reference=reference))
    box = _picked(Field("sure", texts.withdraw_sure, "choices", options=(sure,)), redo)
    form = Form(WITHDRAW, value, (box, *code_field(value, world, redo)), texts.withdraw_submit)
    title = texts.withdraw_title.fill(reference=reference)
    above = _said(texts.withdraw_says, world)
    return Message((Heading(title), *above, form), texts.summary, replaces=WITHDRAW, ephemeral=True)


def move_form(value: str, world: World, redo: Redo | None = None) -> Message:
    """Says what sending a report to somebody else does, and asks who alone shall have it."""
    texts, redo = world.playbook.texts.aftercare, redo or Redo()
    reference = CasePart.parse(value).reference
    options = (Option("eht", texts.move_eht), Option("chair", texts.move_chair))
    field = _picked(Field("to", texts.move_to, "choice", options=options), redo)
    form = Form(MOVE, value, (field, *code_field(value, world, redo)), texts.move_submit)
    title = texts.move_title.fill(reference=reference)
    above = _said(texts.move_says, world)
    return Message((Heading(title), *above, form), texts.summary, replaces=MOVE, ephemeral=True)


def _said(lines: tuple[str, ...], world: World) -> list[Block]:
    return [*(Paragraph(line) for line in lines), Outside(world.playbook.texts.aftercare.not_in_policy)]


def _picked(field: Field, redo: Redo) -> Field:
    typed, error = redo.typed.get(field.name, ()), redo.errors.get(field.name, "")
    return Field(field.name, field.label, field.kind, options=field.options, value=typed, error=error)


def code_field(value: str, world: World, redo: Redo) -> tuple[Field, ...]:
    """For the receipt code; nothing where the button that led here was on a report of the reader's own."""
    if CasePart.parse(value).part == OWN:
        return ()
    texts = world.playbook.texts.forms
    return (_field("code", texts.add_code, redo, hint=texts.add_code_hint, required=False),)


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
            errors[name] = texts.too_long.fill(length=f"{len(values[name]):,}", most=f"{longest:,}")
    return values, errors
