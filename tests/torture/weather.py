"""What Slack does wrong: storms, outages, errors, cuts after it took a message, answers that come late."""

from __future__ import annotations

import threading
from collections import Counter
from random import Random

from tests.slack_double import SlackDouble

_POSTS, _CHATS = "chat.postMessage", "chat.*"
# What no page of Slack's describes: new codes, "ok" and nothing else, a page, nothing, other kinds of JSON.
CODES = ("new_policy_in_force", "enterprise_is_migrating", "unknown_method", "")
BODIES = (
    '{"ok": true}',
    '{"ok": true, "ts": null, "channel": {}, "messages": null, "user": []}',
    '{"ok": "yes"}',
    "{}",
    "[]",
    "null",
    "",
    "<html><body>Sign in to the network</body></html>",
    '{"ok": tru',
)
STATUSES = (200, 200, 200, 202, 204, 418, 451, 530)
# Each of these is asked on the way of a message, or of anybody who reads it.
ASKED = (
    "chat.postMessage",
    "chat.postMessage",
    "chat.postMessage",
    "chat.update",
    "chat.delete",
    "conversations.open",
    "conversations.history",
    "conversations.replies",
    "conversations.info",
    "conversations.members",
    "users.info",
    "auth.test",
    "*",
)
_NOWHERE = "http://127.0.0.1:9/"


class Weather(threading.Thread):
    """Changes every few seconds until it ends; then all is fine. `odd`: with answers that nobody knows."""

    def __init__(self, slack: SlackDouble, seed: int, ends: threading.Event, *, odd: bool = False) -> None:
        super().__init__(name="weather", daemon=True)
        self._slack = slack
        self._random = Random(seed)
        self._ends = ends
        self._is_odd = odd
        self.seen: Counter[str] = Counter()

    def run(self) -> None:
        """One trouble after another."""
        kinds = {self._storm: 3, self._errors: 3, self._cuts: 5, self._slow: 3, self._outage: 1}
        if self._is_odd:
            kinds |= {self._odd: 12, self._codes: 5, self._moved: 1}
        longest = 1.5 if self._is_odd else 5.0
        while not self._ends.wait(self._random.uniform(longest / 5, longest)):
            trouble = self._random.choices(list(kinds), list(kinds.values()))[0]
            self.seen[trouble.__name__.strip("_")] += 1
            trouble()
        self._slack.faults.clear()

    def _storm(self) -> None:
        times = self._random.randint(1, 8)
        self._slack.faults.storm(self._random.randint(1, 3), _CHATS, times=times)

    def _errors(self) -> None:
        self._slack.faults.status(
            self._random.choice((500, 502, 503)), _CHATS, times=self._random.randint(1, 4)
        )

    def _cuts(self) -> None:
        self._slack.faults.cut(_POSTS, times=self._random.randint(1, 4))

    def _slow(self) -> None:
        self._slack.faults.slow(self._random.uniform(1.0, 9.0), _CHATS, times=self._random.randint(1, 3))

    def _odd(self) -> None:
        chance = self._random
        body, status, method = chance.choice(BODIES), chance.choice(STATUSES), chance.choice(ASKED)
        self._slack.faults.odd(
            body, method, times=chance.randint(1, 4), status=status, done=chance.random() < 0.5
        )

    def _codes(self) -> None:
        code, method = self._random.choice(CODES), self._random.choice(ASKED)
        self._slack.faults.error(code, method, times=self._random.randint(1, 4))

    def _moved(self) -> None:
        self._slack.faults.moved(_NOWHERE, self._random.choice(ASKED), times=self._random.randint(1, 2))

    def _outage(self) -> None:
        fault = self._slack.faults.status(503, times=None)
        self._ends.wait(self._random.uniform(1.0, 6.0))
        fault.clear()
