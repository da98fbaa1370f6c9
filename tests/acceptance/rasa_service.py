"""The real Rasa in its own environment: installed, trained, served and stopped as the Makefile does it."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

from bot.engine.rasa import RasaFault, RasaService
from tests.acceptance.server import ROOT, free_port

TOKEN = "the-secret-of-the-acceptance-tests"
NO_PYTHON = 3
_START_S = 300.0


def command(doing: str, kind: str) -> subprocess.CompletedProcess[str]:
    """`.ci/rasa` doing one thing to its end."""
    return run([".ci/rasa", doing, kind])


def run(words: list[str]) -> subprocess.CompletedProcess[str]:
    """A script of the repository, with everything that it printed."""
    return subprocess.run(
        ["bash", *words], cwd=ROOT, text=True, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


class RasaProcess:
    """`.ci/rasa run` on a free port of loopback."""

    def __init__(self, kind: str, log: Path) -> None:
        self.kind = kind
        self.log = log
        self.port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def env(self) -> dict[str, str]:
        """What points Signpost at it."""
        return {"NLU_URL": self.url, "NLU_TOKEN": TOKEN}

    def service(self, secret: str = TOKEN) -> RasaService:
        """A client; patient, for a machine that does other things."""
        return RasaService(self.url, secret, timeout_s=20.0)

    def start(self) -> None:
        """Start it, and wait until it has loaded its model."""
        env = {**os.environ, "NLU_TOKEN": TOKEN, "NLU_PORT": str(self.port)}  # noqa: TID251 - a child's own
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                ["bash", ".ci/rasa", "run", self.kind], cwd=ROOT, env=env, stdout=log, stderr=log
            )
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                self.service().model()
            except RasaFault:
                time.sleep(0.2)
            else:
                return
        self.stop()
        raise AssertionError(f"Rasa did not start:\n{self.log.read_text()[-4000:]}")

    def stop(self) -> None:
        """Ask it to stop, and wait."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            self._process.wait(60)
        self._process = None

    def arguments(self) -> str:
        """What anybody on the machine sees of it in the list of processes."""
        assert self._process is not None
        return Path(f"/proc/{self._process.pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
