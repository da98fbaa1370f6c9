"""Reminders of cases that nobody has acknowledged: who is reminded, when, and what they read."""

from __future__ import annotations

from datetime import UTC, datetime

from bot.casework.card import kind_name
from bot.casework.context import Context, Work
from bot.casework.notify import REMINDER
from bot.delivery.work_reminders import has_ended, say_that_one_waits
from bot.domain.cases import UNACKNOWLEDGED, Stage
from bot.domain.messages import Button, Buttons, Heading, Message, Paragraph, Tags
from bot.domain.notices import NoticeKey, Recipient
from bot.domain.routing import Told
from bot.storage.database import Transaction
from bot.storage.outbox import Notice, enqueue, newest_key
from bot.storage.reports import Report, people_of
from bot.storage.timers import set_reminder


def remind(work: Work, report: Report, told_now: tuple[str, ...]) -> None:
    """Owe what is due of the reminders, the newest alone, and set the next one.

    People told at this very moment need none.
    """
    if not _is_waiting(report):
        set_reminder(work.tx, report, None)
        return
    if has_ended(report):
        say_that_one_waits(work, report)
    timetable = work.context.timetable(report, ended=has_ended(report))
    since = report.row.remind_at
    slot = since and timetable.newest_reminder(since, work.now)
    if slot is not None and report.state.stage is Stage.DELIVERED:
        for person in may_be_reminded(work.context, report, people_of(work.tx, report)):
            if person not in told_now:
                _owe(work, report, Recipient(person), slot)
    set_reminder(work.tx, report, timetable.reminder_after(work.now))


def _owe(work: Work, report: Report, recipient: Recipient, slot: datetime) -> None:
    key = NoticeKey.of(REMINDER, report.id, recipient, f"{slot.astimezone(UTC):%Y%m%d%H%M%S}")
    enqueue(work.tx, work.context.vault.new_id(), Notice(key, report.id, REMINDER, recipient), work.now)


def _is_waiting(report: Report) -> bool:
    return report.state.stage in UNACKNOWLEDGED


def may_be_reminded(context: Context, report: Report, told: tuple[Told, ...]) -> list[str]:
    """People with its card, and on the open route the FLT: those of them who may still see it.

    Of a picture taken by accident, which the FLT does not work on, its members are reminded after the
    ladder's end alone, and the Executive Headteacher of any case then.
    """
    roster, school = context.world.federation.roster, report.row.school
    of_flt = not report.row.accidental or has_ended(report)
    carded = [item.person for item in told if item.level == "C" and (of_flt or item.role != "flt")]
    members = roster.holders("flt", school) if report.row.visibility.in_channel and of_flt else ()
    heads = roster.holders("eht", school) if has_ended(report) else ()
    people = [roster.people[name] for name in sorted({*carded, *members, *heads}) if name in roster.people]
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
    label = context.texts.buttons["open"].fill(reference=report.reference)
    text = Paragraph(texts.text.fill(kind=kind_name(context, report)))
    button = Buttons((Button(label, "case.show", report.reference),))
    return Message((Heading(title), Tags(urgent), text, button), summary=title)
