"""What a reporter may do after Send: look it up, add, answer, correct, withdraw, send it to somebody else."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.content.world import World
from bot.domain.messages import Message
from bot.domain.presses import CasePart, ListPart
from bot.domain.references import read_reference
from bot.domain.turns import (
    AddToReport,
    Command,
    Complain,
    CopyReport,
    MoveReport,
    Pressed,
    Session,
    ShowStatus,
    Submitted,
    Turn,
    WithdrawReport,
)
from bot.following import check_back_form, forms
from bot.reporting import presses, steps

_FORMS: Mapping[str, Callable[[str, World], Message]] = {
    forms.STATUS: lambda _reference, world: forms.status_form(world),
    forms.ADD: lambda reference, world: forms.text_form(forms.ADD, reference, world),
    forms.CORRECT: lambda reference, world: forms.text_form(forms.CORRECT, reference, world),
    forms.WITHDRAW: lambda reference, world: forms.withdraw_form(reference, world),
    forms.MOVE: lambda reference, world: forms.move_form(reference, world),
    check_back_form.CHECK_BACK: lambda reference, world: check_back_form.form(reference, world),
    forms.MORE: lambda reference, world: forms.choices(reference, world),
    forms.SETTLED: lambda reference, world: forms.choices(reference, world, settled=True),
}


def pressed(session: Session, act: Pressed, world: World) -> Turn | None:
    """What a press on a report that was sent leads to; None where the press is about something else."""
    if act.action in ("report.read", forms.ANSWER):
        return Turn(session, (), (ShowStatus(act.value),))
    if act.action == forms.OLDER:
        return Turn(session, (), (ShowStatus(start=ListPart.parse(act.value).start),))
    if act.action == forms.COPY:
        return Turn(session, (), (CopyReport(act.value),))
    if act.action == forms.BADLY:
        return Turn(session, (), (Complain(act.value),))
    form = _FORMS.get(act.action)
    return Turn(session, (form(act.value, world),)) if form else None


def submitted(session: Session, act: Submitted, world: World) -> Turn | None:
    """What a form about a report that was sent does; None where the form is about something else."""
    if act.action in forms.TOLD:
        return _told(session, act, world)
    found = _SUBMITTED.get(act.action)
    return found(session, act, world) if found else None


def _told(session: Session, act: Submitted, world: World) -> Turn:
    limits = {"text": (forms.LONGEST, True), "code": (forms.SHORT, False)}
    values, errors = forms.typed_in(act.fields, limits, world)
    keep = any(act.fields.get(steps.KEEP, ()))
    doubts = {} if keep else presses.doubts_about({"text": (values["text"],)}, {"text"}, world)
    if errors or doubts:
        redo = steps.Redo({**doubts, **errors}, _typed(values), may_keep=bool(doubts))
        return Turn(session, (forms.text_form(act.action, act.value, world, redo),))
    told = AddToReport(
        CasePart.parse(act.value).reference, values["code"], values["text"], forms.TOLD[act.action]
    )
    return Turn(session, (), (told,))


def _typed(values: Mapping[str, str]) -> Mapping[str, tuple[str, ...]]:
    return {name: (value,) for name, value in values.items()}


def _looked_up(session: Session, act: Submitted, world: World) -> Turn:
    limits = {"reference": (forms.SHORT, True), "code": (forms.SHORT, True)}
    values, errors = forms.typed_in(act.fields, limits, world)
    if errors:
        return Turn(session, (forms.status_form(world, steps.Redo(errors, _typed(values))),))
    return Turn(session, (), (ShowStatus(read_reference(values["reference"]), values["code"]),))


def _copied(session: Session, act: Submitted, world: World) -> Turn:
    return _by_code(session, act, world, forms.copy_form, CopyReport)


def _complained(session: Session, act: Submitted, world: World) -> Turn:
    return _by_code(session, act, world, forms.complain_form, Complain)


def _by_code(
    session: Session,
    act: Submitted,
    world: World,
    again: Callable[[str, World, steps.Redo], Message],
    command: Callable[[str, str], Command],
) -> Turn:
    """A form of the receipt code alone: the command, or the form again with what is wrong."""
    values, errors = forms.typed_in(act.fields, {"code": (forms.SHORT, True)}, world)
    if errors:
        return Turn(session, (again(act.value, world, steps.Redo(errors, _typed(values))),))
    return Turn(session, (), (command(act.value, values["code"]),))


def _withdrawn(session: Session, act: Submitted, world: World) -> Turn:
    return _chosen(session, act, world, "sure", forms.withdraw_form, WithdrawReport)


def _moved(session: Session, act: Submitted, world: World) -> Turn:
    def command(reference: str, code: str) -> Command:
        return MoveReport(reference, code, act.fields["to"][0])

    return _chosen(session, act, world, "to", forms.move_form, command)


def _chosen(
    session: Session,
    act: Submitted,
    world: World,
    name: str,
    again: Callable[[str, World, steps.Redo], Message],
    command: Callable[[str, str], Command],
) -> Turn:
    """A form of one choice and the receipt code: the command, or the form again with what is wrong."""
    values, errors = forms.typed_in(act.fields, {"code": (forms.SHORT, False)}, world)
    picked = act.fields.get(name, ())[:1]
    if not set(picked) & set(forms.CHOICES[name]):
        texts = world.playbook.texts
        unpicked = {"sure": texts.aftercare.withdraw_unsure, "to": texts.errors.unpicked}
        errors = {**errors, name: unpicked[name]}
    if errors:
        redo = steps.Redo(errors, {**_typed(values), name: picked})
        return Turn(session, (again(act.value, world, redo),))
    return Turn(session, (), (command(CasePart.parse(act.value).reference, values["code"]),))


_SUBMITTED: Mapping[str, Callable[[Session, Submitted, World], Turn]] = {
    forms.STATUS: _looked_up,
    forms.COPY: _copied,
    forms.BADLY: _complained,
    forms.WITHDRAW: _withdrawn,
    forms.MOVE: _moved,
    check_back_form.CHECK_BACK: check_back_form.submitted,
    check_back_form.URGENT: check_back_form.submitted,
}
