"""How much memory each process of the product holds, minute by minute, and how fast that grows."""

from __future__ import annotations

import json
import threading
import time
from collections import defaultdict
from pathlib import Path

from tests.torture.house import House

_EVERY_S = 10.0
# A process that has just started fills its caches: that is no leak.
_SETTLES = 0.25
_HOUR_S = 3600.0
Samples = dict[str, list[tuple[float, float]]]


class Memory(threading.Thread):
    """Reads what the processes hold, a line of JSON each time, until it ends."""

    def __init__(self, house: House, log: Path, ends: threading.Event) -> None:
        super().__init__(name="memory", daemon=True)
        self._house = house
        self._log = log
        self._ends = ends
        self.samples: Samples = defaultdict(list)

    def run(self) -> None:
        """One look after another."""
        began = time.monotonic()
        with self._log.open("a") as log:
            while not self._ends.wait(_EVERY_S):
                at = time.monotonic() - began
                held = {name: mib for name, one in self._house.processes.items() if (mib := rss(one.pid))}
                for name, mib in held.items():
                    self.samples[f"{name} {self._house.processes[name].pid}"].append((at, mib))
                log.write(json.dumps({"seconds": round(at), "MiB": held}) + "\n")
                log.flush()


def rss(pid: int) -> float:
    """The memory that a process holds, in MiB; 0 where there is none."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)


def slope(samples: list[tuple[float, float]]) -> float:
    """MiB an hour after the first quarter, by least squares; 0 where too little was seen."""
    if len(samples) < 2:
        return 0.0
    first, last = samples[0][0], samples[-1][0]
    late = [one for one in samples if one[0] >= first + _SETTLES * (last - first)]
    at = sum(seconds for seconds, _ in late) / len(late)
    mean = sum(mib for _, mib in late) / len(late)
    spread = sum((seconds - at) ** 2 for seconds, _ in late)
    return _HOUR_S * sum((seconds - at) * (mib - mean) for seconds, mib in late) / spread if spread else 0.0


def told(samples: Samples) -> dict[str, dict[str, float]]:
    """Of each process the first, the last and the most that it held, and how fast that grew."""
    return {
        name: {
            "first MiB": round(found[0][1], 1),
            "last MiB": round(found[-1][1], 1),
            "most MiB": round(max(mib for _, mib in found), 1),
            "MiB an hour": round(slope(found), 2),
        }
        for name, found in samples.items()
    }
