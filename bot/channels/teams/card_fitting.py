"""What does not fit a card is cut, with a line that says so: never an error, never a silent loss."""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.channels.common.cutting import cut
from bot.channels.common.look import Look
from bot.channels.common.pairing import opens_a_case
from bot.channels.common.phones import without_links
from bot.channels.teams.ids import Payload
from bot.domain.messages import (
    Block,
    Bullets,
    Buttons,
    Callout,
    Facts,
    Form,
    Heading,
    Message,
    Outside,
    Paragraph,
    Verdict,
)

# Below the smallest limit that Microsoft has named for a message of Teams, with room for what is around.
CARD_BYTES = 25_000
_LENGTHS = (3000, 2000, 1500, 1000, 700, 500, 350, 250)
_TAIL = 6


def size_of(card: Payload) -> int:
    """How many bytes a card takes, in UTF-8."""
    return len(json.dumps(card, ensure_ascii=False, separators=(",", ":")).encode())


def fitted(message: Message, look: Look, draw: Callable[[Message], Payload]) -> Payload:
    """The card of the message, or of as much of it as fits.

    First numbers are words and no links; then the longest texts are cut, but never a clause of the policy;
    then whole blocks are left out from the end. The last buttons stay, and so does whatever can be filled in.
    """
    card = draw(message)
    if size_of(card) < CARD_BYTES:
        return card
    message = replace(message, blocks=without_links(message.blocks))
    card = draw(message)
    if size_of(card) < CARD_BYTES:
        return card
    more = Paragraph(look.texts.more, muted=True)
    for most in _LENGTHS:
        shorter = tuple(_shortened(block, most) for block in message.blocks)
        card = draw(_with_more(message, shorter, more))
        if size_of(card) < CARD_BYTES:
            return card
    return _without_the_end(message, shorter, look, draw)


def _without_the_end(
    message: Message, blocks: Sequence[Block], look: Look, draw: Callable[[Message], Payload]
) -> Payload:
    tail = tail_of(blocks)
    units = _units(blocks[: len(blocks) - len(tail)])
    loose = [at for at, unit in enumerate(units) if not any(isinstance(block, Form) for block in unit)]

    def drawn(count: int) -> Payload:
        out = set(loose[len(loose) - count :])
        kept = [block for at, unit in enumerate(units) if at not in out for block in unit]
        shown = (*kept, _more([units[at] for at in out], look), *tail)
        return draw(replace(message, blocks=shown))

    counts = range(len(loose) + 1)
    fits = bisect_left(counts, True, key=lambda count: size_of(drawn(count)) < CARD_BYTES)
    return drawn(min(fits, len(loose)))


def _units(blocks: Sequence[Block]) -> list[tuple[Block, ...]]:
    """The blocks; those that belong together in one."""
    found, at = list[tuple[Block, ...]](), 0
    while at < len(blocks):
        size = 2 if opens_a_case(blocks[at : at + 2]) else 1
        found.append(tuple(blocks[at : at + size]))
        at += size
    return found


def tail_of(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The buttons and small print at the end: without them a message leads nowhere."""
    start = len(blocks)
    while start > max(0, len(blocks) - _TAIL) and _is_tail(blocks[start - 1]):
        start -= 1
    if opens_a_case(blocks[start - 1 : start + 1]):
        # The last line of a list of cases.
        start += 1
    return tuple(blocks[start:])


def _is_tail(block: Block) -> bool:
    return isinstance(block, Buttons) or (isinstance(block, Paragraph) and block.muted)


def _with_more(message: Message, blocks: Sequence[Block], more: Paragraph) -> Message:
    tail = tail_of(blocks)
    return replace(message, blocks=(*blocks[: len(blocks) - len(tail)], more, *tail))


def _more(left_out: Sequence[Sequence[Block]], look: Look) -> Paragraph:
    cases = sum(1 for unit in left_out if opens_a_case(unit))
    text = look.texts.more_cases.fill(count=cases) if cases else look.texts.more
    return Paragraph(text, muted=True)


def _shortened(block: Block, most: int) -> Block:
    """The block with each of its texts cut to `most` characters. A clause and a form stay whole."""
    match block:
        case Heading(text) | Paragraph(text):
            return replace(block, text=cut(text, most))
        case Verdict(_, label):
            return replace(block, label=cut(label, most))
        case Callout(_, title, text):
            return replace(block, title=cut(title, most), text=cut(text, most))
        case Bullets(items, title):
            return Bullets(tuple(cut(item, most) for item in items), cut(title, most))
        case Facts(items):
            return Facts(tuple((cut(label, most), cut(value, most)) for label, value in items))
        case Outside(text, source):
            return Outside(cut(text, most), cut(source, most))
    return block
