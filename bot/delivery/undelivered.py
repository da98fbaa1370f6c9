"""What becomes of what could not be delivered: who is told instead, over which way, and that it is late.

A dead letter is an event of the escalation: the next people are told at once, over another platform where
there is one; a reporter who can be told learns that nobody has the report yet, with the phone list.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.casework.context import Context
from bot.casework.notify import owe_members, owe_reporter
from bot.delivery.notices import kept_on
from bot.domain.cases import Stage
from bot.domain.messages import Heading, Message, Paragraph
from bot.domain.notices import FLT_CHANNEL, REPORTER, NoticeKey, Recipient
from bot.domain.roster import Person
from bot.storage import outbox
from bot.storage.database import Transaction
from bot.storage.outbox import Claimed, Notice, enqueue
from bot.storage.reports import Entry, Report, add_entry, history, report_by_id, save_state

UNDELIVERED = "undelivered"
# How soon a channel that was mended, or a token, is noticed.
_MENDED_IN = timedelta(minutes=5)


def undeliverable(
    tx: Transaction, context: Context, claimed: Claimed, platform: str, fault: str, now: datetime
) -> None:
    """The platform will never take it: it goes another way, else others are told at once."""
    if not outbox.give_up(tx, claimed, fault, platform):
        return
    if _goes_another_way(tx, context, claimed, platform, now):
        return
    _tell_others(tx, context, claimed, now)
    _say_that_nobody_has_it(tx, context, claimed, now)


def outage(
    tx: Transaction, context: Context, claimed: Claimed, platform: str, fault: str, now: datetime
) -> None:
    """The platform takes nothing until it is mended: others are told at once, and the row waits for that.

    Where the recipient has an account on another platform, it goes there now.
    """
    elsewhere = not kept_on(tx, claimed.notice) and _has_another_way(tx, context, claimed, platform)
    wait = timedelta(0) if elsewhere else _MENDED_IN
    again = outbox.try_again(tx, claimed, now + wait, _kept(claimed, "outage", fault), platform)
    if not again or elsewhere or not claimed.notice.report_id:
        return
    climbed = report_by_id(tx, context.vault, claimed.notice.report_id).state.level
    # One step at most: whoever the ladder would reach next is most likely beyond reach as well.
    if "outage: " not in claimed.fault and not climbed:
        _tell_others(tx, context, claimed, now)
    # Nor when it is late: whose row comes first is chance.
    _say_when_late(tx, context, claimed, now, tell_others=not climbed)


def withheld(tx: Transaction, context: Context, claimed: Claimed, why: str, now: datetime) -> None:
    """The FLT's channel is not private enough: the row waits until it is, and the FLT's people learn of it.

    Each is told once of a report, by direct message; the ladder's clock runs on.
    """
    if outbox.try_again(tx, claimed, now + _MENDED_IN, _kept(claimed, "withheld", why)):
        report = report_by_id(tx, context.vault, claimed.notice.report_id)
        owe_members(tx, context, report, "withheld", now)


def again(
    tx: Transaction,
    context: Context,
    claimed: Claimed,
    due_at: datetime,
    why: tuple[str, str],
    now: datetime,
    platform: str = "",
) -> None:
    """The row is due again at `due_at`. `why` is its kind ("passing", "unclear", "broken") and the fault.

    Where nobody at all has the report by the Federation's own target, others are told now.
    """
    kind, fault = why
    if outbox.try_again(tx, claimed, due_at, _kept(claimed, kind, fault), platform):
        _say_when_late(tx, context, claimed, now)


def wait(tx: Transaction, claimed: Claimed, due_at: datetime, why: str) -> None:
    """The row waits for another one: nothing went wrong."""
    outbox.try_again(tx, claimed, due_at, _kept(claimed, "waiting", why))


def _kept(claimed: Claimed, kind: str, why: str) -> str:
    # Whether an earlier try was taken is as unclear as before: the next one has to look.
    unclear = claimed.unclear and kind != "unclear"
    return f"unclear, {kind}: {why}" if unclear else f"{kind}: {why}"


def _has_another_way(tx: Transaction, context: Context, claimed: Claimed, platform: str) -> bool:
    """Whether this person can be told on a platform that is up and has not refused for good."""
    notice = claimed.notice
    person = context.world.federation.roster.people.get(notice.recipient.person)
    if person is None or not platform:
        return False
    shut = outbox.dead_ways(tx, notice) | context.outages.platforms | {platform}
    return any(name in person.accounts and name not in shut for name in context.platforms)


def _goes_another_way(
    tx: Transaction, context: Context, claimed: Claimed, platform: str, now: datetime
) -> bool:
    if not _has_another_way(tx, context, claimed, platform):
        return False
    notice = claimed.notice
    over = Notice(notice.key.elsewhere(platform), notice.report_id, notice.kind, notice.recipient)
    return outbox.enqueue(tx, context.vault.new_id(), over, now)


def _say_when_late(
    tx: Transaction, context: Context, claimed: Claimed, now: datetime, *, tell_others: bool = True
) -> None:
    if not claimed.notice.report_id:
        return
    report = report_by_id(tx, context.vault, claimed.notice.report_id)
    longest = timedelta(minutes=context.world.federation.targets.undelivered)
    if now - report.row.received_at < longest or _is_said(tx, report):
        return
    if claimed.notice.kind == "card" and report.state.stage is Stage.SUBMITTED:
        if tell_others:
            _tell_others(tx, context, claimed, now)
        _say_that_nobody_has_it(tx, context, claimed, now)


def _is_said(tx: Transaction, report: Report) -> bool:
    return any(entry.event == UNDELIVERED for entry in history(tx, report))


def _say_that_nobody_has_it(tx: Transaction, context: Context, claimed: Claimed, now: datetime) -> None:
    """The case's history says so, and so is the reporter told: once, and while it is true."""
    if claimed.notice.kind != "card":
        return
    report = report_by_id(tx, context.vault, claimed.notice.report_id)
    if report.state.stage is not Stage.SUBMITTED or _is_said(tx, report):
        return
    stage = report.state.stage.value
    add_entry(tx, context.vault, report, Entry(now, "signpost", "", UNDELIVERED, stage, {}))
    owe_reporter(tx, context, report, UNDELIVERED, now)


def _tell_others(tx: Transaction, context: Context, claimed: Claimed, now: datetime) -> None:
    """What one recipient cannot be told, others are: the FLT's people by name, else the ladder's next.

    Not where somebody has the case, nor where the recipient has the card and only its rewriting failed;
    but a channel that is gone shows nobody its card any more.
    """
    notice = claimed.notice
    if notice.kind != "card" or notice.recipient == REPORTER:
        return
    report = report_by_id(tx, context.vault, notice.report_id)
    if notice.recipient == FLT_CHANNEL and owe_members(tx, context, report, "card", now):
        return
    has_it = outbox.posted_card(tx, report.id, notice.recipient) is not None
    if report.row.due_at is not None and not has_it:
        save_state(tx, report, report.state, now, None)


CHANNEL = "channel"
_ROLE = "it"


def look(tx: Transaction, context: Context, told: str, now: datetime) -> str:
    """Owe it to whoever can mend the channel, once a day, where the reason is another than the one `told` of.

    The reason now. That the channel has not been looked at yet, as at every start, is none.
    """
    reason = context.channel.reason
    if reason in ("", context.world.door.private.unchecked, told):
        return reason
    for person in context.world.federation.roster.holders(_ROLE, ""):
        notice = Notice(NoticeKey.of(CHANNEL, now.date(), person), "", CHANNEL, Recipient(person))
        enqueue(tx, context.vault.new_id(), notice, now)
    return reason


def alarm(
    _tx: Transaction, context: Context, _notice: Notice, person: Person, _now: datetime
) -> Message | None:
    """What the IT Manager reads; None where the channel was mended, or somebody else looks after it now."""
    why = context.channel.reason
    if not why or _ROLE not in context.world.federation.roster.every_role_of(person.id):
        return None
    texts = context.roster_texts.channel
    return Message((Heading(texts.title), Paragraph(texts.text.fill(why=why))), summary=texts.title)
