"""How often Slack lets an app call it (docs.slack.dev/apis/web-api/rate-limits)."""

from __future__ import annotations

import math
from collections import defaultdict, deque

from tests.slack_double.model import SlackError

# Calls a minute, by tier; chat.postMessage is special: about one a second for each channel.
TIERS = {1: 1, 2: 20, 3: 50, 4: 100}
TIER_OF = {
    "apps.connections.open": 1,
    "users.list": 2,
    "conversations.list": 2,
    "chat.update": 3,
    "chat.delete": 3,
    "conversations.open": 3,
    "conversations.info": 3,
    "conversations.history": 3,
    "conversations.replies": 3,
    "conversations.members": 4,
    "chat.postEphemeral": 4,
    "users.info": 4,
    "views.open": 4,
    "views.update": 4,
    "views.push": 4,
    "views.publish": 4,
}


class Rates:
    """Refuses what comes too often, by the workspace's clock.

    `interval_s` between messages to one channel, after a `burst`; `tiers`: the limits a minute by method.
    """

    def __init__(self) -> None:
        self.interval_s = 1.0
        self.burst = 1
        self.tiers = False
        self._next: dict[str, float] = {}
        self._minute: dict[str, deque[float]] = defaultdict(deque)

    def message(self, channel: str, now: float) -> None:
        """Count a message to this channel, or refuse it."""
        if self.interval_s <= 0:
            return
        due = max(self._next.get(channel, now), now)
        early = due - now - (self.burst - 1) * self.interval_s
        if early > 1e-6:
            raise SlackError("ratelimited", retry_after=max(1, math.ceil(early)))
        self._next[channel] = due + self.interval_s

    def method(self, name: str, now: float) -> None:
        """Count a call of this method, or refuse it."""
        if not self.tiers or name not in TIER_OF:
            return
        calls = self._minute[name]
        while calls and calls[0] <= now - 60:
            calls.popleft()
        if len(calls) >= TIERS[TIER_OF[name]]:
            raise SlackError("ratelimited", retry_after=max(1, math.ceil(calls[0] + 60 - now)))
        calls.append(now)
