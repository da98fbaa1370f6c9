"""Which messages may stand in a chat, which are shown in a modal alone, and what stands there for them."""

from __future__ import annotations

from bot.channels.common.messages import is_private, is_step
from bot.content.door_texts import DoorTexts
from bot.domain.messages import Block, Button, Buttons, Callout, Form, Message, Paragraph
from bot.domain.turns import Content, Pressed, Said, Submitted
from bot.reporting.steps import SLOT

# Presses that are answered where they are made: nothing that they bring is private or typed in.
_AT_ONCE = frozenset({"case.acknowledge", "case.take"})
_WINDOWS = ("journey.", "report.", "status.", "case.", "roster.", "ask.clause")


def leads_to_modal(content: Content) -> bool:
    """Whether a press or command is answered in a modal, so that one is opened before the answer is known."""
    if isinstance(content, Said):
        return False
    action = content.action if isinstance(content, Pressed | Submitted) else ""
    return action.startswith(_WINDOWS) and action not in _AT_ONCE


def in_chat(message: Message, asked: Content, texts: DoorTexts) -> Message:
    """What stands in a chat for a message: itself, or a line and a button that opens it in a modal."""
    if not is_private(message):
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
    if form is not None or is_step(message):
        return Pressed("journey.resume")
    if isinstance(asked, Pressed) and not asked.action.startswith("journey."):
        return asked
    if message.replaces != SLOT and isinstance(asked, Pressed):
        # Not sent after all: the report is where it was.
        return Pressed("journey.resume")
    # The receipt of an anonymous report: from the chat nobody shall learn which report was sent.
    return Pressed("status.show")
