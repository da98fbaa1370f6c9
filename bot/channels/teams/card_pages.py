"""A message that is longer than a card, as several: a report can be read whole, whatever its length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.channels.common.cutting import pieces
from bot.channels.common.look import Look
from bot.channels.common.phones import without_links
from bot.channels.teams.card_fitting import CARD_BYTES, size_of, tail_of
from bot.channels.teams.cards import card_of, whole_card
from bot.channels.teams.ids import Payload
from bot.domain.messages import Block, Buttons, Facts, Form, Message, Paragraph

# What one part of a long text may take, and what is left free on a card for what is around the parts.
_PART, _FREE = 2000, 1500


def cards_of(message: Message, look: Look) -> tuple[Payload, ...]:
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
