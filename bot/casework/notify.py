"""Enqueue the notifications of a change to a case, in its transaction.

No reporter is told in the times that they avoid, and nobody at night of what can wait.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from bot.casework.acts import LINES
from bot.casework.context import Context, Work
from bot.domain.cases import UNACKNOWLEDGED, Stage
from bot.domain.notices import FLT_CHANNEL, REPORTER, NoticeKey, Recipient
from bot.domain.routing import Told
from bot.domain.times import next_allowed
from bot.storage.outbox import Notice, cards_of, enqueue, enqueue_all, was_shown
from bot.storage.removals import other_messages
from bot.storage.reports import Report, history, people_of

REMINDER, UNDELIVERED = "reminder", "undelivered"
# Their reporter waits for each of these at that very moment, or has to phone: they go out at any time.
_AT_ONCE = frozenset(("receipt", "late", UNDELIVERED))


def reporter_told_from(context: Context, report: Report, now: datetime) -> datetime | None:
    """When this reporter may be sent a line, from now on; None where they want none, or avoid every hour.

    What an older version took as free text stands in the details, and holds nothing up.
    """
    if report.answers.get("contact_by") == ("none",):
        return None
    known = context.world.playbook.contact.avoided
    chosen = [known[name] for name in report.answers.get("contact_avoid", ()) if name in known]
    return next_allowed(chosen, now, context.world.federation.working_time)


def is_uncontacted(context: Context, report: Report, now: datetime) -> bool:
    """Whether the reporter is sent nothing after the receipt: somebody else may be reading their messages."""
    return reporter_told_from(context, report, now) is None


def waits_until(context: Context, report: Report, kind: str, to_reporter: bool, now: datetime) -> datetime:
    """When a message of this kind may go out, from now on.

    A reminder of a standard case that is late is for working time, like the one that was in time.
    """
    if to_reporter and kind not in _AT_ONCE:
        return reporter_told_from(context, report, now) or now
    working = context.world.federation.working_time
    if kind == REMINDER and not report.row.urgent and working.half_day_at(now) is None:
        return next(working.half_days_from(now))[0]
    return now


# The role under which the ladder brings a case to someone.
LADDER = "ladder"


def owe_first_notices(work: Work, report: Report, told: Iterable[Told]) -> None:
    """The cards and notices that a new report owes, and its reporter's receipt."""
    owed = [("card", FLT_CHANNEL)] if report.row.visibility.in_channel else []
    owed += _to_people(told)
    if _can_be_told(work.context, report):
        owed.append(("receipt", REPORTER))
    notices = {work.context.vault.new_id(): _notice(report, kind, recipient) for kind, recipient in owed}
    enqueue_all(work.tx, notices, work.now)


def owe_people(work: Work, report: Report, told: Iterable[Told]) -> None:
    """A card for each person at level C, a notice without content for those at N alone."""
    for kind, recipient in _to_people(told):
        _owe(work, report, kind, recipient)


def _to_people(told: Iterable[Told]) -> list[tuple[str, Recipient]]:
    told = tuple(told)
    carded = {item.person for item in told if item.level == "C"}
    noticed = {item.person for item in told if item.level == "N"} - carded
    kinds = {"card": carded, "notice": noticed}
    return [(kind, Recipient(person)) for kind, people in kinds.items() for person in sorted(people)]


def owe_rewrites(work: Work, report: Report) -> None:
    """Every card of the report shows its new state, and the thread under the FLT's says what happened."""
    for recipient in _readers(work, report):
        _owe(work, report, "card", recipient)
    if work.context.flt_conversation[0] in work.context.threads and report.row.visibility.in_channel:
        _owe_lines(work, report)


def _readers(work: Work, report: Report) -> tuple[Recipient, ...]:
    """Who has, or is owed, a card of the report, and may still see it."""
    told, people = people_of(work.tx, report), work.context.world.federation.roster.people

    def may_see(recipient: Recipient) -> bool:
        if recipient == FLT_CHANNEL:
            return report.row.visibility.in_channel
        person = people.get(recipient.person)
        return person is not None and work.context.may(person, "list", report, told)

    return tuple(recipient for recipient in cards_of(work.tx, report.id) if may_see(recipient))


def _owe_lines(work: Work, report: Report) -> None:
    # What was written in this very transaction; what was written before has its lines already.
    for number, entry in enumerate(history(work.tx, report), start=1):
        if entry.at == work.now and entry.event in LINES:
            notice = Notice(NoticeKey.of("line", report.id, number), report.id, "line", FLT_CHANNEL)
            enqueue(work.tx, work.context.vault.new_id(), notice, work.now)


def owe_members(work: Work, report: Report, kind: str) -> int:
    """What the FLT's channel cannot be told, each FLT member is told who may see the report: how many.

    Nobody who is concerned, and nobody once somebody has the case. A notice ("withheld") is owed once,
    whatever happens to the report; a new card for each of its versions.
    """
    if report.state.stage not in UNACKNOWLEDGED or not report.row.visibility.in_channel:
        return 0
    told, roster = people_of(work.tx, report), work.context.world.federation.roster
    members = [roster.people[name] for name in roster.holders("flt", report.row.school)]
    may_see = [member for member in members if work.context.may(member, "list", report, told)]
    for member in may_see:
        recipient = Recipient(member.id)
        if kind == "card":
            _owe(work, report, kind, recipient)
        else:
            key = NoticeKey.of(kind, report.id, recipient)
            enqueue(work.tx, work.context.vault.new_id(), Notice(key, report.id, kind, recipient), work.now)
    return len(may_see)


def has_reached_somebody(work: Work, report: Report) -> bool:
    """Whether anybody who may work on the case was brought its card, or that it waits."""
    if report.state.stage is not Stage.SUBMITTED:
        return True
    told, roster = people_of(work.tx, report), work.context.world.federation.roster
    names = {item.person for item in told} | set(roster.holders("flt", report.row.school))
    may_see = [
        Recipient(name)
        for name in sorted(names & roster.people.keys())
        if work.context.may(roster.people[name], "assign", report, told)
    ]
    return was_shown(work.tx, report.id, may_see)


def owe_reporter(work: Work, report: Report, kind: str) -> None:
    """Tell a reporter who can be told; an anonymous one reads it with reference and code instead.

    A reporter who asked not to be contacted is sent nothing after the receipt; the status has the rest.
    """
    if is_uncontacted(work.context, report, work.now) and kind != "receipt":
        return
    if _can_be_told(work.context, report):
        _owe(work, report, kind, REPORTER)


def _can_be_told(context: Context, report: Report) -> bool:
    return report.reporter is not None and report.reporter.platform in context.platforms


def reached(work: Work, report: Report, told: tuple[Told, ...], person: str) -> tuple[str, ...]:
    """A person and, while they are away, their cover: those of them who may see the case.

    Where none of these is there, the Executive Headteacher too.
    """
    roster = work.context.world.federation.roster

    def who_may(names: Iterable[str]) -> tuple[str, ...]:
        people = [roster.people[name] for name in names if name in roster.people]
        return tuple(one.id for one in people if work.context.may(one, "list", report, told))

    found = who_may((person, *roster.stand_ins(person)))
    if person in roster.covers and roster.all_away(found):
        found += who_may(roster.holders("eht", report.row.school))
    return tuple(dict.fromkeys(found))


def owe_person(work: Work, report: Report, kind: str, person: str) -> None:
    """Notify one person on the roster, and their cover while they are away.

    A card that is rewritten in place tells nobody anything.
    """
    for name in reached(work, report, people_of(work.tx, report), person):
        _owe(work, report, kind, Recipient(name))


def owe_alone(work: Work, report: Report, kind: str, person: str) -> None:
    """Tell this person and nobody who stands in for them: a cover may be the very one it is about."""
    _owe(work, report, kind, Recipient(person))


def owe_once(work: Work, report: Report, kind: str, person: str, *apart: object) -> bool:
    """Tell this person once, of what `apart` tells apart; whether it is owed from now on."""
    recipient = Recipient(person)
    notice = Notice(NoticeKey.of(kind, report.id, recipient, *apart), report.id, kind, recipient)
    return enqueue(work.tx, work.context.vault.new_id(), notice, work.now)


def owe_addition(
    work: Work,
    report: Report,
    kind: str = "added",
    *,
    everybody: bool = False,
    held_before: str = "",
) -> None:
    """Tell the holder what the reporter did; without a holder, everyone with the case's card.

    Where nobody has a card any more, those who may work on it today. With `everybody` all of them, and
    `held_before`, who held it until now. Of those who are away their covers too.
    """
    told, people = people_of(work.tx, report), work.context.world.federation.roster.people

    def with_covers(names: Iterable[str]) -> list[Recipient]:
        return [Recipient(one) for name in names for one in reached(work, report, told, name)]

    recipients = with_covers(dict.fromkeys((report.state.holder, held_before)))
    if everybody or not recipients:
        readers = _readers(work, report)
        recipients += [name for name in readers if not name.person]
        recipients += with_covers(name.person for name in readers if name.person)
    if not recipients:
        may = [one for one in people.values() if work.context.may(one, "assign", report, told)]
        recipients = [Recipient(one.id) for one in may]
    for recipient in dict.fromkeys(recipients):
        _owe(work, report, kind, recipient)


def owe_gone(work: Work, report: Report, left: Iterable[Recipient]) -> None:
    """The cards of those who are to have nothing of the report are taken away, without a trace.

    From the FLT's channel everything else that was posted of it as well.
    """
    for recipient in left:
        _owe_gone(work, report, recipient, NoticeKey.of("card", report.id, recipient))
        posted = other_messages(work.tx, report.id, recipient) if recipient == FLT_CHANNEL else ()
        for message in posted:
            _owe_gone(work, report, recipient, message.key)


def _owe_gone(work: Work, report: Report, recipient: Recipient, key: NoticeKey) -> None:
    enqueue(
        work.tx,
        work.context.vault.new_id(),
        Notice(NoticeKey.of("gone", key), report.id, "gone", recipient),
        work.now,
    )


def _owe(work: Work, report: Report, kind: str, recipient: Recipient) -> None:
    enqueue(work.tx, work.context.vault.new_id(), _notice(report, kind, recipient), work.now)


def _notice(report: Report, kind: str, recipient: Recipient) -> Notice:
    # The version makes each state's card a message of its own, and a repeated event the same one.
    key = NoticeKey.of(kind, report.id, recipient, report.row.version)
    return Notice(key, report.id, kind, recipient)
