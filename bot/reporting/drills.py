"""Drills: the whole way of a report, tried by somebody on the roster, and marked at every step.

A drill is a report like any other, with real recipients, so that it proves what it tries. Its reference
begins with DRILL instead of FED wherever it is shown, and no count includes it.
"""

from __future__ import annotations

from dataclasses import replace

from bot.content.world import World
from bot.domain.messages import Callout, Message
from bot.domain.routing import Slots
from bot.domain.turns import Draft, Sender, Session, Tokens
from bot.reporting import journeys

DRILL = journeys.DRILL
_REAL, _MARKED = "FED-", "DRILL-"


def may_start(sender: Sender, world: World) -> bool:
    """Whether the sender may hold a drill: everyone on the roster may."""
    return world.federation.roster.by_account(sender.platform, sender.user) is not None


def is_drill(slots: Slots) -> bool:
    """Whether these answers are those of a drill."""
    return slots.get(DRILL) == ("yes",)


def marked(tokens: Tokens) -> Tokens:
    """The names of a drill: nobody takes its reference for that of a report."""
    return replace(tokens, reference=tokens.reference.replace(_REAL, _MARKED, 1))


def begin(session: Session, world: World) -> Session:
    """A new draft that is a drill from its first step to its last."""
    begun = journeys.begin(replace(session, tokens=marked(session.tokens)), "", world)
    assert begun.draft is not None
    return replace(begun, draft=replace(begun.draft, slots={**begun.draft.slots, DRILL: ("yes",)}))


def shown(message: Message, draft: Draft, world: World) -> Message:
    """The step, with the line that this is a drill above it where it is one."""
    if not is_drill(draft.slots):
        return message
    texts = world.playbook.texts.journey
    return replace(message, blocks=(Callout("warning", texts.drill_title, texts.drill_text), *message.blocks))
