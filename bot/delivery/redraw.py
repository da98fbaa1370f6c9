"""Cards that an older version posted are rewritten by themselves, where today's say less than they did.

A few at a time, so that nothing that is new waits behind them; in place or not at all, so that nobody is
told anything.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.casework.card import DRAWING
from bot.casework.case import Case
from bot.casework.context import Context, Work
from bot.casework.notify import owe_gone
from bot.delivery.notices import NowhereToSend, Outgoing, account_of, said
from bot.domain.notices import FLT_CHANNEL, NoticeKey
from bot.storage import drawings, outbox
from bot.storage.drawings import REDRAW
from bot.storage.outbox import Claimed, Notice, Posted, enqueue, posted_card
from bot.storage.reports import people_of, report_to_show

# One of a recipient, and of so many recipients, at once and so often: thirty a minute from each worker, where
# Slack takes fifty. What it refuses waits alone, and pauses no conversation.
_AT_ONCE = 5
_EVERY = timedelta(seconds=10)


@dataclass
class Watch:
    """One worker's: it owes what is left after an update, until nothing is."""

    _done: bool = False
    _looked: datetime | None = None

    def look(self, context: Context, now: datetime) -> None:
        """Owe the next of them. Raises StorageUnavailable."""
        if self._done or (self._looked is not None and timedelta() <= now - self._looked < _EVERY):
            return
        self._looked = now
        with context.database.transaction() as tx:
            found = drawings.outdated(tx, DRAWING, _AT_ONCE)
            for report_id, recipient in found:
                key = NoticeKey.of(REDRAW, report_id, recipient, DRAWING)
                enqueue(tx, context.vault.new_id(), Notice(key, report_id, REDRAW, recipient), now)
                drawings.settle(tx, report_id, recipient, DRAWING)
            self._done = not found and not drawings.is_left(tx, DRAWING)


def prepare(work: Work, claimed: Claimed) -> Outgoing | None:
    """The card as it is today, in the place where it stands; None where it stands nowhere.

    From somebody who may not see the case any more the old card is taken away: today's would tell them how
    it stands. Raises NowhereToSend where the platform, or the person, is in use no more.
    """
    notice = claimed.notice
    shown = posted_card(work.tx, notice.report_id, notice.recipient)
    report = report_to_show(work.tx, work.context.vault, notice.report_id)
    # What today's version reminds people of was not planned when the report came in.
    Case(work, report).plan_work()
    if shown is None or (notice.recipient == FLT_CHANNEL and not report.row.visibility.in_channel):
        return None
    told = people_of(work.tx, report)
    person = work.context.world.federation.roster.people.get(notice.recipient.person)
    if notice.recipient != FLT_CHANNEL and not (person and work.context.may(person, "list", report, told)):
        owe_gone(work, report, [notice.recipient])
        return None
    if shown.platform not in work.context.platforms:
        raise NowhereToSend(notice.recipient)
    conversation = account_of(work.context, notice.recipient, shown.platform)
    message = said(work, report, told, replace(notice, kind="card"))
    version = report.row.version
    return Outgoing(
        shown.platform,
        conversation,
        message,
        notice.key,
        shown.message_id,
        version,
        unclear=False,
        in_place=True,
    )


def record(work: Work, claimed: Claimed, sent: Outgoing) -> None:
    """The card shows the case as it is, in today's drawing."""
    if outbox.finish(work.tx, claimed, work.now):
        card = Posted(sent.platform, sent.rewrites, sent.version)
        notice = claimed.notice
        outbox.remember_card(work.tx, notice.report_id, notice.recipient, card, DRAWING)
