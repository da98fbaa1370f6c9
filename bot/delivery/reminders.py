"""Reminders: who was told of a case hears of it again until somebody acknowledges it.

A reminder is owed once for each slot of the timetable and recipient, and says nothing of the report. It
is for what somebody has been told: a case whose card has not reached anybody yet owes none.
"""

from __future__ import annotations

from datetime import UTC, datetime

from bot.casework.card import kind_name
from bot.casework.context import Context
from bot.casework.quiet_hours import REMINDER as REMINDER
from bot.domain.cases import Stage
from bot.domain.messages import Button, Buttons, Heading, Message, Paragraph, Tags
from bot.domain.notices import NoticeKey, Recipient
from bot.domain.routing import Told
from bot.storage.database import Transaction
from bot.storage.outbox import Notice, enqueue, newest_key
from bot.storage.reports import Report, people_of
from bot.storage.timers import set_reminder


def remind(
    tx: Transaction, context: Context, report: Report, told_now: tuple[str, ...], now: datetime
) -> None:
    """Owe what is due of the reminders, the newest alone, and set the next one.

    Whoever is told at this very moment needs none.
    """
    if not _is_waiting(report):
        set_reminder(tx, report, None)
        return
    timetable, since = context.timetable(report), report.row.remind_at
    slot = since and timetable.newest_reminder(since, now)
    if slot is not None and report.state.stage is Stage.DELIVERED:
        for person in _reminded(context, report, people_of(tx, report)):
            if person not in told_now:
                _owe(tx, context, report, Recipient(person), slot, now)
    set_reminder(tx, report, timetable.reminder_after(now))


def _owe(
    tx: Transaction, context: Context, report: Report, recipient: Recipient, slot: datetime, now: datetime
) -> None:
    key = NoticeKey.of(REMINDER, report.id, recipient, f"{slot.astimezone(UTC):%Y%m%d%H%M%S}")
    enqueue(tx, context.vault.new_id(), Notice(key, report.id, REMINDER, recipient), now)


def _is_waiting(report: Report) -> bool:
    return report.state.stage in (Stage.SUBMITTED, Stage.DELIVERED)


def _reminded(context: Context, report: Report, told: tuple[Told, ...]) -> list[str]:
    """Whoever has its card, and on the open route the FLT's people: as far as they may still see it."""
    roster = context.world.federation.roster
    carded = [item.person for item in told if item.level == "C"]
    members = roster.holders("flt", report.row.school) if report.row.visibility.in_channel else ()
    people = [roster.people[name] for name in sorted({*carded, *members}) if name in roster.people]
    return [person.id for person in people if context.may(person, "list", report, told)]


def is_overtaken(tx: Transaction, report: Report, notice: Notice) -> bool:
    """Whether somebody has the case by now, or a newer reminder is owed or was sent."""
    newest = newest_key(tx, notice)
    return not _is_waiting(report) or notice.key.parts[-1] < newest.parts[-1]


def reminder(context: Context, report: Report) -> Message:
    """That a case waits: its reference, kind and urgency, and the way to it."""
    texts = context.texts.reminder
    title = texts.title.fill(reference=report.reference)
    urgent = (context.texts.tags.urgent,) if report.row.urgent else ()
    label = context.texts.buttons.open.fill(reference=report.reference)
    text = Paragraph(texts.text.fill(kind=kind_name(context, report)))
    button = Buttons((Button(label, "case.show", report.reference),))
    return Message((Heading(title), Tags(urgent), text, button), summary=title)
