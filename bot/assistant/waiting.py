"""What waits for somebody: a line for each list that is theirs by role, with how much stands on it."""

from __future__ import annotations

from collections.abc import Iterator

from bot.accounts import shown as accounts
from bot.accounts.people import actor_of
from bot.campaigns import overview, reading
from bot.casework.context import Work
from bot.consulting import questions
from bot.content.journey_texts import Waiting
from bot.domain.messages import Block, Button, Heading, Message, Paragraph, Row, Table
from bot.domain.turns import Sender
from bot.gaps import entries as gaps
from bot.posting.shown import SHOW_ASKED
from bot.replies import entries as replies

PREFIX = "work."
_WAYS: dict[Waiting, str] = {
    "replies": "reply.list",
    "accounts": "account.list",
    "questions": SHOW_ASKED,
    "gaps": "gap.list",
    "confirm": "campaign.show",
    "campaign": "campaign.show",
    "staff": "campaign.staff",
}


def show(work: Work, sender: Sender) -> Message:
    """All of it. Each list asks again who may see it when it is opened."""
    texts = work.context.world.playbook.texts.dialogue.work
    rows = tuple(
        Row(
            (texts.rows[what], str(count)),
            texts.line.fill(what=texts.rows[what], count=count),
            Button(texts.open.fill(what=texts.rows[what]), _WAYS[what]),
        )
        for what, count in _found(work, sender)
    )
    listed: Block = Table((texts.what, texts.count), rows) if rows else Paragraph(texts.none)
    return Message((Heading(texts.title), listed), summary=texts.title, replaces="work", ephemeral=True)


def _found(work: Work, sender: Sender) -> Iterator[tuple[Waiting, int]]:
    """The lists that are theirs, in the order in which time presses."""
    owed, asked = replies.waiting(work, sender), questions.waiting(work, sender)
    applied, staff = accounts.waiting(work, actor_of(work, sender)), overview.waiting(work, sender)
    if owed is not None:
        yield "replies", len(owed)
    if asked is not None:
        yield "questions", len(asked)
    if applied is not None:
        yield "accounts", applied
    if (gap_count := gaps.waiting(work, sender)) is not None:
        yield "gaps", gap_count
    if reading.is_asked(work, sender):
        yield "confirm", 1
    if staff is not None:
        yield "campaign", staff.outstanding
        yield "staff", staff.people
