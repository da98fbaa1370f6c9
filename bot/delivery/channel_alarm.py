"""The IT Manager learns that nothing is posted in the FLT's channel, and why: nothing of any report."""

from __future__ import annotations

from datetime import datetime

from bot.casework.context import Context
from bot.domain.messages import Heading, Message, Paragraph
from bot.domain.notices import NoticeKey, Recipient
from bot.domain.roster import Person
from bot.storage.database import Transaction
from bot.storage.outbox import Notice, enqueue

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
