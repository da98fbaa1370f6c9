"""Who somebody on a platform is to us: staff, a guest, gone, or not known because it did not answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from bot.channels.common.remembered import Remembered

K = TypeVar("K")
KEPT_S = 300.0
# A press must be answered in a few seconds, no matter from whom it comes.
WITHIN_S = 1.5
_MOST_KEPT = 20_000


@dataclass(frozen=True)
class Standing:
    """What the platform says of somebody. `gone`: deleted, or no person at all (`bot`)."""

    kind: Literal["staff", "guest", "gone", "unknown"]
    name: str = ""
    bot: bool = False


UNKNOWN = Standing("unknown")


class KnownPeople(Generic[K]):
    """The standing of people, kept for five minutes. `monotonic` is a clock in seconds."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._kept: Remembered[K, tuple[float, Standing]] = Remembered(_MOST_KEPT)

    def recent(self, who: K, max_age: float = KEPT_S) -> Standing | None:
        """What was said of `who` less than `max_age` seconds ago."""
        at, standing = self._kept.get(who, (float("-inf"), None))
        return standing if self._monotonic() - at < max_age else None

    async def asked(
        self, who: K, ask: Awaitable[Standing], within: float = WITHIN_S, unknown: Standing = UNKNOWN
    ) -> Standing:
        """What the platform says now. `unknown`, not kept, where it says nothing `within` seconds."""
        try:
            standing = await asyncio.wait_for(ask, within)
        except Exception:
            standing = unknown
        if standing.kind != "unknown":
            self._kept[who] = (self._monotonic(), standing)
        else:
            # What was known before is out of date, or was doubted.
            self._kept.pop(who, None)
        return standing
