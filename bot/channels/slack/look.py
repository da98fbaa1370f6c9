"""What every drawing for Slack needs: the texts of the doors, the time zone, and how text is fitted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from bot.conversation.world import World
from bot.knowledge.door_texts import DoorTexts

Payload = dict[str, Any]
# What stands for text that is empty: Slack refuses a text without a character.
NOTHING = "–"
SECTION = 3000
# Slack's own marks, and what it makes links and mentions of: mrkdwn would not show these as written.
_MARKS = re.compile(r"[*_~`@#]|:[^\s:]+:|://|\w\.\w|^>")


@dataclass(frozen=True)
class Look:
    """The words around the conversation, and the time zone in which the Federation writes its times."""

    texts: DoorTexts
    timezone: str

    @classmethod
    def of(cls, world: World) -> Look:
        """The look of one Federation."""
        return cls(world.door, world.federation.timezone)

    @property
    def zone(self) -> ZoneInfo:
        """The Federation's time zone."""
        return ZoneInfo(self.timezone)


def plain(text: str) -> Payload:
    """A text that Slack shows as it is: no marks, no emoji names, no mentions."""
    return {"type": "plain_text", "text": text if text.strip() else NOTHING, "emoji": False}


def escaped(text: str) -> str:
    """Text fit for mrkdwn and for the fall-back text: no mention or link can be made of it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def can_be_bold(text: str) -> bool:
    """Whether mrkdwn shows the text, once escaped, in bold between two asterisks."""
    return bool(text) and text == " ".join(text.split()) and not _MARKS.search(text)


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
