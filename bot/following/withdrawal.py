"""A reporter takes a report back: it is closed, or kept for a risk or the policy's sake."""

from __future__ import annotations

from collections.abc import Iterable

from bot.casework import closing
from bot.casework.case import Case
from bot.casework.context import Work
from bot.casework.notify import owe_addition
from bot.domain.cases import Event, Happening, Refused, Stage
from bot.domain.messages import Callout, Message, Tone
from bot.domain.turns import Sender, WithdrawReport
from bot.following import forms
from bot.following.ownership import own_case, unstored
from bot.reporting.steps import Redo
from bot.storage.reports import Entry


def is_kept(case: Case) -> bool:
    """Whether it is worked on whether or not it is withdrawn: a withdrawal does not close it.

    A child, an urgent case, a legal hold, a row of routes.yml that says `keep` or tells somebody because
    the policy asks for it, or what any assessment says of a child, a crime or an adult who works here.
    """
    kept, row = {row.id for row in case.work.context.world.playbook.rows if row.keep}, case.report.row
    at_risk = row.child or row.urgent or row.legal_hold or kept.intersection(case.report.route.rows)
    crimes = {entry.detail.get("crime") for entry in case.entries if entry.event == "assess"}
    worrying = closing.kind_of(case) not in ("question", "other")
    return bool(at_risk or worrying or crimes & {"yes", "unsure"})


def was_withdrawn(entries: Iterable[Entry]) -> bool:
    """Whether the reporter has withdrawn it, and it was kept."""
    return any(entry.event == Happening.WITHDRAW_KEPT.value for entry in entries)


def withdraw(work: Work, sender: Sender, command: WithdrawReport) -> Message:
    """Withdraw the report: tell the people who have it, delete nothing. Idempotent."""
    texts = work.context.world.playbook.texts.aftercare
    case = own_case(work, sender, command.reference, command.code)
    if isinstance(case, str):
        redo = Redo({"code": unstored(work.context, case)}, {"sure": ("yes",), "code": (command.code,)})
        return forms.withdraw_form(command.reference, work.context.world, redo)
    report = case.report
    if report.state.stage is Stage.CLOSED:
        return said("info", texts.withdraw_closed.fill(reference=report.reference))
    if was_withdrawn(case.entries):
        return said("info", texts.withdrawn_before.fill(reference=report.reference))
    kept = is_kept(case)
    what = Happening.WITHDRAW_KEPT if kept else Happening.WITHDRAW
    withdrawn = case.apply(Event(what, "reporter"))
    if isinstance(withdrawn, Refused):
        return said("warning", work.context.texts.status.add_unknown)
    owe_addition(work, withdrawn.report, what.value)
    text = texts.withdrawn_kept if kept else texts.withdrawn
    return said("success", text.fill(reference=report.reference))


def said(tone: Tone, text: str) -> Message:
    """One line for a reporter about their report; kept in no history."""
    return Message((Callout(tone, text),), summary=text, ephemeral=True)
