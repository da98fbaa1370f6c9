"""What Slack does wrong: storms, outages, errors, cuts after it took a message, answers that come late."""

from __future__ import annotations

import threading
from collections import Counter
from random import Random

from tests.slack_double import SlackDouble

_POSTS, _CHATS = "chat.postMessage", "chat.*"


class Weather(threading.Thread):
    """Changes every few seconds until it ends; then all is fine."""

    def __init__(self, slack: SlackDouble, seed: int, ends: threading.Event) -> None:
        super().__init__(name="weather", daemon=True)
        self._slack = slack
        self._random = Random(seed)
        self._ends = ends
        self.seen: Counter[str] = Counter()

    def run(self) -> None:
        """One trouble after another."""
        kinds = {self._storm: 3, self._errors: 3, self._cuts: 5, self._slow: 3, self._outage: 1}
        while not self._ends.wait(self._random.uniform(1.0, 5.0)):
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

    def _outage(self) -> None:
        fault = self._slack.faults.status(503, times=None)
        self._ends.wait(self._random.uniform(1.0, 6.0))
        fault.clear()
