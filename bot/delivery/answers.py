"""An answer to a question, as the worker brings it: like any other message, and then gone."""

from __future__ import annotations

from dataclasses import replace

from bot.casework import answers
from bot.casework.context import Work
from bot.delivery.notices import NotBefore, NowhereToSend, Outgoing
from bot.domain.messages import Message, Paragraph
from bot.storage.outbox import Claimed

# Hours after the question an answer helps nobody: at most so many tries.
MOST_TRIES = 60


def prepare_hiding(work: Work, claimed: Claimed) -> Outgoing | None:
    """What takes the place of the details that were shown. Raises NowhereToSend, and NotBefore."""
    hiding = answers.hiding_of(work, claimed.id)
    if hiding is None:
        return None
    if hiding.platform not in work.context.platforms:
        raise NowhereToSend(claimed.notice.recipient)
    if work.now < hiding.at:
        raise NotBefore(hiding.at)
    text = work.context.world.door.chat.hidden
    message, key = Message((Paragraph(text),), summary=text), claimed.notice.key
    return Outgoing(
        hiding.platform, hiding.user, message, key, hiding.message_id, 0, unclear=False, in_place=True
    )


def prepare(work: Work, claimed: Claimed) -> Outgoing | None:
    """What this row says; None where it was brought already. Raises NowhereToSend."""
    owed = answers.read(work, claimed.id)
    if owed is None:
        return None
    too_late = claimed.attempts > MOST_TRIES and not owed.lasts
    if owed.platform not in work.context.platforms or too_late:
        raise NowhereToSend(claimed.notice.recipient)
    key, to = claimed.notice.key, (owed.platform, owed.user)
    text = work.context.world.door.chat.repeated.fill(platform=owed.platform.title())
    repeated = replace(owed.message, blocks=(*owed.message.blocks, Paragraph(text, muted=True)))
    # A row of an answer has no moment: those that a worker finds at its start are looked for (Worker).
    return Outgoing(*to, owed.message, key, "", 0, claimed.unclear, owed.thread, repeated=repeated)
