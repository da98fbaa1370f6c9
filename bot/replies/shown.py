"""What is drawn of a reply: what can be done with it, when its answer is due and by which rule."""

from __future__ import annotations

from bot.casework.context import Work
from bot.domain.messages import Block, Button, Outside, Tags
from bot.domain.replies import REPLY_TABLE, ReplyDue, ReplyEvent, ReplyStage, due
from bot.storage.replies import Reply


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
