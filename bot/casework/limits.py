"""How much one person has done lately: counted in memory, under names that mean nothing by tomorrow."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from bot.domain.roster import Limits
from bot.domain.turns import Sender
from bot.storage.crypto import blind_index

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
_EVERYBODY = "everybody"
_SLOWER_S = 1.0
_REMEMBERED = 10_000


@dataclass
class Counters:
    """Who did what, when. Nothing is stored: a restart forgets it, and so does each new day.

    A person stands here as an HMAC under a random key that is thrown away with the day. Safe from any thread.
    """

    limits: Limits
    entropy: Callable[[int], bytes]
    _day: date | None = None
    _key: bytes = field(default=b"", repr=False)
    _times: defaultdict[tuple[str, str], deque[datetime]] = field(
        default_factory=lambda: defaultdict(lambda: deque(maxlen=_REMEMBERED)), repr=False
    )
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def too_many_messages(self, sender: Sender, now: datetime) -> bool:
        """Count one more thing that this person did; whether it is one too many."""
        return self._add("message", self._who(sender, now), now, MINUTE) > self.limits.messages_a_minute

    def too_many_reports(self, sender: Sender, now: datetime) -> bool:
        """Count one more report that this person began; whether it is one too many."""
        return self._add("report", self._who(sender, now), now, HOUR) > self.limits.reports_an_hour

    def may_try_code(self, sender: Sender, now: datetime) -> bool:
        """Whether this person may try a receipt code."""
        tried = self._count("code", self._who(sender, now), now, HOUR)
        return tried < self.limits.wrong_codes_an_hour

    def wrong_code(self, sender: Sender, now: datetime) -> None:
        """Remember that this person tried a code that was not right."""
        self._add("code", self._who(sender, now), now, HOUR)
        self._add("code", _EVERYBODY, now, MINUTE)

    def wait_s(self, now: datetime) -> float:
        """How long a look-up by code waits now, for everybody alike: not at all, unless many are guessing."""
        many = self._count("code", _EVERYBODY, now, MINUTE) >= self.limits.wrong_codes_a_minute_by_all
        return _SLOWER_S if many else 0.0

    def _who(self, sender: Sender, now: datetime) -> str:
        with self._lock:
            if self._day != now.date():
                self._day, self._key = now.date(), self.entropy(32)
                self._times.clear()
            return blind_index(self._key, sender.platform, sender.user)

    def _add(self, what: str, who: str, now: datetime, within: timedelta) -> int:
        with self._lock:
            times = self._times[what, who]
            _lately(times, now, within)
            times.append(now)
            return len(times)

    def _count(self, what: str, who: str, now: datetime, within: timedelta) -> int:
        with self._lock:
            times = self._times.get((what, who))
            return _lately(times, now, within) if times else 0


def _lately(times: deque[datetime], now: datetime, within: timedelta) -> int:
    while times and times[0] <= now - within:
        times.popleft()
    while times and times[-1] > now:
        # A clock that was put back must not keep anybody waiting.
        times.pop()
    return len(times)
