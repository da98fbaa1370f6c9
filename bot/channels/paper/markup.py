"""Text from people as reportlab's paragraphs take it: never as markup, whatever it holds."""

from __future__ import annotations

import unicodedata
from xml.sax.saxutils import escape

from bot.channels.paper.fonts import drawable
from bot.reporting.inputs import clean_text

# Neither drawn nor read: soft hyphens, joiners, tags, and halves of characters.
_UNSEEN = frozenset(("Cc", "Cf", "Cs"))


def plain(text: str) -> str:
    """`text` for a paragraph: every sign of markup is a letter, and lines break where they broke."""
    return escape(line(text)).replace("\n", "<br/>")


def bold(text: str) -> str:
    """The same in bold."""
    return f"<b>{plain(text)}</b>"


def line(text: str) -> str:
    """`text` without what is unseen or turns the direction of writing, as far as the fonts can draw it."""
    seen = "".join(char for char in clean_text(text) if char == "\n" or _is_seen(char))
    return drawable(seen)


def _is_seen(char: str) -> bool:
    return unicodedata.category(char) not in _UNSEEN
