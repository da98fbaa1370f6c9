"""npm's `emulate` (a public emulator of Slack's Web API) as a process, to compare the double with."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from slack_sdk import WebClient

from tests.acceptance.server import ROOT, free_port
from tests.slack_double.asking import client_of
from tests.slack_double.double import SlackDouble
from tests.slack_double.model import Channel

SOURCE = Path(__file__).parent / "emulate"
_FILES = ("package.json", "package-lock.json", "serve.mjs")


def installed() -> Path:
    """The folder with `emulate` in it, as package-lock.json pins it; installed where it is not there yet."""
    content = b"".join((SOURCE / name).read_bytes() for name in _FILES)
    folder = ROOT / ".cache" / f"emulate-{hashlib.sha256(content).hexdigest()[:12]}"
    if not (folder / "node_modules" / "emulate").exists():
        making = folder.with_name(f"{folder.name}.{os.getpid()}")
        making.mkdir(parents=True, exist_ok=True)
        for name in _FILES:
            shutil.copy(SOURCE / name, making)
        subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"], cwd=making, check=True)
        try:
            making.rename(folder)
        except OSError:  # another process was faster
            shutil.rmtree(making)
    return folder


class EmulatePlace:
    """A workspace of emulate, with the same faces as `DoublePlace`."""

    def __init__(self) -> None:
        command = ["node", "serve.mjs", str(free_port())]
        self._process = subprocess.Popen(command, cwd=installed(), stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        port = json.loads(self._process.stdout.readline())["port"]
        self.client = WebClient(
            SlackDouble.bot_token, base_url=f"http://127.0.0.1:{port}/api/", retry_handlers=[]
        )
        found = self.client.conversations_list(types="public_channel,private_channel")["channels"]
        ids = {channel["name"]: channel["id"] for channel in found}
        self.hall, self.flt, self.old = ids["hall"], ids["flt"], ids["old"]
        self.client.api_call("conversations.archive", json={"channel": self.old})
        self.bob = next(user["id"] for user in self.client.users_list()["members"] if user["name"] == "bob")

    def trigger(self, view: str = "") -> str:
        """A trigger of bob's, from within a view of his if one is named."""
        sent = {"user_id": self.bob, **({"view_id": view} if view else {})}
        return str(self.client.api_call("views.generateTriggerId", json=sent)["trigger_id"])

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(seconds)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.terminate()
        self._process.wait(10)
        if self._process.stdout is not None:
            self._process.stdout.close()


class DoublePlace:
    """The same workspace in the double."""

    def __init__(self) -> None:
        self._slack = SlackDouble()
        self._slack.rates.interval_s = 0
        self._slack.scopes.update({"channels:read", "channels:history", "im:read"})
        bob = self._slack.add_user("bob")
        hall, flt = (
            self._slack.add_channel("hall", [bob]),
            self._slack.add_channel("flt", [bob], private=True),
        )
        old: Channel = self._slack.add_channel("old", [bob], archived=True)
        self.hall, self.flt, self.old, self.bob = hall.id, flt.id, old.id, bob.id

    def trigger(self, view: str = "") -> str:
        """A trigger of bob's, from within a view of his if one is named."""
        return self._slack.workspace.trigger(self.bob, view)

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self._slack.clock.advance(seconds)

    def __enter__(self) -> Self:
        self._slack.__enter__()
        self.client = client_of(self._slack)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._slack.__exit__(kind, fault, trace)


Place = EmulatePlace | DoublePlace
