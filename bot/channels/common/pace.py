"""How fast messages follow one another in a conversation, as its platform allows."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from bot.delivery.sender import PassingFault

# A longer wait is left to the outbox, which holds no other conversation up.
_LONGEST_WAIT_S = 12.0


class Pace:
    """One message every `gap` seconds in each conversation. `monotonic` is a clock in seconds."""

    def __init__(
        self, gap: float, monotonic: Callable[[], float], sleep: Callable[[float], Awaitable[object]]
    ) -> None:
        self._gap = gap
        self._monotonic = monotonic
        self._sleep = sleep
        self._free_at: dict[str, float] = {}
        self._locks: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @asynccontextmanager
    async def turn(self, conversation: str) -> AsyncIterator[None]:
        """One's turn in a conversation, awaited; the next comes a gap after it ends.

        A PassingFault inside it holds the conversation for as long as the platform asked. Raises
        PassingFault where the wait would be long.
        """
        async with self._locks[conversation]:
            wait = self._free_at.get(conversation, 0.0) - self._monotonic()
            if wait > _LONGEST_WAIT_S:
                raise PassingFault("waiting for a turn", wait)
            if wait > 0:
                await self._sleep(wait)
            try:
                yield
            except PassingFault as fault:
                self.hold(conversation, fault.retry_after or 0.0)
                raise
            finally:
                # From the end: a platform counts when a message arrives, not when it was begun.
                self.hold(conversation, self._gap)

    def hold(self, conversation: str, seconds: float) -> None:
        """The platform asked to wait: nobody's turn comes before that."""
        until = self._monotonic() + seconds
        self._free_at[conversation] = max(until, self._free_at.get(conversation, until))
