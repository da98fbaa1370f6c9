"""Whether a platform still reaches us, and takes what we say: for `/readyz`, metrics, log and an alarm."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import structlog
from prometheus_client import Counter, Gauge

from bot.casework.context import DoorState
from bot.channels.common.remembered import Remembered
from bot.channels.common.work import Sleep
from bot.content.roster_texts import Trouble

log = structlog.get_logger()
REFUSED = Counter("signpost_refused_requests", "Requests that were not the platform's.", ["platform", "why"])
TROUBLE = Gauge("signpost_door_trouble", "1 while a platform is cut off from us.", ["platform", "trouble"])
LOOK_S = 60.0
# What lasts shorter mends itself: a platform restarts, a socket is renewed.
_PATIENCE: dict[Trouble, timedelta] = {
    "access": timedelta(),
    "unreachable": timedelta(minutes=3),
    "socket": timedelta(minutes=3),
    "signatures": timedelta(minutes=10),
}
_LINE_EVERY = timedelta(minutes=1)
# How platforms name kinds ("member_joined_channel", "composeExtension/query"); nothing that anybody wrote.
_NAME = re.compile(r"(?=.{1,64}$)[a-z][a-zA-Z]*(?:[_./][a-z][a-zA-Z]*)*")
_MOST_ODD = 200
# Platforms take five minutes for a forgery; long before that somebody should set the clock.
_CLOCK_OFF = timedelta(minutes=1)


class Hearing:
    """What one platform's door notices of itself, and keeps in `state`. `now` is the time, aware."""

    def __init__(self, platform: str, state: DoorState, now: Callable[[], datetime]) -> None:
        self._platform = platform
        self._state = state
        self._now = now
        self._failing: dict[Trouble, tuple[datetime, str]] = {}
        self._refused, self._last_refused = 0, datetime.min.replace(tzinfo=UTC)
        self._said, self._unsaid = self._last_refused, 0
        self._clock_off = timedelta()
        self._odd: Remembered[tuple[str, str], None] = Remembered(_MOST_ODD)

    def heard(self) -> None:
        """Something came that is the platform's without doubt."""
        self._state.heard = self._now()
        self._failing.pop("signatures", None)

    def refused(self, why: str) -> None:
        """Something came that is not the platform's, or not provably so; `why` in a word or two."""
        now = self._now()
        REFUSED.labels(self._platform, why).inc()
        if now - self._last_refused > _PATIENCE["signatures"]:
            # Long since: of what is over nothing is counted.
            self._refused = 0
            self._failing.pop("signatures", None)
        self._refused, self._last_refused, self._unsaid = self._refused + 1, now, self._unsaid + 1
        self.failing("signatures", why)
        if now - self._said >= _LINE_EVERY:
            log.warning(f"{self._platform}.requests_refused", why=why, count=self._unsaid)
            self._said, self._unsaid = now, 0
        self.settle()

    def odd(self, what: str, name: str) -> None:
        """The platform's, and of no shape or kind that is read here: each is in the log once, by its name."""
        kind = what, name if _NAME.fullmatch(name) else "unnamed"
        if kind not in self._odd:
            self._odd[kind] = None
            log.warning(f"{self._platform}.{what}", name=kind[1])

    def failing(self, trouble: Trouble, why: str) -> None:
        """This does not work now; it counts once it has lasted."""
        since, _ = self._failing.get(trouble, (self._now(), ""))
        self._failing[trouble] = since, why

    def works(self, trouble: Trouble) -> None:
        """This works."""
        self._failing.pop(trouble, None)

    def clock(self, date: str) -> None:
        """How far the host's clock is from the platform's, by the Date header of an answer."""
        try:
            self._clock_off = self._now() - parsedate_to_datetime(date)
        except (ValueError, TypeError):
            # No date, or one without a time zone: it says nothing.
            return

    def settle(self) -> None:
        """Bring `state` up to date; what has changed in it is logged."""
        now, before = self._now(), self._state.troubles
        if now - self._last_refused > _PATIENCE["signatures"]:
            self.works("signatures")
        troubles = {
            trouble: why
            for trouble, (since, why) in self._failing.items()
            if now - since >= _PATIENCE[trouble]
        }
        self._state.troubles, self._state.warning = troubles, "; ".join(self._warnings(now))
        for trouble in _PATIENCE:
            TROUBLE.labels(self._platform, trouble).set(trouble in troubles)
        if troubles.keys() == before.keys():
            return
        if troubles:
            log.error(f"{self._platform}.cut_off", **troubles)
        else:
            log.info(f"{self._platform}.in_touch")

    def _warnings(self, now: datetime) -> list[str]:
        found = []
        if now - self._last_refused <= _PATIENCE["signatures"]:
            found.append(f"requests that {self._platform.title()} did not sign: {self._refused}")
        if abs(self._clock_off) > _CLOCK_OFF:
            off = round(self._clock_off.total_seconds())
            found.append(f"this machine's clock is {off} s off {self._platform.title()}'s")
        return found

    async def watch(self, probe: Callable[[], Awaitable[None]], sleep: Sleep) -> None:
        """Ask the platform now and each minute. Never ends."""
        while True:
            await probe()
            self.settle()
            await sleep(LOOK_S)
