"""A process that has imported and read everything once, and bears the others: a start costs a fork.

It holds no thread, socket or connection. Each child opens its own database and serves exactly as
`python -m bot serve`, `web` or `worker` does. Orders come as lines of JSON, each answered with a line.
"""

from __future__ import annotations

import faulthandler
import json
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bot import app, logs
from bot.app import NoEngine, build, read_world
from bot.channels.slack import app as slack
from bot.channels.slack import sender
from bot.content.world import World
from bot.settings import Settings, read_settings
from bot.storage.database import StorageFault, StorageUnavailable

Order = dict[str, Any]


class Nursery:
    """What every child is born with."""

    def __init__(self) -> None:
        self._settings = read_settings()
        self._world = read_world(self._settings)
        self._alive: set[int] = set()
        assert len(os.listdir("/proc/self/task")) == 1, "a thread would be lost in each child"

    def obey(self, order: Order) -> Order:
        """Do one thing: bear, kill, or look who has died."""
        if order["do"] == "bear":
            return {"pid": self._bear(order)}
        if order["do"] == "kill":
            return {"died": self.kill(order["pids"], order["how"])}
        return {"died": [pid for pid in self._alive.copy() if self._reaped(pid, os.WNOHANG)]}

    def _bear(self, order: Order) -> int:
        pid = os.fork()
        if pid == 0:
            _live(order, self._settings, self._world)
        self._alive.add(pid)
        return pid

    def kill(self, pids: list[int], how: int) -> list[int]:
        """All at once, and wait. Only children that were not waited for: no other's process id is met."""
        meant = [pid for pid in pids if pid in self._alive]
        for pid in meant:
            os.kill(pid, how)
        return [pid for pid in meant if self._reaped(pid, 0)]

    def end(self) -> None:
        """Leave nobody behind."""
        self.kill(list(self._alive), signal.SIGKILL)

    def _reaped(self, pid: int, options: int) -> bool:
        found, _ = os.waitpid(pid, options)
        if found:
            self._alive.discard(pid)
        return bool(found)


def _live(order: Order, settings: Settings, world: World) -> None:
    """A whole life, in the child. Never returns."""
    code = 1
    try:
        _settle_in(order)
        _serve(order, replace(settings, port=order["port"]), world)
        code = 0
    except (StorageFault, StorageUnavailable) as fault:
        # As the command line does: the person who started it starts it again.
        print(fault, file=sys.stderr)
    except SystemExit as asked:
        code = int(asked.code or 0)
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _settle_in(order: Order) -> None:
    log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(log, 1)
    os.dup2(log, 2)
    # Anybody who does not come up is asked where it is.
    faulthandler.register(signal.SIGUSR1)
    if size := order.get("file_size"):
        # What a full disk does: a write beyond it fails. Python ignores the signal that comes with it.
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.getrlimit(resource.RLIMIT_FSIZE)[1]))


def _serve(order: Order, settings: Settings, world: World) -> None:
    logs.configure(to_terminal=False)
    born = partial(build, engine=NoEngine(), world=world)
    pace = order.get("pace", sender.SECONDS_APART)
    with (
        patch.object(app, "build", born),
        patch.object(app, "clock", _clock(order.get("clock"))),
        patch.object(slack, "SECONDS_APART", pace),
    ):
        if order["command"] == "worker":
            app.work(settings)
        else:
            app.serve(settings, works=order["command"] == "serve")


def _clock(moved: str | None) -> Callable[[], datetime]:
    """The time, as many seconds ahead as the file says: it may change while the process lives."""
    if moved is None:
        return app.clock
    file = Path(moved)
    return lambda: datetime.now(UTC) + timedelta(seconds=float(file.read_text() or 0))


def main() -> None:
    """Answer orders until there are no more."""
    nursery = Nursery()
    print(json.dumps({"ready": True}), flush=True)
    for line in sys.stdin:
        print(json.dumps(nursery.obey(json.loads(line))), flush=True)
    nursery.end()


if __name__ == "__main__":
    main()
