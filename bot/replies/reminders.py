"""Reminders of replies: that one was logged, that its time runs, that it has passed."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from bot.casework.context import Context, Work
from bot.casework.due import do_due
from bot.content.reply_texts import ReminderRecord
from bot.domain.messages import Block, Button, Buttons, Heading, Message, Outside, Paragraph, Tags
from bot.domain.notices import NoticeKey, Recipient
from bot.domain.replies import REPLY_TABLE, ReplyDue, ReplyEvent, ReplyStage, due, reminder_at
from bot.domain.roster import Person
from bot.replies.forms import account_name
from bot.replies.people import may, told_of
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


def choices(work: Work, reply: Reply, *, also_list: bool = False) -> tuple[Button, ...]:
    """What can be done with an entry where it stands."""
    texts = work.context.world.replies.buttons
    events = ((ReplyEvent.ACKNOWLEDGE, texts.acknowledge), (ReplyEvent.ANSWER, texts.answer))
    offered = tuple(
        Button(label, f"reply.{event.value}", reply.id)
        for event, label in events
        if isinstance(REPLY_TABLE[reply.stage, event], ReplyStage)
    )
    return (*offered, Button(texts.list, "reply.list")) if also_list else offered


def due_of(work: Work, reply: Reply) -> ReplyDue:
    """When its answer is due, as it was computed when it was logged, and what is to be said of that."""
    found = due(reply.received_at, work.context.world.federation.working_time)
    return ReplyDue(reply.due_at, found.weekend, found.outside)


def due_text(work: Work, reply: Reply) -> str:
    """When its answer is due, and by which rule."""
    found = due_of(work, reply)
    phrase = work.context.world.replies.due["weekend" if found.weekend else "weekday"]
    return phrase.fill(when=work.context.local(found.at))


def tags(work: Work, reply: Reply) -> tuple[Block, ...]:
    """That its time has passed, or lies outside working hours."""
    labels = work.context.world.replies.labels
    late = reply.stage is ReplyStage.OPEN and reply.due_at <= work.now
    marks = ((labels.overdue, late), (labels.outside, due_of(work, reply).outside))
    shown = tuple(label for label, holds in marks if holds)
    return (Tags(shown),) if shown else ()


def outside(work: Work, reply: Reply) -> tuple[Block, ...]:
    """Where its time lies outside working hours: that the policy says nothing of that."""
    texts = work.context.world.replies.outside
    return (Outside(texts.text, texts.source),) if due_of(work, reply).outside else ()
