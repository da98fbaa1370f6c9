"""What every door of Slack does with an act: who it is from, what the core says to it, in time or not."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import structlog

from bot.casework.context import CurrentWorld
from bot.channels.common.messages import is_about_cases
from bot.channels.common.runtime import Core
from bot.channels.slack.background import Background, Turns
from bot.channels.slack.calls import Calls
from bot.channels.slack.config import PLATFORM
from bot.channels.slack.look import Look
from bot.channels.slack.payloads import Act
from bot.channels.slack.people import People, Standing
from bot.content.world import World
from bot.domain.messages import Message, Paragraph
from bot.domain.turns import Content, Incoming, Pressed, Said, Sender
from bot.reporting.receipts import not_saved, wait

log = structlog.get_logger()
Replies = tuple[Message, ...]
# Slack waits three seconds. What is not stored by then is not stored at all, and the person is told.
STORED_WITHIN_S, ANSWERED_WITHIN_S = 2.3, 2.5
# How long an act waits for the answer to the same person's act before it.
PATIENCE_S = 1.0


def now() -> float:
    """Seconds on the event loop's clock."""
    return asyncio.get_running_loop().time()


@dataclass(frozen=True)
class Stored:
    """What the core said in time; else that nothing is saved, and what it may still say too late."""

    replies: Replies
    late: asyncio.Task[Replies] | None = None


@dataclass(frozen=True)
class Desk:
    """The core, the way to Slack, and what is known of people: shared by every listener."""

    core: Core
    current: CurrentWorld
    look: Look
    calls: Calls
    people: People
    background: Background
    turns: Turns

    @property
    def world(self) -> World:
        """The world as it stands now."""
        return self.current.world

    async def standing(self, act: Act, content: Content) -> Standing:
        """Who acts; asked anew where a case is acted on, since people leave the roster the same day."""
        asked_anew = not isinstance(content, Said) and is_about_cases(content)
        return await self.people.standing(act.user, act.team, fresh=asked_anew)

    def refusal(self, standing: Standing, content: Content) -> Message | None:
        """What a guest is told instead of an answer, or whoever cannot be told from one; None for staff."""
        texts = self.world.door
        if standing.kind == "guest":
            return _line(texts.guests.fill(federation=self.world.federation.name))
        if standing.kind == "unknown" and is_about_cases(content):
            return _line(texts.unsure.fill(platform="Slack"))
        return None

    @property
    def unsaved(self) -> Message:
        """That nothing was saved, and whom to phone."""
        return not_saved(self.world)

    def stays(self, replies: Replies) -> bool:
        """Whether a form stays as it is, with all that was typed: nothing of it was saved, or looked at."""
        return replies in ((self.unsaved,), (wait(self.world),))

    async def handle(self, act: Act, content: Content, standing: Standing, name: str = "") -> Replies:
        """What the core says, however long it takes. `name` tells several events of one act apart."""
        return await self._ask(_incoming(act, content, standing, name), None)

    async def stored(self, act: Act, content: Content, standing: Standing, began: float) -> Stored:
        """What the core says, in time for Slack's acknowledgement of an act that came at `began`."""
        within = max(0.0, STORED_WITHIN_S - (now() - began))
        asked = self.background.start(self._ask(_incoming(act, content, standing), within))
        done, _ = await asyncio.wait({asked}, timeout=max(0.0, ANSWERED_WITHIN_S - (now() - began)))
        if done:
            return Stored(asked.result())
        log.error("slack.too_late", content=type(content).__name__)
        return Stored((self.unsaved,), asked)

    async def resumed(self, act: Act, standing: Standing) -> Replies:
        """Where the person's report stands: what a second copy of an act is answered with."""
        return await self.handle(act, Pressed("journey.resume"), standing, "again")

    async def corrected(self, stored: Stored, show: Callable[[Replies], Awaitable[object]]) -> None:
        """Show what the core said too late, where it did save what the person was told is not saved."""
        if stored.late is None:
            return
        replies = await stored.late
        if replies and replies != (self.unsaved,):
            await show(replies)

    async def _ask(self, incoming: Incoming, within: float | None) -> Replies:
        try:
            return await self.core.handle(incoming, within)
        except Exception as fault:
            # No text of it anywhere: it may hold what somebody wrote.
            log.error("slack.turn_failed", fault=type(fault).__name__)
            return (self.unsaved,)


def _incoming(act: Act, content: Content, standing: Standing, name: str = "") -> Incoming:
    event_id = f"{act.event_id}:{name}" if name else act.event_id
    return Incoming(event_id, Sender(PLATFORM, act.user, standing.name), content, counts=not name)


def _line(text: str) -> Message:
    return Message((Paragraph(text),), summary=text)
