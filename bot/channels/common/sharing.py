"""An answer in the channel where it was asked for: the button under it, and what all then read, once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from bot.asking.answer import answer_topic
from bot.asking.conversation import show
from bot.asking.render import FEEDBACK
from bot.channels.common.remembered import Remembered
from bot.content.door_texts import DoorTexts
from bot.content.world import World
from bot.domain.messages import Button, Buttons, Message, Paragraph
from bot.domain.presses import Rating, Share

SHARE = "channel.share"
_REMEMBERED = 1000


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


class SharedOnce:
    """What was shared by whom: a second press shares nothing again."""

    def __init__(self) -> None:
        self._done: Remembered[tuple[str, str], None] = Remembered(_REMEMBERED)

    async def share(self, user: str, value: str, post: Callable[[], Awaitable[bool]]) -> bool:
        """Post it, unless that was done or is under way. Whether it stands there."""
        key = user, value
        if key in self._done:
            return True
        self._done[key], done = None, False
        try:
            done = await post()
        finally:
            if not done:
                self._done.pop(key, None)
        return done
