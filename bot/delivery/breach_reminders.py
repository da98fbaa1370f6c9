"""Reminders that the breach clock of a case ends: who is reminded, and what they read."""

from __future__ import annotations

from collections.abc import Iterable

from bot.casework import breach
from bot.casework.card import kind_name
from bot.casework.case import Case
from bot.casework.context import Context, Work
from bot.casework.notify import owe_once, reached
from bot.delivery.reminders import may_be_reminded
from bot.domain.messages import Button, Buttons, Heading, Message, Paragraph, Tags
from bot.domain.routing import Told
from bot.storage.outbox import Notice, newest_key
from bot.storage.reports import Report

BREACH = "breach"


def remind(case: Case) -> None:
    """Owe the newest reminder that is due, once to each person: any while the clock runs, later a new one.

    Of a case that is opened again it may have come due before it was looked at.
    """
    work, since = case.work, case.report.row.work_at
    ends = breach.ends_at(work.context, case.report)
    due = [
        (number, at)
        for number, at in enumerate(breach.reminder_times(work.context, case.report))
        if at <= work.now
    ]
    for number, at in due[-1:]:
        if (ends and work.now < ends) or since is None or at >= since:
            for person in _reminded(case):
                owe_once(work, case.report, BREACH, person, number)


def _reminded(case: Case) -> tuple[str, ...]:
    """Who has it in the role of the clock, and its holder, with their covers.

    Where nobody has it in that role any more, who holds the role by now and may see the case; where none
    does, everyone who is reminded of a case that waits.
    """
    context, report = case.work.context, case.report
    roster = context.world.federation.roster
    lead = _reached(case, in_its_role(context, case.told))
    now = () if lead else _reached(case, roster.own_holders(context.texts.breach.remind, report.row.school))
    found = dict.fromkeys((*lead, *now, *_reached(case, (report.state.holder,))))
    return tuple(found) or tuple(may_be_reminded(context, report, case.told))


def in_its_role(context: Context, told: Iterable[Told]) -> tuple[str, ...]:
    """Who of those told has the case in the role that the clock is for."""
    role = context.texts.breach.remind
    return tuple(item.person for item in told if item.level == "C" and item.role == role)


def _reached(case: Case, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(one for name in names for one in reached(case.work, case.report, case.told, name))
    )


def is_overtaken(work: Work, report: Report, notice: Notice) -> bool:
    """Whether the clock runs no more, or a later reminder of it is owed or was sent."""
    ended = breach.ends_at(work.context, report) is None
    return ended or notice.key.parts[-1] < newest_key(work.tx, notice).parts[-1]


def reminder(context: Context, report: Report) -> Message:
    """When the clock ends, and what has to be decided by then: no word of the report."""
    texts, ends = context.texts.breach, breach.ends_at(context, report)
    assert ends is not None, "a reminder of a clock that does not run is overtaken"
    title = texts.reminder.title.fill(reference=report.reference, when=context.local(ends))
    text = texts.reminder.text.fill(kind=kind_name(context, report), hours=str(texts.hours))
    tags = (context.texts.tags.drill,) if report.row.drill else (texts.tag,)
    button = Button(
        context.texts.buttons["open"].fill(reference=report.reference), "case.show", report.reference
    )
    return Message((Tags(tags), Heading(title), Paragraph(text), Buttons((button,))), summary=title)
