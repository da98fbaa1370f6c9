"""What people type on Slack, as they see it: without Slack's own marks for links, people and channels."""

from __future__ import annotations

import html
import re

# A person, a channel, a group or an address; any other "<" was typed.
_MARK = re.compile(r"<((?:[@#!]|https?:|mailto:|tel:)[^<>]*)>")


def plain_text(text: str) -> str:
    """The words of a message or command. A mention of a person or of the app itself leaves nothing behind."""
    return html.unescape(_MARK.sub(lambda found: _shown(found[1]), text)).strip()


def _shown(mark: str) -> str:
    target, _, label = mark.partition("|")
    if target.startswith("@"):
        # Who is meant is nobody's business here; their name in a question would only be stored.
        return ""
    if target.startswith("#"):
        return f"#{label}" if label else ""
    if target.startswith("!"):
        return label
    return label or target.removeprefix("mailto:").removeprefix("tel:")
