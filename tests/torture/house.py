"""The product's processes: started, killed, started again, on one database."""

from __future__ import annotations

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from tests.acceptance.server import ROOT

_START_S = 180.0
_STOP_S = 30.0
_POLL_S = 0.02


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with closing(socket.socket()) as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@dataclass
class Process:
    """One process of the product; `pid` and `cold` are those of its present life."""

    name: str
    command: str
    log: Path
    port: int = field(default_factory=free_port)
    pid: int = 0
    cold: subprocess.Popen[bytes] | None = None
    more: dict[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where Slack's requests go."""
        return f"http://127.0.0.1:{self.port}/slack/events"

    @property
    def listens(self) -> bool:
        """Whether somebody answers at its port."""
        with suppress(OSError), closing(socket.create_connection(("127.0.0.1", self.port), 1)):
            return True
        return False


class House:
    """One `serve` on SQLite, or two `web` and two `worker` on PostgreSQL. Safe from any thread."""

    def __init__(self, folder: Path, environment: dict[str, str], postgres_url: str = "") -> None:
        self.folder = folder
        self.database = folder / "signpost.db"
        self.url = postgres_url or f"sqlite:///{self.database}"
        self._environment = {
            **os.environ,
            **environment,
            "DATABASE_URL": self.url,
            # Threads that numpy might start would be lost at each fork.
            "OPENBLAS_NUM_THREADS": "1",
        }
        commands = ("web", "web", "worker", "worker") if postgres_url else ("serve",)
        names = [f"{command}-{number}" for number, command in enumerate(commands, start=1)]
        self.processes = {
            name: Process(name, command, folder / f"{name}.log")
            for name, command in zip(names, commands, strict=True)
        }
        self._lock = threading.RLock()
        self._nursery: subprocess.Popen[str] | None = None
        self.more: dict[str, Any] = {}
        self.keys = environment["SIGNPOST_KEYS"]

    def __enter__(self) -> House:
        with (self.folder / "nursery.log").open("ab") as log:
            self._nursery = subprocess.Popen(
                [sys.executable, "-m", "tests.torture.nursery"],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self._answer().get("ready"), self.words_of_logs()[-3000:]
        return self

    def __exit__(self, *_: object) -> None:
        self.kill(*self.processes)
        nursery = self._nursery
        assert nursery is not None
        nursery.communicate(timeout=_STOP_S)

    @property
    def doors(self) -> list[str]:
        """Where Slack may send its requests."""
        return [process.url for process in self.processes.values() if process.command != "worker"]

    def start(self, name: str, *, cold: bool = False, **more: Any) -> None:
        """Start it, from the nursery or, `cold`, as anybody would; it may take a moment to listen."""
        process = self.processes[name]
        with self._lock:
            assert not process.pid, f"{name} runs already"
            if cold:
                process.cold = self._cold(process)
                process.pid = process.cold.pid
            else:
                process.more = more
                order = {"do": "bear", "command": process.command, "log": str(process.log)}
                process.pid = self._ask(order | {"port": process.port} | self.more | more)["pid"]

    def _cold(self, process: Process) -> subprocess.Popen[bytes]:
        env = {**self._environment, "PORT": str(process.port)}
        with process.log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-m", "bot", process.command], cwd=ROOT, env=env, stdout=log, stderr=log
            )

    def start_all(self) -> None:
        """Start all that do not run, and wait until each of them listens."""
        self.bury()
        for name, process in self.processes.items():
            if not process.pid:
                self.start(name)
        for name in self.processes:
            self.wait_for(name)

    def wait_for(self, name: str) -> None:
        """Wait until it listens; a worker listens to nobody."""
        process, deadline = self.processes[name], time.monotonic() + _START_S
        while process.command != "worker" and not process.listens:
            if time.monotonic() > deadline:
                # It writes into its log where it is.
                os.kill(process.pid, signal.SIGUSR1)
                time.sleep(0.5)
                raise AssertionError(f"{name} does not listen:\n{process.log.read_text()[-6000:]}")
            for dead in self.bury():
                self.start(dead)
            time.sleep(_POLL_S)

    def kill(self, *names: str, how: signal.Signals = signal.SIGKILL) -> None:
        """kill -9, all at once: nothing is flushed, nobody says goodbye. Waits until they are gone."""
        with self._lock:
            running = [process for name in names if (process := self.processes[name]).pid]
            for process in running:
                if process.cold is not None:
                    process.cold.send_signal(how)
                    process.cold.wait(_STOP_S)
            born = [process.pid for process in running if process.cold is None]
            if born:
                self._ask({"do": "kill", "pids": born, "how": int(how)})
            for process in running:
                process.pid, process.cold = 0, None

    def stop(self) -> None:
        """Ask all to end, and wait."""
        self.kill(*self.processes, how=signal.SIGTERM)

    def bury(self) -> list[str]:
        """Who ended by themselves, since the database was away as they started: to be started again."""
        with self._lock:
            found = self.died()
            for name in found:
                self.processes[name].pid, self.processes[name].cold = 0, None
        return found

    def died(self) -> list[str]:
        """Those that ended by themselves, which none may where the database is there."""
        with self._lock:
            gone = set(self._ask({"do": "look"})["died"])
            return [
                name
                for name, process in self.processes.items()
                if process.pid in gone or (process.cold is not None and process.cold.poll() is not None)
            ]

    def _ask(self, order: dict[str, Any]) -> dict[str, Any]:
        assert self._nursery is not None
        assert self._nursery.stdin is not None
        with self._lock:
            self._nursery.stdin.write(json.dumps(order) + "\n")
            self._nursery.stdin.flush()
            return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._nursery is not None
        assert self._nursery.stdout is not None
        line = self._nursery.stdout.readline()
        assert line, f"the nursery has died: {(self.folder / 'nursery.log').read_text()[-3000:]}"
        found: dict[str, Any] = json.loads(line)
        return found

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """What the database says."""
        if self.url.startswith("sqlite"):
            with closing(sqlite3.connect(self.database, timeout=30)) as database:
                return database.execute(query).fetchall()
        with psycopg.connect(self.url.replace("+psycopg", ""), autocommit=True) as connection:
            return connection.execute(query.encode()).fetchall()

    def waiting(self) -> int:
        """How many rows of the outbox are owed still."""
        return int(self.ask("SELECT count(*) FROM outbox WHERE state IN ('pending', 'sending')")[0][0])

    def silenced(self) -> list[str]:
        """What was given up for good: in this workspace everybody is there, and can be written to."""
        rows = self.ask("SELECT kind, recipient, fault FROM outbox WHERE state = 'dead' ORDER BY kind")
        return [" ".join(map(str, row)) for row in rows]

    def words_of_logs(self) -> str:
        """Everything that any of them ever logged."""
        logs = sorted(self.folder.glob("*.log"))
        return "\n".join(log.read_text(errors="replace") for log in logs)
