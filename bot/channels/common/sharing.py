"""An answer in the channel where it was asked for: the button under it, and what all then read, once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.asking.answer import answer_topic
from bot.asking.conversation import show
from bot.asking.render import FEEDBACK
from bot.content.door_texts import DoorTexts
from bot.content.world import World
from bot.domain.messages import Button, Buttons, Message, Paragraph
from bot.domain.presses import Rating, Share
from bot.storage.conversations import first_time, forget_event
from bot.storage.database import Database, StorageUnavailable
from bot.storage.vault import Vault

SHARE = "channel.share"


def answered_topic(message: Message) -> str:
    """The topic that a message answers; "" where it asks back, refuses, reports or is about anything else."""
    pressed = [item for block in message.blocks if isinstance(block, Buttons) for item in block.items]
    return next((Rating.parse(item.value).topic for item in pressed if item.action == FEEDBACK), "")


def with_share(message: Message, place: str, texts: DoorTexts) -> Message:
    """An answer to a mention, with the button that shares it where it was asked; others as they are."""
    topic = answered_topic(message)
    if not topic:
        return message
    button = Button(texts.channel.share, SHARE, str(Share(topic, place)))
    return replace(message, blocks=(*message.blocks, Buttons((button,))))


def shared(topic: str, person: str, world: World) -> Message:
    """The answer as everybody in a channel may see it: the policy's words, no buttons, no question."""
    answer = show(answer_topic(topic, world.policy, world.rules), world)
    kept = tuple(block for block in answer.blocks if not isinstance(block, Buttons))
    by = Paragraph(world.door.channel.shared_by.fill(person=person), muted=True)
    return Message((by, *kept), summary=answer.summary)


@dataclass(frozen=True)
class SharedOnce:
    """What was shared by whom: a second press shares nothing again for nearly a day, on whichever process.

    Kept among the events seen, as an HMAC of person, topic and place. `run` takes a plain function off the
    event loop.
    """

    database: Database
    vault: Vault
    run: Callable[..., Awaitable[Any]]
    now: Callable[[], datetime]

    async def share(self, platform: str, user: str, value: str, post: Callable[[], Awaitable[bool]]) -> bool:
        """Post it, unless that was done or is under way. Whether it stands there: not without a database."""
        event, done = (platform, f"{SHARE}|{user}|{value}"), False
        try:
            # Before it is posted: a press on another process, or after a crash, posts nothing twice.
            if not await self.run(self._is_first, event):
                return True
            try:
                done = await post()
            finally:
                if not done:
                    await self.run(self._forget, event)
        except StorageUnavailable:
            return done
        return done

    def _is_first(self, event: tuple[str, str]) -> bool:
        with self.database.transaction() as tx:
            return first_time(tx, self.vault, event, self.now())

    def _forget(self, event: tuple[str, str]) -> None:
        with self.database.transaction() as tx:
            forget_event(tx, self.vault, event)
