"""A message to somebody who is asked in a campaign: in working time, over one of their platforms."""

from __future__ import annotations

from datetime import timedelta

from bot.campaigns.reading import ask_message
from bot.campaigns.reminders import still_due
from bot.casework.context import Work
from bot.delivery.notices import NotBefore, NowhereToSend, Outgoing, Ways, kept_on
from bot.domain.campaigns import may_ask_at
from bot.storage import outbox
from bot.storage.outbox import Claimed


def prepare(work: Work, claimed: Claimed) -> Outgoing | None:
    """What this row says now; None where nothing is to be said to them any more.

    Raises NowhereToSend, and NotBefore outside working time, during a pause and for somebody on leave.
    """
    notice, hours = claimed.notice, work.context.world.federation.working_time
    due = still_due(work, notice)
    if due is None:
        return None
    if work.context.paused:
        # A press now would be answered that nothing is taken.
        raise NotBefore(work.now + timedelta(hours=1))
    if due.member.on_leave:
        raise NotBefore(may_ask_at(work.now + timedelta(days=1), hours))
    if (at := may_ask_at(work.now, hours)) > work.now:
        raise NotBefore(at)
    ways = Ways(
        gone=outbox.dead_ways(work.tx, notice, work.now),
        down=work.context.outages.platforms,
        kept=kept_on(work.tx, notice),
    )
    platform = ways.to(due.member.accounts, work.context.platforms)
    if not platform:
        raise NowhereToSend(notice.recipient)
    account = due.member.accounts[platform]
    return Outgoing(platform, account, ask_message(work, due), notice.key, "", 0, claimed.unclear)
