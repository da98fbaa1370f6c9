"""What is owed to somebody on the roster and is about no report: a proposal for them, their digest."""

from __future__ import annotations

from datetime import datetime

from bot.casework.context import Context
from bot.delivery.channel_alarm import CHANNEL, alarm
from bot.delivery.digests import DIGEST, digest
from bot.delivery.notices import NowhereToSend, Outgoing, Ways, kept_on
from bot.people.approvals import ANNOUNCED, announcement
from bot.storage import outbox
from bot.storage.database import Transaction
from bot.storage.outbox import Claimed

_MESSAGES = {ANNOUNCED: announcement, CHANNEL: alarm, DIGEST: digest}


def prepare(tx: Transaction, context: Context, claimed: Claimed, now: datetime) -> Outgoing | None:
    """What this row says now; None where there is nothing to say, or nobody to say it to any more.

    Raises NowhereToSend for somebody without an account in use.
    """
    notice = claimed.notice
    person = context.world.federation.roster.people.get(notice.recipient.person)
    message = _MESSAGES[notice.kind](tx, context, notice, person, now) if person else None
    if person is None or message is None:
        return None
    ways = Ways(
        gone=outbox.dead_ways(tx, notice),
        down=context.outages.platforms,
        kept=kept_on(tx, notice),
    )
    platform = ways.to(person, context.platforms)
    if not platform:
        raise NowhereToSend(notice.recipient)
    return Outgoing(platform, person.accounts[platform], message, notice.key, "", 0, claimed.unclear)
