"""A mix of requests against the running product: acknowledgements, answers, CPU time, the highest rate."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from bench.slack_people import Crowd, Log, answered_s, drive
from bench.slack_places import cpu_s, place
from bench.slack_staff import Mix
from bot.content.policy_load import INTENT_PREFIX
from bot.engine.training import load_training
from bot.settings import HOME
from tests.acceptance.slack_office import Office, office

PATIENCE_S = 3.0
_SETTLE_S = 30.0
_BEGINNINGS = ("", "Quick one: ", "Hello, ", "A colleague asks: ", "Sorry to bother you. ", "For a friend: ")


@dataclass(frozen=True)
class Found:
    """What one run measured. Seconds, but for the counts and the shares of a core."""

    rate: float
    sent: int
    acks: dict[str, list[float]]
    answers: list[float]
    unanswered: int
    errors: int
    missed: int
    lag_s: float
    server_core: float
    own_core: float
    cpu_each_s: float

    @property
    def every_ack(self) -> list[float]:
        """The acknowledgements of all kinds."""
        return [seconds for found in self.acks.values() for seconds in found]

    @property
    def slowest(self) -> float:
        """The slowest acknowledgement."""
        return max(self.every_ack, default=0.0)

    @property
    def acknowledged(self) -> bool:
        """Whether Slack would have been content with every one of them."""
        return self.errors == 0 and self.slowest <= PATIENCE_S

    @property
    def kept_up(self) -> bool:
        """Whether nobody waited for an answer longer than Slack waits for an acknowledgement (99 in 100)."""
        slow = float(np.percentile(self.answers, 99)) if self.answers else 0.0
        return self.acknowledged and self.unanswered == 0 and slow <= PATIENCE_S

    @property
    def driven(self) -> bool:
        """Whether the load was really as high: sent in time, with somebody ready for nearly every act."""
        return self.lag_s < 1.0 and self.missed <= 0.05 * max(1, self.sent)


def questions() -> list[str]:
    """What people might ask about the policy: no two the same, in an order that does not change."""
    examples = load_training(HOME / "intents").examples
    asked = sorted({each.text for each in examples if each.intent.startswith(INTENT_PREFIX)})
    mixed = [asked[place] for place in np.random.default_rng(4).permutation(len(asked))]
    return [beginning + text for beginning in _BEGINNINGS for text in mixed]


class Product:
    """`python -m bot serve` with the double as its Slack, and a crowd that uses it."""

    def __init__(self, works: Office, pid: int) -> None:
        self._works = works
        self._pid = pid
        self._crowd = Crowd(works, questions())

    def run(self, mix: Mix, seconds: float) -> Found:
        """Drive it, wait until all is answered, and say what it took."""
        calls = self._works.slack.calls
        first, began = len(calls), time.monotonic()
        before, own = cpu_s(self._pid), time.process_time()
        log = drive(self._crowd, mix, seconds)
        took, used, own = time.monotonic() - began, cpu_s(self._pid) - before, time.process_time() - own
        answers, unanswered = self._settled(log, first)
        # What was still to be done when the last was sent belongs to it too.
        each = (cpu_s(self._pid) - before) / max(1, len(log.done))
        return _found(log, mix.rate, answers, unanswered, (used / took, own / took, each))

    def _settled(self, log: Log, first: int) -> tuple[list[float], int]:
        ends = time.monotonic() + _SETTLE_S
        while True:
            answers, unanswered = answered_s(log, self._works.slack.calls[first:])
            if not unanswered or time.monotonic() > ends:
                return answers, unanswered
            time.sleep(0.5)


def _found(
    log: Log, rate: float, answers: list[float], unanswered: int, cpu: tuple[float, float, float]
) -> Found:
    acks: dict[str, list[float]] = {}
    for done in log.done:
        acks.setdefault(done.kind, []).append(done.act.ack_s)
    errors = sum(not done.act.ok for done in log.done) + log.broken
    return Found(rate, len(log.done), acks, answers, unanswered, errors, log.missed, log.lag_s, *cpu)


@contextmanager
def product() -> Iterator[Product]:
    """It, in a folder of its own, on the first core; we are on the second."""
    with TemporaryDirectory() as folder, office(Path(folder)) as works:
        # Nothing here waits for a limit of Slack's, and what comes late is counted, not an error of a test.
        works.slack.rates.interval_s = 0
        process = works.server._process
        assert process is not None
        place(process.pid, 0)
        place(os.getpid(), 1)
        yield Product(works, process.pid)
        works.slack.late_acks.clear()


def climb(served: Product, mix: Mix, rates: Sequence[float], seconds: float) -> Iterator[Found]:
    """Higher and higher, until acknowledgements come late, something fails, or we can send no faster."""
    for rate in rates:
        found = served.run(mix.scaled(rate), seconds)
        yield found
        if not (found.acknowledged and found.driven):
            return
