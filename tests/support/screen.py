"""What a person reads of a message, as plain text."""

from __future__ import annotations

from collections.abc import Iterable

from bot.domain.messages import (
    Block,
    Bullets,
    Button,
    Buttons,
    Callout,
    Facts,
    Field,
    Form,
    Heading,
    Message,
    Outside,
    Paragraph,
    Progress,
    Quote,
    Table,
    Tags,
    Verdict,
)


def text_of(messages: Iterable[Message]) -> str:
    """Every word on the screen, a line a block."""
    return "\n".join(line for message in messages for block in message.blocks for line in _lines(block))


def _lines(block: Block) -> list[str]:
    match block:
        case Heading(text) | Paragraph(text):
            return [text]
        case Callout(_, title, text):
            return [title, text]
        case Buttons(items):
            return [f"[{button.label}]" for button in items]
        case Form(fields=fields, submit=submit):
            return [*(line for field in fields for line in _field(field)), f"[{submit}]"]
        case Tags(items):
            return list(items)
        case Table(_, rows):
            return [line for row in rows for line in (row.text, f"[{row.button.label}]")]
    return _lists(block)


def _lists(block: Block) -> list[str]:
    match block:
        case Quote(_, section, lines, text):
            return [f"“{text}” ({section}, lines {lines[0]} to {lines[1]})"]
        case Outside(text, source):
            return [f"Not in this policy: {text} ({source})"]
        case Bullets(items, title):
            return [title, *(f"- {item}" for item in items)]
        case Facts(items):
            return [f"{label}: {value}" for label, value in items]
        case Verdict(_, label):
            return [label]
        case Tags(items):
            return list(items)
        case Progress(done, total):
            return [f"{done} of {total}"]
    return []


def _field(field: Field) -> list[str]:
    options = ", ".join(option.label for option in field.options)
    lines = [f"{field.label}: {', '.join(field.value)}", field.hint, options, field.error]
    return [line for line in lines if line]


def buttons_of(messages: Iterable[Message]) -> list[Button]:
    """Every button on the screen."""
    return [button for message in messages for block in message.blocks for button in _pressable(block)]


def _pressable(block: Block) -> list[Button]:
    match block:
        case Buttons(items):
            return list(items)
        case Table(_, rows):
            return [row.button for row in rows]
    return []


def form_of(messages: Iterable[Message]) -> Form:
    """The one form on the screen."""
    forms = [block for message in messages for block in message.blocks if isinstance(block, Form)]
    assert len(forms) == 1, f"{len(forms)} forms on the screen"
    return forms[0]
