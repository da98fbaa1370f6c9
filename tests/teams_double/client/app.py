"""Microsoft's own client for trying a bot out, the Agents Playground, as one person's Teams."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from manifest import tryout
from manifest.tryout import Someone
from tests.acceptance.server import free_port

HERE = Path(__file__).parent
_START_S = 60.0


def installed(folder: Path) -> Path:
    """The client's command in `folder`, from the packages that the lock file names."""
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, folder / name)
    npm = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    subprocess.run(npm, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return folder / "node_modules" / "@microsoft" / "m365agentsplayground" / "cli.js"


@dataclass(frozen=True)
class Client:
    """One person's Teams: their chat with Signpost, and one group chat."""

    me: Someone
    port: int
    folder: Path

    @property
    def url(self) -> str:
        """The client's page."""
        return f"http://127.0.0.1:{self.port}/"

    def recorded(self) -> list[dict[str, Any]]:
        """Every request that went between the client and the bot."""
        logs = self.folder.glob("devTools/events_recording_*.log")
        parts = [part for log in logs for part in log.read_text().split("\n---\n") if part.strip()]
        return [json.loads(part) for part in parts]


@contextmanager
def running(
    cli: Path, folder: Path, bot: str, people: tuple[Someone, ...], group: tuple[str, str]
) -> Iterator[Client]:
    """The Teams of the first of `people`, who are all in the group chat (its id and name)."""
    folder.mkdir(parents=True)
    (folder / ".m365agentsplayground.yml").write_text(json.dumps(tryout.client(people, group)))
    client = Client(people[0], free_port(), folder)
    command = ["node", str(cli), "start", "-e", bot, "-c", "msteams", "-p", str(client.port), "--er", "--dt"]
    with (folder / "client.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=_environment(), stdout=log, stderr=subprocess.STDOUT
        )
    try:
        _wait(client, process)
        yield client
    finally:
        process.terminate()
        process.wait(20)


def _environment() -> dict[str, str]:
    import os

    return {**os.environ, "TEAMSAPPTESTER_BROWSER": "none"}  # noqa: TID251 - a child process gets what this one has


def _wait(client: Client, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{client.url}_internal/v1/config", timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    logs = [path.read_text()[-2000:] for path in client.folder.glob("devTools/*.log")]
    raise AssertionError(f"the client did not start: {logs}")
