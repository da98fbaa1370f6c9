"""What every handler of Slack does with an act: who it is from, what the core says, and when."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import structlog

from bot.channels.common.desk import Desk, Replies, doubts
from bot.channels.common.people import Standing
from bot.channels.common.sharing import SharedOnce
from bot.channels.common.work import Background, Turns, left
from bot.channels.slack.chats import Chats
from bot.channels.slack.config import PLATFORM
from bot.channels.slack.fields import is_user
from bot.channels.slack.payloads import SlackEvent
from bot.channels.slack.people import People
from bot.domain.turns import AccountGone, Content, Incoming, Pressed, Sender, Submitted, Typed

log = structlog.get_logger()
# The forms in which people are picked.
_PICKING = "account."
# Slack waits three seconds. What is not stored by then is not stored at all, and the person is told.
STORED_WITHIN_S, ANSWERED_WITHIN_S = 2.3, 2.5
# How long an act waits for the answer to the same person's act before it.
PATIENCE_S = 1.0


@dataclass(frozen=True)
class Stored:
    """What the core said in time; else that nothing is saved, and what it may still say too late."""

    replies: Replies
    late: asyncio.Task[Replies] | None = None


@dataclass(frozen=True)
class SlackDesk(Desk):
    """The core, the way to Slack, and what is known of people: shared by every listener."""

    platform = PLATFORM
    chats: Chats
    people: People
    background: Background
    turns: Turns
    shared: SharedOnce

    async def standing(self, act: SlackEvent, content: Content) -> Standing:
        """Who acts."""
        return await self.people.standing(act.user, act.team, fresh=doubts(content))

    async def handle(
        self, act: SlackEvent, content: Content, standing: Standing, name: str = "", thread: str | None = None
    ) -> Replies:
        """What the core says, however long it takes. `name` tells several events of one act apart.

        With a `thread` ("" for none) of a person's direct messages answers are left to the outbox.
        """
        return await self.ask(replace(_incoming(act, content, standing, name), thread=thread), None)

    async def stored(self, act: SlackEvent, content: Content, standing: Standing, began: float) -> Stored:
        """What the core says, in time for Slack's acknowledgement of an act that came at `began`."""
        within = left(began + STORED_WITHIN_S)
        asked = self.background.start(self.ask(_incoming(act, content, standing), within))
        done, _ = await asyncio.wait({asked}, timeout=left(began + ANSWERED_WITHIN_S))
        if done:
            return Stored(asked.result())
        log.error("slack.too_late", content=type(content).__name__)
        return Stored((self.unsaved,), asked)

    async def with_names(self, submitted: Submitted) -> Submitted:
        """The form with the name of each colleague who was picked after their id; nobody else has one."""
        if not submitted.action.startswith(_PICKING):
            return submitted
        users = {value for values in submitted.fields.values() for value in values if is_user(value)}
        known = await asyncio.gather(*(self.people.standing(user) for user in sorted(users)))
        found = zip(sorted(users), known, strict=True)
        named = {user: f"{user} {one.name}" for user, one in found if one.kind == "staff" and one.name}
        fields = {
            name: tuple(named.get(value, value) for value in values)
            for name, values in submitted.fields.items()
        }
        return replace(submitted, fields=fields)

    async def resumed(self, act: SlackEvent, standing: Standing) -> Replies:
        """Where the person's report stands: what a second copy of an act is answered with."""
        return await self.handle(act, Pressed("journey.resume"), standing, "again")

    async def corrected(self, stored: Stored, show: Callable[[Replies], Awaitable[object]]) -> None:
        """Show what the core said too late, where it did save what the person was told is not saved."""
        if stored.late is None:
            return
        replies = await stored.late
        if replies and replies != (self.unsaved,):
            await show(replies)


def _incoming(act: SlackEvent, content: Content, standing: Standing, name: str = "") -> Incoming:
    event_id = f"{act.event_id}:{name}" if name else act.event_id
    counts = not (name or isinstance(content, Typed | AccountGone))
    return Incoming(event_id, Sender(PLATFORM, act.user, standing.name), content, counts=counts)
