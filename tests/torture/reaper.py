"""Who kills: single processes, several at once, while they start; and now and then the database."""

from __future__ import annotations

import time
from collections.abc import Callable
from random import Random

from tests.support.postgres import Cluster
from tests.torture.house import House

_COLD = 50
_DATABASE = 30
_KILLS_A_REPORT, _GRACE_S = 4, 4.0


class Reaper:
    """Kills by a seed, until so many are dead. `say` is told of each hundred; `received` counts reports."""

    def __init__(
        self,
        house: House,
        cluster: Cluster | None,
        seed: int,
        say: Callable[[str], None],
        received: Callable[[], int],
    ) -> None:
        self._house = house
        self._received = received
        self._cluster = cluster
        self._random = Random(seed)
        self._say = say
        self.kills = 0
        self.starts = 0
        self.colds = 0
        self.restarts = 0
        self.deadlocks = 0

    def kill(self, times: int) -> None:
        """Until so many processes were killed."""
        strikes = 0
        while self.kills < times:
            self._pause()
            strikes += 1
            if self._cluster is not None and strikes % _DATABASE == _DATABASE // 2:
                self._restart_database(self._cluster)
            self._strike()

    def _pause(self) -> None:
        longest = 1.4 if self._cluster else 2.2
        time.sleep(self._random.uniform(0.05, longest))
        # On a machine that is busy with other things nothing would ever be under way.
        grace = time.monotonic() + _GRACE_S
        while self._received() * _KILLS_A_REPORT < self.kills and time.monotonic() < grace:
            time.sleep(0.1)

    def _strike(self) -> None:
        for name in self._house.bury():
            self._start(name)
        names = self._victims()
        before = self.kills
        self._house.kill(*names)
        self.kills += len(names)
        if self.kills // 100 > before // 100:
            self._say(f"{self.kills} kills")
        # Somebody has to notice first; now and then both halves are gone for a while.
        if len(names) > 1:
            time.sleep(self._random.uniform(0.0, 0.6))
        for name in names:
            self._start(name)

    def _victims(self) -> list[str]:
        names = list(self._house.processes)
        count = self._random.choices((1, 2, len(names)), (7, 2, 1))[0] if len(names) > 1 else 1
        return self._random.sample(names, count)

    def _start(self, name: str) -> None:
        self.starts += 1
        cold = self.starts % _COLD == 0
        self.colds += cold
        self._house.start(name, cold=cold)
        # One in six is killed again before it could listen to anybody.
        if self._random.randrange(6):
            self._house.wait_for(name)

    def _restart_database(self, cluster: Cluster) -> None:
        self.restarts += 1
        # Its counters are lost with the server that is killed.
        self.count_deadlocks()
        if self._random.randrange(2):
            cluster.stop()
        else:
            cluster.kill()
        time.sleep(self._random.uniform(0.2, 2.0))
        cluster.start()
        self._house.ask("SELECT pg_stat_reset()")

    def count_deadlocks(self) -> None:
        """Add those since the counters were last set back."""
        if self._cluster is not None:
            query = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
            self.deadlocks += int(self._house.ask(query)[0][0])
