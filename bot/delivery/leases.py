"""The claims that a worker holds: renewed while it lives; nothing is on its way once one could have ended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta

# A dead worker's rows are anyone's after this long; a living one renews in time, three times over.
LEASE = timedelta(seconds=12)
RENEWED_EVERY_S = 3.0
# What is on its way is cut before the lease ends: its rescuer must find everything that it did.
_SHARE = 0.8


@dataclass
class _Held:
    ends: float
    sends: set[tuple[asyncio.Timeout, float]] = field(default_factory=set)


class Leases:
    """One worker's leases, by token. Times are those of the event loop, in seconds."""

    def __init__(self) -> None:
        self._held: dict[str, _Held] = {}

    @property
    def tokens(self) -> tuple[str, ...]:
        """Those that are held now."""
        return tuple(self._held)

    def take(self, token: str, began: float) -> None:
        """A claim that was begun at `began` succeeded under this token."""
        self._held[token] = _Held(_end(began))

    def drop(self, token: str) -> None:
        """Nothing is left to do under it."""
        self._held.pop(token, None)

    def renewed(self, tokens: Iterable[str], began: float) -> None:
        """A renewal that was begun at `began` succeeded: what is on its way has longer."""
        for held in filter(None, map(self._held.get, tokens)):
            held.ends = _end(began)
            for timeout, latest in held.sends:
                if not timeout.expired():
                    timeout.reschedule(min(latest, held.ends))

    @asynccontextmanager
    async def sending(self, token: str, longest_s: float) -> AsyncIterator[None]:
        """At most `longest_s` seconds, and not beyond the lease. Raises TimeoutError when it is cut."""
        now = asyncio.get_running_loop().time()
        latest, held = now + longest_s, self._held[token]
        if now >= held.ends:
            # We stood still for so long that it may be another's by now: nothing is begun under it.
            raise TimeoutError("the lease has ended")
        async with asyncio.timeout_at(min(latest, held.ends)) as timeout:
            entry = (timeout, latest)
            held.sends.add(entry)
            try:
                yield
            finally:
                held.sends.discard(entry)


def _end(began: float) -> float:
    return began + _SHARE * LEASE.total_seconds()
