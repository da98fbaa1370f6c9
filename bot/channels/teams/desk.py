"""What each door of Teams does with an act: who it is from, and what the core says to it, in time or not."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

import structlog

from bot.casework.context import CurrentWorld
from bot.channels.common.look import Look
from bot.channels.common.messages import is_about_cases, line
from bot.channels.common.runtime import Core
from bot.channels.teams.activities import Activity
from bot.channels.teams.config import PLATFORM
from bot.channels.teams.people import People, Standing
from bot.content.world import World
from bot.domain.messages import Message
from bot.domain.turns import Content, Incoming, Pressed, Said, Sender, Submitted
from bot.reporting.receipts import not_saved, wait

log = structlog.get_logger()
Replies = tuple[Message, ...]
# Teams shows an error of its own to whoever pressed when no answer has come in five seconds or so.
_WITHIN_S = 4.0


def user_of(activity: Activity) -> str:
    """The one id by which a person is known everywhere: their object id in the tenant."""
    return activity.sender.aad.lower() or activity.sender.id


@dataclass(frozen=True)
class Desk:
    """The core, and what is known of people: shared by the chat and the dialogs."""

    core: Core
    current: CurrentWorld
    look: Look
    people: People

    @property
    def world(self) -> World:
        """The world as it stands now."""
        return self.current.world

    @property
    def unsaved(self) -> Message:
        """That nothing was saved, and whom to phone."""
        return not_saved(self.world)

    def stays(self, replies: Replies) -> bool:
        """Whether a card stays as it is, with all that was typed: nothing of it was saved, or looked at."""
        return replies in ((self.unsaved,), (wait(self.world),))

    async def replies(self, activity: Activity, content: Content, name: str = "") -> Replies:
        """What the core says; what a guest is told instead. Stored when this returns, or not at all.

        Nothing for a bot, and for the second copy of what was typed. `name` tells several events of one
        activity apart.
        """
        began = asyncio.get_running_loop().time()
        asked_anew = not isinstance(content, Said) and is_about_cases(content)
        standing = await self.people.standing(activity, fresh=asked_anew)
        if standing.kind == "gone":
            return ()
        refusal = self._refusal(standing, content)
        if refusal is not None:
            return (refusal,)
        # Words are answered after the acknowledgement, however long that takes.
        spent = asyncio.get_running_loop().time() - began
        within = None if isinstance(content, Said) else max(0.5, _WITHIN_S - spent)
        found = await self._ask(activity, content, standing, name, within)
        return found or await self._again(activity, content, standing)

    def _refusal(self, standing: Standing, content: Content) -> Message | None:
        texts = self.world.door
        if standing.kind == "guest":
            return line(texts.guests.fill(federation=self.world.federation.name))
        if standing.kind == "unknown" and is_about_cases(content):
            return line(texts.unsure.fill(platform="Teams"))
        return None

    async def _again(self, activity: Activity, content: Content, standing: Standing) -> Replies:
        """Where things stand: what a second copy of a press or of a form is answered with."""
        if not isinstance(content, Pressed | Submitted):
            return ()
        if content.action == "journey.send":
            # The report is sent, and its receipt must not give way to "nothing is open".
            return await self._ask(activity, content, standing, "again")
        if content.action.startswith("journey."):
            return await self._ask(activity, Pressed("journey.resume"), standing, "again")
        if content.action.startswith("case."):
            return await self._ask(activity, Pressed("case.show", content.value), standing, "again")
        return (line(self.world.door.chat.again),)

    async def _ask(
        self, activity: Activity, content: Content, standing: Standing, name: str, within: float | None = None
    ) -> Replies:
        event_id = f"{activity.key}|{name}" if name else activity.key
        sender = Sender(PLATFORM, user_of(activity), standing.name)
        try:
            return await self.core.handle(Incoming(event_id, sender, content, counts=not name), within)
        except Exception as fault:
            # No text of it anywhere: it may hold what somebody wrote.
            log.error("teams.turn_failed", fault=type(fault).__name__)
            return (self.unsaved,)
