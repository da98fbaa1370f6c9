"""Time as the workspace sees it: the wall's, moved forward by a test instead of sleeping."""

from __future__ import annotations

import time


class Clock:
    """Seconds since 1970. What expires goes by this clock; acknowledgements are measured by the real one."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> float:
        """The workspace's time."""
        return self.wall() + self._ahead

    def wall(self) -> float:
        """The real time: what a signature must carry."""
        return time.time()  # noqa: TID251 - the app compares it with its own clock

    def advance(self, seconds: float) -> None:
        """Let that much time pass at once."""
        self._ahead += seconds
