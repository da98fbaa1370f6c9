"""What every door does with an act: what a guest is told, what the core says, and that nothing is saved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import structlog

from bot.casework.context import CurrentWorld
from bot.channels.common.look import Look
from bot.channels.common.messages import is_about_cases, line
from bot.channels.common.people import Standing
from bot.channels.common.runtime import Core
from bot.content.world import World
from bot.domain.messages import Message
from bot.domain.turns import Content, Incoming, Said, SharedFile
from bot.reporting.after_send import not_saved, wait

log = structlog.get_logger()
Replies = tuple[Message, ...]


@dataclass(frozen=True)
class Desk:
    """The core, and the words around it: shared by all that listens on a platform."""

    platform: ClassVar[str]
    core: Core
    current: CurrentWorld
    look: Look

    @property
    def world(self) -> World:
        """The world as it stands now."""
        return self.current.world

    @property
    def unsaved(self) -> Message:
        """That nothing was saved, and whom to phone."""
        return not_saved(self.world)

    def stays(self, replies: Replies) -> bool:
        """Whether a form stays as it is, with all that was typed: nothing of it was saved, or looked at."""
        return replies in ((self.unsaved,), (wait(self.world),))

    def refusal(self, standing: Standing, content: Content) -> Message | None:
        """What guests, and people who may be guests, are told instead of an answer; None for staff."""
        texts = self.world.door
        if standing.kind == "guest":
            return line(texts.guests.fill(federation=self.world.federation.name))
        if standing.kind == "unknown" and is_about_cases(content):
            return line(texts.unsure.fill(platform=self.platform.title()))
        return None

    async def ask(self, incoming: Incoming, within: float | None) -> Replies:
        """What the core says; that nothing is saved, where it fails."""
        try:
            return await self.core.handle(incoming, within)
        except Exception as fault:
            # No text of it anywhere: it may hold what somebody wrote.
            log.error(f"{self.platform}.turn_failed", fault=type(fault).__name__)
            return (self.unsaved,)


def doubts(content: Content) -> bool:
    """Whether the actor's standing is asked afresh: on a case, since people leave the roster the same day."""
    return not isinstance(content, Said) and is_about_cases(content)


def said(text: str, has_files: bool, edited: bool = False) -> tuple[Content, ...]:
    """A file, of which nothing is known here, and what was typed with it."""
    if edited:
        return (Said(text, edited=True),) if text else ()
    files: tuple[Content, ...] = (SharedFile(),) if has_files else ()
    return (*files, Said(text or "help")) if text or not files else files
