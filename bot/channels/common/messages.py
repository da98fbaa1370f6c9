"""What the core's messages are, for a door that shows each where it may stand: on no platform's terms."""

from __future__ import annotations

from dataclasses import replace

from bot.asking.render import FEEDBACK
from bot.assistant import words
from bot.content.door_texts import DoorTexts
from bot.domain.messages import Block, Button, Buttons, Form, Message, Paragraph, Progress
from bot.domain.presses import Rating, Share
from bot.domain.turns import Content, Pressed, Said, Submitted
from bot.reporting.steps import SLOT

SHARE = "channel.share"


def is_about_cases(content: Content) -> bool:
    """Whether it is for the people on the roster alone."""
    if isinstance(content, Said):
        return words.command(content.text) in ("cases", "roster") or words.reference(content.text) != ""
    return isinstance(content, Pressed | Submitted) and content.action.startswith(("case.", "roster."))


def is_private(message: Message) -> bool:
    """Whether a message may not stay in a history: a form, a step of a journey, a private view."""
    if message.ephemeral or any(isinstance(block, Form) for block in message.blocks):
        return True
    return is_step(message)


def is_step(message: Message) -> bool:
    """Whether it is a step of a report under way."""
    return message.replaces == SLOT and any(_is_of_journey(block) for block in message.blocks)


def _is_of_journey(block: Block) -> bool:
    if isinstance(block, Progress):
        return True
    return isinstance(block, Buttons) and any(item.action.startswith("journey.") for item in block.items)


def is_end(message: Message) -> bool:
    """Whether it is what a report ended with, such as its receipt: it stays, whatever comes after."""
    forms = any(isinstance(block, Form) for block in message.blocks)
    return message.replaces == SLOT and not forms and not is_step(message)


def merged(messages: tuple[Message, ...]) -> Message:
    """Several messages as one, where one is shown."""
    blocks = tuple(block for message in messages for block in message.blocks)
    return replace(messages[-1], blocks=blocks)


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


def shared(answer: Message, person: str, texts: DoorTexts) -> Message:
    """The answer as everybody in a channel may see it: the policy's words, no buttons, no question."""
    kept = tuple(block for block in answer.blocks if not isinstance(block, Buttons))
    by = Paragraph(texts.channel.shared_by.fill(person=person), muted=True)
    return Message((by, *kept), summary=answer.summary)


def line(text: str) -> Message:
    """A message of one line."""
    return Message((Paragraph(text),), summary=text)
