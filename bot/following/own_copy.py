"""A reporter's copy of their own report: what they wrote, when, and where it stands. Private, and no file."""

from __future__ import annotations

from datetime import datetime

from bot.casework.card import kind_name, status_line
from bot.casework.context import Context, facts
from bot.domain.access import Actor, access_report
from bot.domain.messages import Facts, Heading, Message, Paragraph
from bot.domain.turns import CopyReport, Sender
from bot.following import forms
from bot.following.ownership import own_report
from bot.reporting.review import answered
from bot.reporting.steps import Redo
from bot.storage.database import Transaction
from bot.storage.reports import Report, history, people_of

# What stands in a reporter's copy of the history: what they wrote, and what they were asked.
_SHOWN = frozenset(("add", "answer", "correct", "ask"))


def own_copy(tx: Transaction, context: Context, sender: Sender, asked: CopyReport, now: datetime) -> Message:
    """The copy; or the form for the receipt code, in the same words whether or not there is such a report."""
    report = own_report(tx, context, sender, asked.reference, asked.code, now)
    if isinstance(report, str):
        redo = Redo({"code": report}, {"code": (asked.code,)}) if asked.code else None
        return forms.copy_form(asked.reference, context.world, redo)
    case = facts(report, people_of(tx, report))
    if not access_report(context.world.permissions, Actor(reporter=True), "export", case):
        return forms.copy_form(asked.reference, context.world, None)
    return _copy(tx, context, report)


def _copy(tx: Transaction, context: Context, report: Report) -> Message:
    texts, labels = context.world.paper.copy_, context.texts.labels
    title = texts.title.fill(reference=report.reference)
    rows = (
        (labels.received, context.local(report.row.received_at)),
        (labels.status, status_line(context, report)),
        *answered(context.world, report.answers, card=False),
        *_later(tx, context, report),
    )
    blocks = (
        Heading(title),
        Paragraph(texts.text, muted=True),
        Heading(kind_name(context, report)),
        Facts(rows),
    )
    return Message(blocks, summary=context.texts.status.title, replaces="report.copy", ephemeral=True)


def _later(tx: Transaction, context: Context, report: Report) -> list[tuple[str, str]]:
    events = context.texts.events
    return [
        (f"{events.named(entry.event).fill()} · {context.local(entry.at)}", entry.detail.get("text", ""))
        for entry in history(tx, report)
        if entry.event in _SHOWN
    ]
