"""A reporter takes a report back: it is closed, or kept and worked on where somebody may be at risk."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.casework.context import Context
from bot.casework.notify import owe_addition, owe_rewrites
from bot.casework.state import assessment
from bot.domain.cases import Event, Happening, Refused, Stage, advance
from bot.domain.messages import Callout, Message, Tone
from bot.domain.turns import Sender, WithdrawReport
from bot.following.ownership import own_report
from bot.storage.database import Transaction
from bot.storage.reports import Entry, Report, add_entry, history, reload, save_state


def is_kept(context: Context, report: Report, entries: Iterable[Entry]) -> bool:
    """Whether somebody may be at risk, so that the report is worked on whether or not it is withdrawn.

    A child, an urgent case, a legal hold, a row of routes.yml that says `keep`, or what the newest
    assessment says of a child, a crime or an adult who works with children.
    """
    kept, row = {row.id for row in context.world.playbook.rows if row.keep}, report.row
    at_risk = row.child or row.urgent or row.legal_hold or kept.intersection(report.route.rows)
    assessed = assessment(entries)
    detail = assessed.detail if assessed else {}
    worrying = {detail.get("child"), detail.get("crime")} & {"yes", "unsure"}
    return bool(at_risk or worrying or detail.get("nature") in ("allegation", "low_level"))


def was_withdrawn(entries: Iterable[Entry]) -> bool:
    """Whether the reporter has withdrawn it, and it was kept."""
    return any(entry.event == Happening.WITHDRAW_KEPT.value for entry in entries)


def withdraw(
    tx: Transaction, context: Context, sender: Sender, command: WithdrawReport, now: datetime
) -> Message:
    """Withdraw the report: whoever has it is told, nothing is deleted, and it happens once."""
    texts = context.world.playbook.texts.aftercare
    report = own_report(tx, context, sender, command.reference, command.code, now)
    if isinstance(report, str):
        return said("warning", context.texts.status.add_unknown)
    if report.state.stage is Stage.CLOSED:
        return said("info", texts.withdraw_closed.fill(reference=report.reference))
    if was_withdrawn(history(tx, report)):
        return said("info", texts.withdrawn_before.fill(reference=report.reference))
    kept = is_kept(context, report, history(tx, report))
    if not _happen(tx, context, report, Happening.WITHDRAW_KEPT if kept else Happening.WITHDRAW, now):
        return said("warning", context.texts.status.add_unknown)
    text = texts.withdrawn_kept if kept else texts.withdrawn
    return said("success", text.fill(reference=report.reference))


def said(tone: Tone, text: str) -> Message:
    """One line for a reporter about their report; kept in no history."""
    return Message((Callout(tone, text),), summary=text, ephemeral=True)


def _happen(tx: Transaction, context: Context, report: Report, what: Happening, now: datetime) -> bool:
    state = advance(report.state, Event(what, "reporter"))
    assert not isinstance(state, Refused)
    closed = state.stage is Stage.CLOSED
    due_at, closed_at = (None, now) if closed else (report.row.due_at, report.row.closed_at)
    if not save_state(tx, report, state, due_at, closed_at):
        return False
    entry = Entry(now, "reporter", "", what.value, state.stage.value, {})
    add_entry(tx, context.vault, report, entry)
    report = reload(tx, context.vault, report)
    owe_rewrites(tx, context, report, now)
    owe_addition(tx, context, report, now, what.value)
    return True
