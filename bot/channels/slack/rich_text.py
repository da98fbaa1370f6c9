"""Rich text: words that Slack shows literally, in bold, as a list or as a quotation."""

from __future__ import annotations

from collections.abc import Iterable

from bot.channels.slack.look import NOTHING, SECTION, Payload, pieces


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
