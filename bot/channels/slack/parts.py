"""Text as Slack takes it: literal, bold, a list or a quotation, and cut with a line that says so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from bot.channels.common.look import Look
from bot.channels.common.messages import pieces
from bot.channels.common.phones import Part, parts_of
from bot.domain.messages import Bullets

Payload = dict[str, Any]
# What stands for text that is empty: Slack refuses a text without a character.
NOTHING = "–"
SECTION = 3000
# Slack's own marks, and what it makes links and mentions of: mrkdwn would not show these as written.
_MARKS = re.compile(r"[*_~`@#]|:[^\s:]+:|://|\w\.\w|^>")
# What mrkdwn makes something else of though it is escaped and `verbatim`: marks, emoji names, further lines.
_STILL_MARKS = re.compile(r"[*_~`\n\r\v\f\x85\u2028\u2029]|:(?:[^\s:]*[^\W\d][^\s:]*|[+-]?\d+):")


def plain(text: str) -> Payload:
    """A text that Slack shows as it is: no marks, no emoji names, no mentions."""
    return {"type": "plain_text", "text": text if text.strip() else NOTHING, "emoji": False}


def escaped(text: str) -> str:
    """Text fit for mrkdwn and for the fall-back text: no mention or link can be made of it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def can_be_bold(text: str) -> bool:
    """Whether mrkdwn shows the text, once escaped, in bold between two asterisks."""
    return bool(text) and text == " ".join(text.split()) and not _MARKS.search(text)


def words(text: str, bold: bool = False) -> Payload:
    """Some literal text within a line."""
    found: Payload = {"type": "text", "text": text or NOTHING}
    return {**found, "style": {"bold": True}} if bold else found


def emoji(name: str) -> Payload:
    """An emoji within a line."""
    return {"type": "emoji", "name": name}


def line(*parts: Payload) -> Payload:
    """One run of text."""
    return {"type": "rich_text_section", "elements": list(parts)}


def block(*elements: Payload) -> Payload:
    """A block of lines, lists and quotations."""
    return {"type": "rich_text", "elements": list(elements)}


def bullets(items: Iterable[str]) -> Payload:
    """A list with a point before each item."""
    lines = [line(words(item)) for item in items]
    return {"type": "rich_text_list", "style": "bullet", "indent": 0, "elements": lines}


def dialled(bullets: Bullets) -> list[Payload]:
    """A list as one section whose numbers are links, which mrkdwn makes of `<tel:…|…>`.

    Nothing where there is no number, where a word could be read as a mark, or where one section is too small:
    then it is drawn as any other list.
    """
    items = [item for item in bullets.items if item.strip()]
    lines = [parts_of(item) for item in items]
    titled = bool(bullets.title.strip())
    linked = any(part.tel for parts in lines for part in parts)
    if not linked or any(map(_STILL_MARKS.search, items)) or (titled and not can_be_bold(bullets.title)):
        return []
    title = [f"*{escaped(bullets.title)}*"] if titled else []
    text = "\n".join([*title, *("• " + "".join(map(_part, parts)) for parts in lines)])
    section = {"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}
    return [section] if len(text) <= SECTION else []


def _part(part: Part) -> str:
    return f"<{part.tel}|{escaped(part.text)}>" if part.tel else escaped(part.text)


def quotes(text: str) -> list[Payload]:
    """Text as a quotation, in as many blocks as its length asks for."""
    return [
        block({"type": "rich_text_quote", "elements": [words(part)]})
        for part in pieces(text, SECTION) or [NOTHING]
    ]


def titled(title: str, text: str, mark: str = "", bold: bool = True) -> list[Payload]:
    """A bold line, with an emoji before it, and text below: lossless, whatever the length."""
    heads = pieces(title, SECTION) or [""]
    first = [emoji(mark), words(" ")] if mark else []
    found = [block(line(*first, words(heads[0], bold)))] if heads[0] or mark else []
    found += [block(line(words(part, bold))) for part in heads[1:]]
    found += [block(line(words(part))) for part in pieces(text, SECTION)]
    return _joined(found)


def _joined(blocks: list[Payload]) -> list[Payload]:
    """A short title and its text in one block, so that they stand close together."""
    if len(blocks) != 2:
        return blocks
    first, second = (found["elements"][0]["elements"] for found in blocks)
    if sum(len(part.get("text", "")) for part in (*first, *second)) >= SECTION:
        return blocks
    return [block(line(*first, words("\n"), *second))]


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
