"""Reminders of the work: one message a half-day for each person, and the IT Manager's that a case waits.

What they say is read when they are sent, so that what was done by then is left out.
"""

from __future__ import annotations

from datetime import UTC, datetime

from bot.casework import diary, proposals
from bot.casework.card import kind_name
from bot.casework.case import Case
from bot.casework.context import Work
from bot.casework.diary import OverdueItem
from bot.casework.notify import reached
from bot.domain.cases import UNACKNOWLEDGED
from bot.domain.messages import Block, Bullets, Button, Buttons, Heading, Message, Paragraph
from bot.domain.notices import NoticeKey, Recipient
from bot.domain.roster import Person
from bot.people.holders import open_cases
from bot.storage.outbox import Notice, enqueue
from bot.storage.reports import Report, histories
from bot.storage.timers import set_work_reminder

WORK, WAITS = "work", "waits"
_MENDS = "it"
_LINES, _BUTTONS = 20, 10


def remind(case: Case) -> None:
    """Owe what has fallen due since it was to be looked at, and set when it is looked at next.

    Outside working time it waits for the next half-day.
    """
    work, report = case.work, case.report
    planned, working = report.row.work_at, work.context.world.federation.working_time
    half_day = working.half_day_at(work.now) or next(working.half_days_from(work.now))
    # Of a case that is older than these reminders everything that is late is said once.
    since = None if planned == report.row.work_from else planned
    for item in diary.overdue(work.context, report, case.entries, work.now):
        if since is None or item.at >= since:
            for person in _reminded(case, item):
                _owe(work, WORK, f"{half_day[0].astimezone(UTC):%Y%m%d%H%M}", person)
    set_work_reminder(work.tx, report, diary.next_at(work.context, report, case.entries, work.now))


def _reminded(case: Case, item: OverdueItem) -> tuple[str, ...]:
    """Who is: whose task it is, who can be the second of two, or the holder; the second time `eht` too.

    With their covers, and nobody who may not see the case.
    """
    work, report = case.work, case.report
    if item.asker:
        waiting = proposals.pending(case)
        # Where nobody is left, the asker has to ask in another way.
        return proposals.asked_of(case, item.asker) or (item.asker,) if waiting else ()
    if item.task is not None:
        # Who may not read the case any more could not tick it: then its holder is reminded of it.
        owners = reached(work, report, case.told, item.task.person)
        able = tuple(name for name in owners if _may_read(case, name))
        return able or reached(work, report, case.told, report.state.holder)
    roster, row = work.context.world.federation.roster, report.row
    others = roster.own_holders("eht", row.school) if item.times > 1 else ()
    names = (report.state.holder, *others)
    return tuple(dict.fromkeys(one for name in names for one in reached(work, report, case.told, name)))


def _may_read(case: Case, name: str) -> bool:
    return case.may(case.work.context.world.federation.roster.people[name], "details")


def say_that_one_waits(work: Work, report: Report) -> None:
    """Once a day the IT Manager, unless concerned, learns that a case waits: not which, nor its kind."""
    roster = work.context.world.federation.roster
    for person in roster.holders(_MENDS, report.row.school):
        if _may_hear(report, person):
            _owe(work, WAITS, str(work.context.world.federation.working_time.day_of(work.now)), person)


def _owe(work: Work, kind: str, slot: str, person: str) -> None:
    notice = Notice(NoticeKey.of(kind, slot, person), "", kind, Recipient(person))
    enqueue(work.tx, work.context.vault.new_id(), notice, work.now)


def _may_hear(report: Report, person: str) -> bool:
    return person not in report.route.excluded_people and _MENDS not in report.route.excluded_roles


def has_ended(report: Report) -> bool:
    """Whether nobody has the case and the ladder has brought it to everyone whom it may be brought to."""
    return report.state.stage in UNACKNOWLEDGED and report.row.due_at is None


def not_before(work: Work, notice: Notice) -> datetime:
    """When it may go out: reminders of the work are for working time."""
    working = work.context.world.federation.working_time
    if notice.kind != WORK or working.half_day_at(work.now) is not None:
        return work.now
    return next(working.half_days_from(work.now))[0]


def digest(work: Work, _notice: Notice, person: Person) -> Message | None:
    """What waits for this very person, one line each, the longest first; None where nothing does any more."""
    found = sorted(_waiting_for(work, person), key=lambda pair: pair[1].since)
    if not found:
        return None
    texts = work.context.work.reminder
    lines = [_line(work, report, item) for report, item in found[:_LINES]]
    if len(found) > _LINES:
        lines.append(texts.more.fill(count=len(found) - _LINES))
    shown = list(dict.fromkeys(report.reference for report, _ in found))[:_BUTTONS]
    label = work.context.texts.buttons["open"]
    buttons = tuple(Button(label.fill(reference=one), "case.show", one) for one in shown)
    blocks: tuple[Block, ...] = (
        Heading(texts.title),
        Bullets(tuple(lines)),
        Paragraph(texts.text, muted=True),
    )
    return Message((*blocks, Buttons(buttons)), summary=texts.title)


def _waiting_for(work: Work, person: Person) -> list[tuple[Report, OverdueItem]]:
    cases = tuple(open_cases(work))
    entries = histories(work.tx, cases)
    return [
        (report, item)
        for report in cases
        for item in diary.overdue(work.context, report, entries[report.id], work.now)
        if person.id in _reminded(Case(work, report), item)
    ]


def _line(work: Work, report: Report, item: OverdueItem) -> str:
    context, texts = work.context, work.context.work.reminder
    about = {"reference": report.reference, "kind": kind_name(context, report)}
    when = context.local(item.since)
    if item.task is not None:
        return texts.task.fill(**about, person=context.name(item.task.person), when=when)
    if item.asker:
        said = texts.second_alone if Case(work, report).closers.unanswerable() else texts.second
        return said.fill(**about, person=context.name(item.asker), when=when)
    return texts.idle.fill(**about, person=context.name(report.state.holder), when=when)


def waits(work: Work, _notice: Notice, person: Person) -> Message | None:
    """That a case waits; None where none does any more, or somebody else looks after the machine now."""
    roster, texts = work.context.world.federation.roster, work.context.work.reminder
    waiting = [report for report in open_cases(work) if has_ended(report) and _may_hear(report, person.id)]
    if not any(_MENDS in roster.roles_of(person.id, report.row.school) for report in waiting):
        return None
    return Message((Heading(texts.waits_title), Paragraph(texts.waits)), summary=texts.waits_title)
