"""A message as what goes out to Teams: its card or cards, and the answers to invokes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.channels.common.look import Look
from bot.channels.common.messages import pieces
from bot.channels.common.phones import without_links
from bot.channels.teams.activities import ADAPTIVE_CARD, InvokeReply, Payload, Post
from bot.channels.teams.drawing import CARD_BYTES, card_of, size_of, tail_of, whole_card
from bot.channels.teams.ids import Element
from bot.domain.messages import (
    Block,
    Bullets,
    Buttons,
    Callout,
    Facts,
    Form,
    Heading,
    Message,
    Paragraph,
)

# What one part of a long text may take, and what is left free on a card for what is around the parts.
_PART, _FREE = 2000, 1500


def cards_of(message: Message, look: Look) -> tuple[Element, ...]:
    """The message as one card, or as several that are read one after the other. Each is less than 25 kB.

    A form, and a step of a journey, are always one card, as `card_of` draws it. The last card has the
    message's own buttons; only the first takes the place of an earlier message.
    """
    unlinked = replace(message, blocks=without_links(message.blocks))
    if size_of(whole_card(unlinked, look)) < CARD_BYTES or _is_one(message):
        return (card_of(message, look),)
    tail = tail_of(message.blocks)
    pages = list(_pages(message.blocks[: len(message.blocks) - len(tail)], tail, look))
    on = Paragraph(look.texts.goes_on, muted=True)
    shown = [(*page, on) for page in pages[:-1]] + [(*pages[-1], *tail)]
    return tuple(card_of(replace(message, blocks=blocks), look) for blocks in shown)


def _is_one(message: Message) -> bool:
    pressed = [one for block in message.blocks if isinstance(block, Buttons) for one in block.items]
    return any(isinstance(block, Form) for block in message.blocks) or any(
        button.action.startswith("journey.") for button in pressed
    )


def _pages(blocks: Sequence[Block], tail: Sequence[Block], look: Look) -> Iterator[list[Block]]:
    room = CARD_BYTES - _FREE - _size(tail, look)
    page, taken = list[Block](), 0
    for part in (part for block in blocks for part in _parts(block)):
        size = _size([part], look)
        if page and taken + size > room:
            yield page
            page, taken = [], 0
        page = _joined(page, part)
        taken += size
    yield page


def _size(blocks: Sequence[Block], look: Look) -> int:
    return size_of({"body": whole_card(Message(tuple(blocks), "s"), look)["body"]})


def _parts(block: Block) -> Iterator[Block]:
    """The block, in parts where it is long."""
    match block:
        case Paragraph(text):
            yield from (replace(block, text=part) for part in pieces(text, _PART))
        case Facts(items):
            for label, value in items:
                yield from (Facts(((label, part),)) for part in pieces(value, _PART) or [value])
        case _:
            yield block


def _joined(page: list[Block], part: Block) -> list[Block]:
    """The page with the part after it: pairs stay in one table."""
    if page and isinstance(page[-1], Facts) and isinstance(part, Facts):
        return [*page[:-1], Facts((*page[-1].items, *part.items))]
    return [*page, part]


_BRIEF = 400


def post_of(message: Message, look: Look, *, slot: bool = False) -> Post:
    """What goes out. `slot`: a press on its card may put another card in its place."""
    return Post(card=card(message, look, slot=slot), summary=message.summary, urgent=message.urgent)


def posts_of(message: Message, look: Look, *, slot: bool = False) -> tuple[Post, ...]:
    """What goes out with nothing cut: one message, or several where one card cannot hold it.

    The first takes the place of an earlier one. A report is read whole, whatever its length.
    """
    first = post_of(message, look, slot=slot)
    pages = cards_of(message, look)
    if len(pages) == 1:
        return (first,)
    return tuple(replace(first, card=_marked(page, message, slot)) for page in pages)


def card(message: Message, look: Look, *, slot: bool = False) -> Element:
    """The card of a message; with `slot` each of its actions says that it may be replaced."""
    return _marked(card_of(message, look), message, slot)


def _marked(drawn: Element, message: Message, slot: bool) -> Element:
    form = any(isinstance(block, Form) for block in message.blocks)
    for action in _actions(drawn) if slot else ():
        if not (form and _is_beside(action["data"])):
            action["data"] = {**action["data"], "slot": True}
    return drawn


def _is_beside(data: Element) -> bool:
    """Whether an action beside a form is about its case: what it opens must not take the form's words."""
    return str(data.get("action", "")).startswith("case.") and data.get("form") is not True


def in_slot(data: object) -> bool:
    """Whether what was pressed stood on a card that may be replaced."""
    return isinstance(data, dict) and data.get("slot") is True


def for_dialog(drawn: Element) -> Element:
    """The card in a dialog, which knows Action.Submit alone: each action's fall-back in its place.

    What opens a dialog from a chat goes on in this one.
    """

    def changed(part: object) -> object:
        if isinstance(part, list):
            return [changed(one) for one in part]
        if not isinstance(part, dict):
            return part
        if part.get("type") == "Action.Execute":
            return part.get("fallback") or _submit(part)
        return {key: changed(value) for key, value in part.items() if key != "msteams"}

    found = changed(drawn)
    assert isinstance(found, dict)
    return found


def _submit(action: Element) -> Element:
    kept = {key: value for key, value in action.items() if key not in ("verb", "fallback")}
    return {**kept, "type": "Action.Submit"}


def brief(messages: tuple[Message, ...]) -> str:
    """The words of messages that are short, and that nothing can be pressed or filled in on; else ""."""
    blocks = [block for message in messages for block in message.blocks]
    plain = all(isinstance(block, Heading | Paragraph | Callout) for block in blocks)
    private = any(message.ephemeral for message in messages)
    words = "" if private or not plain else words_of(blocks)
    return words if len(words) <= _BRIEF else ""


def words_of(blocks: list[Block]) -> str:
    """Everything that the blocks say, a line each."""
    return "\n".join(line for block in blocks for line in _lines(block) if line.strip())


def _lines(block: Block) -> tuple[str, ...]:
    match block:
        case Heading(text) | Paragraph(text):
            return (text,)
        case Callout(_, title, text):
            return (title, text)
        case Bullets(items, title):
            return (title, *(f"• {item}" for item in items))
    return ()


def _actions(part: object) -> Iterator[Element]:
    """Every action of a card that is sent back to us, and its fall-back."""
    if isinstance(part, list):
        for one in part:
            yield from _actions(one)
    elif isinstance(part, dict):
        if isinstance(part.get("data"), dict):
            yield part
        for value in part.values():
            yield from _actions(value)


_DIALOGS = ("composeExtension/fetchTask", "composeExtension/submitAction")


def excuse(name: str, text: str) -> InvokeReply:
    """What a person is shown whose press could not be answered, in the form that this invoke has."""
    if name.startswith("task/") or name in _DIALOGS:
        return InvokeReply(200, {"task": {"type": "message", "value": text}})
    if name.startswith("composeExtension/"):
        return InvokeReply(200, {"composeExtension": {"type": "message", "text": text}})
    if name == "adaptiveCard/action":
        fault = {"code": "NotDone", "message": text}
        return InvokeReply(
            200, {"statusCode": 500, "type": "application/vnd.microsoft.error", "value": fault}
        )
    return InvokeReply(500)


def card_reply(card: Payload) -> InvokeReply:
    """The answer to an `adaptiveCard/action` that puts `card` in the place of the one that was pressed."""
    return InvokeReply(200, {"statusCode": 200, "type": ADAPTIVE_CARD, "value": card})


def message_reply(text: str) -> InvokeReply:
    """The answer to an `adaptiveCard/action` that leaves the card and shows `text`."""
    return InvokeReply(
        200, {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": text}
    )
