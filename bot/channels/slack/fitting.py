"""What does not fit is cut, with a line that says so: never an error, never a silent loss."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from bot.channels.slack.look import Look, Payload, plain

# Slack counts a block more as about this many characters.
_A_BLOCK = 125
_TAIL = 6


def fitted(blocks: list[Payload], look: Look, most: int, room: int) -> list[Payload]:
    """The blocks, or as many as fit with "more" after them, and then the last buttons and small print."""
    if fits(blocks, most, room):
        return blocks
    tail = _tail(blocks)
    head = blocks[: len(blocks) - len(tail)]
    left_out = list[Payload]()
    # What can be filled in always stays: a form without a field could not be sent.
    for block in reversed([block for block in head if block["type"] != "input"]):
        head = [kept for kept in head if kept is not block]
        left_out.append(block)
        shown = [*head, _more(left_out, look), *tail]
        if fits(shown, most, room):
            return shown
    return [*head, *tail, _more(left_out, look)][:most]


def fits(blocks: Sequence[Payload], most: int, room: int) -> bool:
    """Whether there is room for all of the blocks."""
    return len(blocks) <= most and size_of(blocks) <= room


def size_of(blocks: Sequence[Payload]) -> int:
    """What Slack counts: every character of text, and something for each block."""
    return sum(map(len, _texts(list(blocks)))) + _A_BLOCK * len(blocks)


def _tail(blocks: Sequence[Payload]) -> list[Payload]:
    """The buttons and small print at the end: without them a message leads nowhere."""
    start = len(blocks)
    while start > max(0, len(blocks) - _TAIL) and blocks[start - 1]["type"] in ("actions", "context"):
        start -= 1
    return list(blocks[start:])


def _more(left_out: Sequence[Payload], look: Look) -> Payload:
    cases = sum(1 for block in left_out if _opens_a_case(block))
    text = look.texts.more_cases.fill(count=cases) if cases else look.texts.more
    return {"type": "context", "elements": [plain(text)]}


def _opens_a_case(block: Payload) -> bool:
    return str(block.get("accessory", {}).get("action_id", "")).endswith(":case.show")


def _texts(found: Any) -> Iterator[str]:
    if isinstance(found, list):
        for item in found:
            yield from _texts(item)
    elif isinstance(found, dict):
        for key, value in found.items():
            if key == "text" and isinstance(value, str):
                yield value
            elif key != "value":
                yield from _texts(value)
