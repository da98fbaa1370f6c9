"""How a text is fitted into the room that a platform gives it."""

from __future__ import annotations


def cut(text: str, most: int) -> str:
    """The text in at most `most` characters: cut where a word ends, with "…" where something is left out."""
    return text if len(text) <= most else pieces(text, most - 1)[0].rstrip() + "…"


def pieces(text: str, most: int) -> list[str]:
    """The whole text in parts of 1 to `most` characters, parted where a word or a line ends if it can be.

    The white space at a joint belongs to neither part.
    """
    found, rest = list[str](), text
    while len(rest) > most:
        end = _joint(rest, most)
        found.append(rest[:end])
        rest = rest[end:].lstrip() if rest[end : end + 1].isspace() else rest[end:]
    return [part for part in (*found, rest) if part.strip()]


def _joint(text: str, most: int) -> int:
    """Where to part a text that is longer than `most`: not so early that a part is nearly empty."""
    window = text[: most + 1]
    for mark in ("\n", " "):
        at = window.rfind(mark)
        if at > most // 2:
            return at
    return most
