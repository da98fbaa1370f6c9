"""What is done by itself every few seconds: to delete what has expired, and to say that the worker lives."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.storage import conversations, heartbeats
from bot.storage.database import Database

# Not at every poll: each write costs an fsync.
_EVERY = timedelta(seconds=10)


@dataclass
class Housekeeping:
    """One process's. Raises StorageUnavailable, and is due again in ten seconds."""

    _done: datetime | None = None

    def look(self, database: Database, now: datetime) -> None:
        """Do it where the last time was long enough ago, or the clock was put back since."""
        if self._done is not None and timedelta() <= now - self._done < _EVERY:
            return
        self._done = now
        database.leave_no_trace()
        with database.transaction() as tx:
            conversations.forget_expired(tx, now)
            heartbeats.beat(tx, "worker", now)
