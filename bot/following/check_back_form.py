"""The one question some days after a report: has anything happened since? Its form, and what it leads to.

Reporters who tick that a child may be at risk, or that they feel in danger, first read whom to phone: nothing
is sent by that, and a second press sends the answer as urgent.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.content.world import World
from bot.domain.messages import (
    Block,
    Callout,
    Field,
    FieldKind,
    Form,
    Heading,
    Message,
    Option,
    Outside,
    Paragraph,
)
from bot.domain.presses import CasePart
from bot.domain.turns import AnswerCheckBack, Session, Submitted, Turn
from bot.following import forms
from bot.reporting import presses
from bot.reporting.steps import KEEP, Redo, contact_list, keep_field

CHECK_BACK = "report.since"
URGENT = "report.since_urgent"
_LIMITS = {"text": (forms.LONGEST, False), "code": (forms.SHORT, False)}


def form(value: str, world: World, redo: Redo | None = None, *, urgent: bool = False) -> Message:
    """Asks whether anything has happened since; where it is `urgent`, whom to phone stands first.

    `value` is what the button carried that led here: the reference, and whether it is the reader's own.
    """
    texts, redo = world.playbook.contact.check_back, redo or Redo()
    title = texts.title.fill(reference=CasePart.parse(value).reference)
    above: list[Block] = [Paragraph(line) for line in texts.says]
    if urgent:
        safety = Callout("danger", texts.safety_title, texts.safety_text)
        above = [safety, *contact_list(texts.safety_contacts, world)]
    keep = (keep_field(world),) if redo.may_keep and not urgent else ()
    fields = (*_fields(world, redo), *forms.code_field(value, world, redo), *keep)
    submit = texts.urgent_submit if urgent else texts.submit
    sent = Form(URGENT if urgent else CHECK_BACK, value, fields, submit)
    blocks = (Heading(title), *above, sent, Outside(texts.not_in_policy))
    summary = world.playbook.texts.aftercare.summary
    return Message(blocks, summary, replaces=CHECK_BACK, ephemeral=True)


def _fields(world: World, redo: Redo) -> tuple[Field, ...]:
    texts = world.playbook.contact.check_back
    answers = tuple(Option(value, label) for value, label in texts.answers.items())
    risks = tuple(Option(value, label) for value, label in texts.risks.items())

    def field(name: str, label: str, kind: FieldKind, options: tuple[Option, ...] = ()) -> Field:
        typed, error = redo.typed.get(name, ()), redo.errors.get(name, "")
        required = name == "answer"
        return Field(
            name, label, kind, required, options=options, value=typed, error=error, max_length=forms.LONGEST
        )

    return (
        field("answer", texts.answer, "choice", answers),
        field("risk", texts.risk, "choices", risks),
        field("text", texts.text, "long_text"),
    )


def submitted(session: Session, act: Submitted, world: World) -> Turn:
    """The answer, or the form again: with whom to phone, or with what is wrong."""
    values, errors = forms.typed_in(act.fields, _LIMITS, world)
    texts = world.playbook.contact.check_back
    answer = next((value for value in texts.answers if value in act.fields.get("answer", ())[:1]), None)
    risks = tuple(value for value in texts.risks if value in act.fields.get("risk", ()))
    typed = {**{name: (value,) for name, value in values.items()}, "answer": (answer or "",), "risk": risks}
    if risks and act.action == CHECK_BACK:
        return Turn(session, (form(act.value, world, Redo(errors, typed), urgent=True),))
    if answer is None and not risks:
        errors = {**errors, "answer": world.playbook.texts.errors.unpicked}
    doubts = {} if risks else _doubts(act, values, world)
    if errors or doubts:
        redo = Redo({**doubts, **errors}, typed, may_keep=bool(doubts))
        return Turn(session, (form(act.value, world, redo, urgent=bool(risks)),))
    reference = CasePart.parse(act.value).reference
    told = AnswerCheckBack(reference, values["code"], answer or "yes", risks, values["text"])
    return Turn(session, (), (told,))


def _doubts(act: Submitted, values: Mapping[str, str], world: World) -> Mapping[str, str]:
    if any(act.fields.get(KEEP, ())):
        return {}
    return presses.doubts_about({"text": (values["text"],)}, {"text"}, world)
