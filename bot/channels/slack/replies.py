"""Which messages may stand in a chat, which are shown in a modal alone, and what stands there for them."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation import words
from bot.conversation.steps import SLOT
from bot.conversation.turns import Content, Pressed, Said, Submitted
from bot.domain.messages import Block, Button, Buttons, Callout, Form, Message, Paragraph, Progress
from bot.knowledge.door_texts import DoorTexts

SHARE = "channel.share"
_FEEDBACK = "ask.feedback"
# Presses that are answered where they are made: nothing that they bring is private or typed in.
_AT_ONCE = frozenset({"case.acknowledge", "case.take"})
_WINDOWS = ("journey.", "report.", "status.", "case.", "ask.clause")


def leads_to_modal(content: Content) -> bool:
    """Whether a press or command is answered in a modal, so that one is opened before the answer is known."""
    if isinstance(content, Said):
        return False
    action = content.action if isinstance(content, Pressed | Submitted) else ""
    return action.startswith(_WINDOWS) and action not in _AT_ONCE


def is_about_cases(content: Content) -> bool:
    """Whether it is for the people on the roster alone."""
    if isinstance(content, Said):
        return words.command(content.text) == "cases"
    return isinstance(content, Pressed | Submitted) and content.action.startswith("case.")


def needs_modal(message: Message) -> bool:
    """Whether a message may not stand in a chat's history: a form, a step of a journey, a private view."""
    if message.ephemeral or any(isinstance(block, Form) for block in message.blocks):
        return True
    return _is_step(message)


def _is_step(message: Message) -> bool:
    return message.replaces == SLOT and any(_is_of_journey(block) for block in message.blocks)


def _is_of_journey(block: Block) -> bool:
    if isinstance(block, Progress):
        return True
    return isinstance(block, Buttons) and any(item.action.startswith("journey.") for item in block.items)


def merged(messages: tuple[Message, ...]) -> Message:
    """Several messages as one, for a modal, which shows one."""
    blocks = tuple(block for message in messages for block in message.blocks)
    return replace(messages[-1], blocks=blocks)


def in_chat(message: Message, asked: Content, texts: DoorTexts) -> Message:
    """What stands in a chat for a message: itself, or a line and a button that opens it in a modal."""
    if not needs_modal(message):
        return message
    again = _opens(message, asked)
    button = Buttons((Button(texts.form.open, again.action, again.value, "primary"),))
    return Message((*_said_above(message, asked), Paragraph(texts.form.opener), button), texts.form.opener)


def _said_above(message: Message, asked: Content) -> tuple[Block, ...]:
    """The line above a step that says why what was typed led there: our own words, none of the report's."""
    first = message.blocks[0] if isinstance(asked, Said) and message.replaces == SLOT else None
    return (first,) if isinstance(first, Callout) and first.tone == "info" and not first.text else ()


def _opens(message: Message, asked: Content) -> Pressed:
    """The press that shows the message again, or the nearest to it."""
    form = next((block for block in message.blocks if isinstance(block, Form)), None)
    if form is not None and not form.action.startswith("journey."):
        return Pressed(form.action, form.value)
    if form is not None or _is_step(message):
        return Pressed("journey.resume")
    if isinstance(asked, Pressed) and not asked.action.startswith("journey."):
        return asked
    if message.replaces != SLOT and isinstance(asked, Pressed):
        # Not sent after all: the report is where it was.
        return Pressed("journey.resume")
    # The receipt of an anonymous report: from the chat nobody shall learn which report was sent.
    return Pressed("status.show")


def answered_topic(message: Message) -> str:
    """The topic that a message answers; "" where it asks back, refuses, reports or is about anything else."""
    pressed = [item for block in message.blocks if isinstance(block, Buttons) for item in block.items]
    return next((item.value.rpartition("|")[0] for item in pressed if item.action == _FEEDBACK), "")


def with_share(message: Message, channel: str, thread: str, texts: DoorTexts) -> Message:
    """An answer to a mention, with the button that shares it in the channel; other messages as they are."""
    topic = answered_topic(message)
    if not topic:
        return message
    button = Button(texts.channel.share, SHARE, f"{topic}|{channel}|{thread}")
    return replace(message, blocks=(*message.blocks, Buttons((button,))))


def shared(answer: Message, person: str, texts: DoorTexts) -> Message:
    """The answer as everybody in a channel may see it: the policy's words, no buttons, no question."""
    kept = tuple(block for block in answer.blocks if not isinstance(block, Buttons))
    by = Paragraph(texts.channel.shared_by.format(person=person), muted=True)
    return Message((by, *kept), summary=answer.summary)
