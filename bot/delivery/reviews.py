"""Answers that are held back: tell the policy owner, and which clauses have changed."""

from __future__ import annotations

import hashlib

from bot.casework.context import Work
from bot.domain.messages import Block, Bullets, Heading, Message, Paragraph
from bot.domain.notices import NoticeKey, Recipient
from bot.domain.roster import Person
from bot.storage.outbox import Notice, enqueue

REVIEW = "review"
_ROLE = "policy_owner"
_NAMED = 10


def owe(work: Work) -> None:
    """Owe it to each of them, once for each state: a start without a change tells nobody."""
    policy, roster = work.context.world.policy, work.context.world.federation.roster
    if not policy.held and not policy.changed:
        return
    state = hashlib.sha256("\0".join([*sorted(policy.held), *sorted(policy.changed)]).encode()).hexdigest()
    for person in roster.holders(_ROLE, ""):
        notice = Notice(NoticeKey.of(REVIEW, state[:16], person), "", REVIEW, Recipient(person))
        enqueue(work.tx, work.context.vault.new_id(), notice, work.now)


def alert(work: Work, _notice: Notice, _person: Person) -> Message | None:
    """What is held back as things stand now; None where that is nothing any more."""
    policy, texts = work.context.world.policy, work.context.roster_texts.review
    if not policy.held and not policy.changed:
        return None
    names = [policy.topics[name].question for name in policy.held]
    more = [texts.more.fill(count=len(names) - _NAMED)] if len(names) > _NAMED else []
    blocks: list[Block] = [Heading(texts.title), Paragraph(texts.text.fill(count=len(names)))]
    blocks += [Bullets((*names[:_NAMED], *more))] if names else []
    if clauses := ", ".join(sorted(policy.changed)):
        blocks.append(Paragraph(texts.steps.fill(clauses=clauses)))
    return Message(tuple(blocks), summary=texts.title)
