"""The real product in a process of its own: started, spoken to over HTTP, killed, started again."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
# On a cold cache it learns its examples first, perhaps after another process that does the same.
_START_S = 300.0


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


class Server:
    """`python -m bot serve` over one folder: what it stored is there after a restart.

    Another `command` of several processes needs `settings` that name their database and keys.
    """

    def __init__(self, folder: Path, command: str = "serve", **settings: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.log = folder / f"{command}.log"
        self._command = command
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None
        # Who sent which event.
        self.sent: list[tuple[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def database(self) -> Path:
        return self.folder / "signpost.db"

    @property
    def environment(self) -> dict[str, str]:
        """What it is told, and what a command beside it must be told."""
        return {
            "PORT": str(self.port),
            "DATABASE_URL": f"sqlite:///{self.database}",
            "SIGNPOST_CONFIG": str(ROOT / "federation.example.yml"),
            # Whatever it leaves lies here.
            "TMPDIR": str(self.folder),
            **self._settings,
        }

    def start(self) -> None:
        """Start it and wait until it answers."""
        env = {**os.environ, **self.environment}  # noqa: TID251 - a child process gets what this one has
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot", self._command], cwd=ROOT, env=env, stdout=log, stderr=log
            )
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline:
            if self._process is None or self._process.poll() is not None:
                break
            if self._answers():
                return
            time.sleep(0.05)
        raise AssertionError(f"{self._command} did not start:\n{self.log.read_text()[-4000:]}")

    def _answers(self) -> bool:
        if self._command == "worker":
            # Nobody can speak to it: its log says when it is at work.
            return '"working"' in self.log.read_text()
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=1):
                return True
        except (urllib.error.URLError, OSError):
            return False

    def kill(self) -> None:
        """kill -9: nothing is flushed, nothing is said goodbye to."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask it to stop, and wait."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(how)
            self._process.wait(30)
        self._process = None

    def wait_until(self, holds: Callable[[], bool]) -> None:
        """Wait for something that the server does by itself."""
        deadline = time.monotonic() + _START_S
        while not holds():
            assert time.monotonic() < deadline, f"waited in vain:\n{self.log.read_text()[-4000:]}"
            time.sleep(0.05)

    def send(self, user: str, kind: str, **more: Any) -> str:
        """One act on the page, as the page sends it; the HTML of what it caused."""
        act = {"user": user, "place": "dm", "event": uuid.uuid4().hex, "kind": kind, **more}
        self.sent.append((user, act["event"]))
        request = urllib.request.Request(
            f"{self.url}/playground/send",
            data=json.dumps(act).encode(),
            headers={"Origin": self.url, "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as response:
            return str(response.read().decode())

    def page(self, staff: str = "ana", me: str = "farid", tab: str = "flt") -> str:
        """The whole page as these two people see it."""
        with urllib.request.urlopen(f"{self.url}/?staff={staff}&me={me}&tab={tab}", timeout=30) as response:
            return str(response.read().decode())
