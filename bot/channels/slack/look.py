"""What every drawing for Slack needs: text as Slack takes it, and how it is fitted."""

from __future__ import annotations

import re
from typing import Any

from bot.channels.common.cutting import cut as cut
from bot.channels.common.cutting import pieces as pieces
from bot.channels.common.look import Look as Look

Payload = dict[str, Any]
# What stands for text that is empty: Slack refuses a text without a character.
NOTHING = "–"
SECTION = 3000
# Slack's own marks, and what it makes links and mentions of: mrkdwn would not show these as written.
_MARKS = re.compile(r"[*_~`@#]|:[^\s:]+:|://|\w\.\w|^>")


def plain(text: str) -> Payload:
    """A text that Slack shows as it is: no marks, no emoji names, no mentions."""
    return {"type": "plain_text", "text": text if text.strip() else NOTHING, "emoji": False}


def escaped(text: str) -> str:
    """Text fit for mrkdwn and for the fall-back text: no mention or link can be made of it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def can_be_bold(text: str) -> bool:
    """Whether mrkdwn shows the text, once escaped, in bold between two asterisks."""
    return bool(text) and text == " ".join(text.split()) and not _MARKS.search(text)
