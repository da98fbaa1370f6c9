"""What becomes of what could not be delivered: who is told instead, over which way, and that it is late.

A dead letter is an event of the escalation: the next people are told at once, over another platform where
there is one; a reporter who can be told learns that nobody has the report yet, with the phone list.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.campaigns.reminders import ASK, not_reached
from bot.casework.case import Case
from bot.casework.context import Work
from bot.casework.notify import UNDELIVERED, owe_members, owe_reporter
from bot.consulting import questions
from bot.delivery.notices import kept_on
from bot.domain.cases import Stage
from bot.domain.messages import Heading, Message, Paragraph
from bot.domain.notices import FLT_CHANNEL, REPORTER, NoticeKey, Recipient
from bot.domain.roster import Person
from bot.domain.staff import StaffMember
from bot.staff.register import member_known_as
from bot.storage import outbox
from bot.storage.database import Transaction
from bot.storage.drawings import REDRAW
from bot.storage.outbox import Claimed, Notice, enqueue
from bot.storage.reports import report_by_id

# How soon a channel that was mended, or a token, is noticed.
_MENDED_IN = timedelta(minutes=5)


def undeliverable(work: Work, claimed: Claimed, platform: str, fault: str) -> None:
    """The platform will never take it: it goes another way, else others are told at once."""
    if not outbox.give_up(work.tx, claimed, work.now, fault, platform):
        return
    if _goes_another_way(work, claimed, platform):
        return
    if claimed.notice.kind == ASK:
        not_reached(work, claimed.notice)
    if claimed.notice.kind == questions.KIND:
        questions.pass_on(work, claimed.notice)
    _tell_others(work, claimed)
    _say_that_nobody_has_it(work, claimed)


def outage(work: Work, claimed: Claimed, platform: str, fault: str) -> None:
    """The platform takes nothing until it is mended: others are told at once, and the row waits for that.

    Where the recipient has an account on another platform, it goes there now.
    """
    elsewhere = not kept_on(work.tx, claimed.notice) and _has_another_way(work, claimed, platform)
    wait = timedelta(0) if elsewhere else _MENDED_IN
    again = outbox.try_again(work.tx, claimed, work.now + wait, _kept(claimed, "outage", fault), platform)
    if not again or elsewhere or not claimed.notice.report_id:
        return
    climbed = report_by_id(work.tx, work.context.vault, claimed.notice.report_id).state.level
    # One step at most: the ladder's next people are most likely unreachable as well.
    if "outage: " not in claimed.fault and not climbed:
        _tell_others(work, claimed)
    # Nor when it is late: whose row comes first is chance.
    _say_when_late(work, claimed, tell_others=not climbed)


def withheld(work: Work, claimed: Claimed, why: str) -> None:
    """The FLT's channel is not private enough: the row waits until it is, and the FLT's people learn of it.

    Each is told once of a report, by direct message; the ladder's clock runs on. Of a card that only has
    to be drawn again, nobody.
    """
    waits = outbox.try_again(work.tx, claimed, work.now + _MENDED_IN, _kept(claimed, "withheld", why))
    if waits and claimed.notice.kind != REDRAW:
        report = report_by_id(work.tx, work.context.vault, claimed.notice.report_id)
        owe_members(work, report, "withheld")


def again(
    work: Work,
    claimed: Claimed,
    due_at: datetime,
    why: tuple[str, str],
    platform: str = "",
) -> None:
    """The row is due again at `due_at`. `why` is its kind ("passing", "unclear", "broken") and the fault.

    Where nobody at all has the report by the Federation's own target, others are told now.
    """
    kind, fault = why
    if outbox.try_again(work.tx, claimed, due_at, _kept(claimed, kind, fault), platform):
        _say_when_late(work, claimed)


def wait(tx: Transaction, claimed: Claimed, due_at: datetime, why: str) -> None:
    """The row waits for another one: nothing went wrong."""
    outbox.try_again(tx, claimed, due_at, _kept(claimed, "waiting", why))


def _kept(claimed: Claimed, kind: str, why: str) -> str:
    # Whether an earlier try was taken is as unclear as before: the next one has to look.
    unclear = claimed.unclear and kind != "unclear"
    return f"unclear, {kind}: {why}" if unclear else f"{kind}: {why}"


def _has_another_way(work: Work, claimed: Claimed, platform: str) -> bool:
    """Whether this person can be told on a platform that is up and has not refused for good."""
    notice, accounts = claimed.notice, _accounts(work, claimed.notice)
    if not accounts or not platform:
        return False
    shut = outbox.dead_ways(work.tx, notice, work.now) | work.context.outages.platforms | {platform}
    return any(name in accounts and name not in shut for name in work.context.platforms)


def _accounts(work: Work, notice: Notice) -> Mapping[str, str]:
    """The user ids of whom a message is for; in a campaign also those that the list of staff tells."""
    found: Person | StaffMember | None
    federation = work.context.world.federation
    if notice.kind == ASK:
        found = member_known_as(work.tx, work.context.vault, federation, notice.key.parts[1])
    else:
        found = federation.roster.people.get(notice.recipient.person)
    return found.accounts if found else {}


def _goes_another_way(work: Work, claimed: Claimed, platform: str) -> bool:
    if not _has_another_way(work, claimed, platform):
        return False
    notice = claimed.notice
    over = Notice(notice.key.elsewhere(platform), notice.report_id, notice.kind, notice.recipient)
    return outbox.enqueue(work.tx, work.context.vault.new_id(), over, work.now)


def _say_when_late(work: Work, claimed: Claimed, *, tell_others: bool = True) -> None:
    if not claimed.notice.report_id:
        return
    case = Case.of(work, claimed.notice.report_id)
    longest = timedelta(minutes=work.context.world.federation.targets.undelivered)
    if work.now - case.report.row.received_at < longest or case.has(UNDELIVERED):
        return
    if claimed.notice.kind == "card" and case.report.state.stage is Stage.SUBMITTED:
        if tell_others:
            _tell_others(work, claimed)
        _say_that_nobody_has_it(work, claimed)


def _say_that_nobody_has_it(work: Work, claimed: Claimed) -> None:
    """The case's history says so, and so is the reporter told: once, and while it is true."""
    if claimed.notice.kind != "card":
        return
    case = Case.of(work, claimed.notice.report_id)
    if case.report.state.stage is Stage.SUBMITTED and not case.has(UNDELIVERED):
        case.enter(UNDELIVERED)
        owe_reporter(work, case.report, UNDELIVERED)


def _tell_others(work: Work, claimed: Claimed) -> None:
    """What one recipient cannot be told, others are: the FLT's people by name, else the ladder's next.

    Not where somebody has the case, nor where the recipient has the card and only its rewriting failed;
    but a channel that is gone shows nobody its card any more.
    """
    notice = claimed.notice
    if notice.kind != "card" or notice.recipient == REPORTER:
        return
    case = Case.of(work, notice.report_id)
    report = case.report
    if notice.recipient == FLT_CHANNEL and owe_members(work, report, "card"):
        return
    has_it = outbox.posted_card(work.tx, report.id, notice.recipient) is not None
    if report.row.due_at is not None and not has_it:
        case.climb_at(work.now)


CHANNEL = "channel"
_ROLE = "it"


def look(work: Work, told: str) -> str:
    """Notify those who can mend the channel, once a day, where the reason differs from `told`.

    The reason now. That the channel has not been looked at yet, as at every start, is none.
    """
    reason = work.context.channel.reason
    if reason in ("", work.context.world.door.private.unchecked, told):
        return reason
    for person in work.context.world.federation.roster.holders(_ROLE, ""):
        notice = Notice(NoticeKey.of(CHANNEL, work.now.date(), person), "", CHANNEL, Recipient(person))
        enqueue(work.tx, work.context.vault.new_id(), notice, work.now)
    return reason


def alarm(work: Work, _notice: Notice, person: Person) -> Message | None:
    """What the IT Manager reads; None where the channel was mended, or somebody else looks after it now."""
    why = work.context.channel.reason
    if not why or _ROLE not in work.context.world.federation.roster.every_role_of(person.id):
        return None
    texts = work.context.roster_texts.channel
    return Message((Heading(texts.title), Paragraph(texts.text.fill(why=why))), summary=texts.title)
