"""What every drawing of a message needs beside the message."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from bot.content.door_texts import DoorTexts
from bot.content.world import World
from bot.domain.messages import Quote


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

    def clause(self, quote: Quote) -> str:
        """Where a clause stands: its section path and its lines."""
        first, last = quote.lines
        lines = f"line {first}" if first == last else f"lines {first}–{last}"
        return self.texts.clause.fill(section=quote.section, lines=lines)
