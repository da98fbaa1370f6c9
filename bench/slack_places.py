"""Where processes run and what they cost: cores, CPU time, the load of the machine."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from pathlib import Path

_START_S = 60.0
# clock_gettime(2): the CPU-time clock of a process is made from its id; 2 is the scheduler's, in nanoseconds.
_SCHEDULER = 2


def cpu_s(pid: int) -> float:
    """The CPU seconds that a process has used so far, user and system, in all of its threads."""
    return time.clock_gettime((~pid << 3) | _SCHEDULER)


def place(pid: int, core: int) -> bool:
    """Keep a process and all of its threads on one core. False where there is only one or it is forbidden."""
    if (os.cpu_count() or 1) < 2:
        return False
    try:
        for thread in Path(f"/proc/{pid}/task").iterdir():
            os.sched_setaffinity(int(thread.name), {core})
    except OSError:
        return False
    return True


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    """Wait until a server listens. Raises TimeoutError where it does not."""
    ends = time.monotonic() + _START_S
    while time.monotonic() < ends and process.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError("the server did not start")


def machine() -> str:
    """The cores and the load averages, as a line to print beside figures."""
    load = " ".join(f"{value:.1f}" for value in os.getloadavg())
    return f"{os.cpu_count()} cores, load average {load}"
