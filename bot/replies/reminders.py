"""Reminders of replies: that one was logged, that its time runs, that it has passed."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from bot.casework.context import Context, Work
from bot.casework.due import do_due
from bot.content.reply_texts import ReminderRecord
from bot.domain.messages import Buttons, Heading, Message, Paragraph
from bot.domain.notices import NoticeKey, Recipient
from bot.domain.replies import REPLY_TABLE, ReplyEvent, ReplyStage, reminder_at
from bot.domain.roster import Person
from bot.replies.forms import account_name
from bot.replies.people import may, told_of
from bot.replies.shown import choices, due_text, outside, tags
from bot.storage.outbox import Notice, enqueue
from bot.storage.replies import (
    Reply,
    due_reminder,
    due_reminders,
    find_reply,
    forget_replies,
    set_reply_reminder,
)

REPLY = "reply"
_LOGGED = "0"
_ALL = 100
log = structlog.get_logger()


def owe_logged(work: Work, reply: Reply, but: Person | None) -> None:
    """Notify the account's runners of a new entry, except the person who logged it."""
    people = told_of(work.context, reply.account, "runners") - ({but.id} if but else set())
    _owe(work, reply, people, _LOGGED)


def remind_due(context: Context, now: datetime) -> None:
    """Owe every reminder that is due, of each entry the newest."""
    do_due(context, now, due_reminders, due_reminder, _remind, "reply_reminder_broken")


def forget_old(work: Work) -> None:
    """Delete the entries that have outlived their period."""
    days = work.context.retention.registers["replies"].days
    if gone := forget_replies(work.tx, work.now - timedelta(days=days)):
        log.info("replies_deleted", number=gone)


def _remind(work: Work, reply: Reply) -> None:
    """Owe the newest of the reminders that are due, to all whom the ones since would have told."""
    since, steps = reply.remind_at or work.now, work.context.world.replies.reminders
    passed = [step for step in steps if since <= _at(reply, step) <= work.now]
    if passed and REPLY_TABLE[reply.stage, ReplyEvent.REMIND] is ReplyStage.OPEN:
        to = {role for step in passed for role in step.to}
        people = frozenset[str]().union(*(told_of(work.context, reply.account, role) for role in to))
        _owe(work, reply, people, str(passed[-1].percent))
    ahead = (_at(reply, step) for step in steps if _at(reply, step) > work.now)
    set_reply_reminder(work.tx, reply.id, next(ahead, None))


def _at(reply: Reply, step: ReminderRecord) -> datetime:
    return reminder_at(reply.received_at, reply.due_at, step.percent)


def _owe(work: Work, reply: Reply, people: frozenset[str], step: str) -> None:
    for person in sorted(people):
        notice = Notice(NoticeKey.of(REPLY, reply.id, step, person), "", REPLY, Recipient(person))
        enqueue(work.tx, work.context.vault.new_id(), notice, work.now)


def notice(work: Work, owed: Notice, person: Person) -> Message | None:
    """What somebody reads of an entry; None where it is settled, or they answer for it no more.

    The account, the kind and the times: neither link nor anybody's name.
    """
    reply_id, step = owed.key.parts[0], int(owed.key.parts[1])
    reply = find_reply(work.tx, work.context.vault, reply_id)
    if reply is None or reply.stage is not ReplyStage.OPEN:
        return None
    if not may(work.context, person, "answer_reply", reply.account) or _is_overtaken(work, reply, step):
        return None
    texts = work.context.world.replies
    kind = "logged" if not step else "reminder" if step < _ALL else "overdue"
    said = texts.notices.named(kind)
    text = said.text.fill(
        account=account_name(work, reply),
        kind=texts.kinds[reply.kind].casefold(),
        received=work.context.local(reply.received_at),
        due=due_text(work, reply),
        percent=step,
    )
    blocks = (Heading(said.title), *tags(work, reply), Paragraph(text), *outside(work, reply))
    return Message((*blocks, Buttons(choices(work, reply, also_list=True))), summary=said.title)


def _is_overtaken(work: Work, reply: Reply, step: int) -> bool:
    """Whether a later reminder is due by now: it says more, and is on its way."""
    later = (one for one in work.context.world.replies.reminders if one.percent > step)
    return any(_at(reply, one) <= work.now for one in later)
