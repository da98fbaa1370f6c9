"""The CPU time from a signed slash command to its acknowledgement: a bare handler, a bare Bolt app, Signpost.

Each is an aiohttp server in a process of its own, asked in turns by eight connections. Signpost's door is
whole (signature, shape, Bolt, the act read, work started and watched); the core behind it answers at once
with nothing, so that what follows the acknowledgement is not counted (`slack_load.py` counts it).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import web
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient

from bench.slack_places import cpu_s, place, wait_for
from bot.app import clock, read_world
from bot.casework.context import ChannelState, CurrentWorld, DoorState
from bot.channels.common.work import Runtime
from bot.channels.slack import app as slack
from bot.channels.slack.app import PATH
from bot.channels.slack.config import SlackConfig
from bot.domain.messages import Message
from bot.domain.turns import Incoming
from bot.settings import LOOPBACK, read_settings
from tests.acceptance.server import free_port
from tests.slack_double import SlackDouble, payloads
from tests.slack_double.acts import signature

KINDS = ("aiohttp", "bolt", "signpost")
CONNECTIONS = 8


class Instant:
    """A core that has nothing to say, and says so at once."""

    async def handle(self, _incoming: Incoming, _within: float | None = None) -> tuple[Message, ...]:
        return ()


async def _bare(request: web.Request) -> web.Response:
    await request.read()
    return web.Response()


def bare_app(_api: str) -> web.Application:
    """aiohttp alone: reads the body, and checks nothing."""
    app = web.Application()
    app.router.add_post(PATH, _bare)
    return app


def bolt_app(api: str) -> web.Application:
    """Bolt as its first example has it: one command, the signature checked, acknowledged at once."""
    client = AsyncWebClient(SlackDouble.bot_token, base_url=api)
    app = AsyncApp(client=client, signing_secret=SlackDouble.signing_secret)

    async def answer(ack: AsyncAck) -> None:
        await ack()

    app.command("/policy")(answer)
    return app.web_app(PATH)


def signpost_app(api: str) -> web.Application:
    """Signpost's own door, with a core that answers at once."""
    config = SlackConfig(SlackDouble.bot_token, SlackDouble.signing_secret, "", "", api)
    start = asyncio.create_task  # noqa: TID251 - as bot/app.py
    runtime = Runtime(start, asyncio.to_thread, clock, time.monotonic, asyncio.sleep)
    app = web.Application()
    nothing_is_shared: Any = None
    slack.mount(
        app,
        Instant(),
        CurrentWorld(read_world(read_settings())),
        config,
        ChannelState(""),
        DoorState(),
        nothing_is_shared,
        runtime,
    )
    return app


APPS = dict(zip(KINDS, (bare_app, bolt_app, signpost_app), strict=True))


@dataclass(frozen=True)
class Cost:
    """One server: seconds of its process's CPU time for each request, one figure for each turn."""

    kind: str
    turns: tuple[float, ...]

    @property
    def middle(self) -> float:
        """The turn in the middle."""
        return statistics.median(self.turns)


def commands(slack: SlackDouble, count: int) -> list[tuple[bytes, dict[str, str]]]:
    """Signed requests of `/policy`, no two the same."""
    ana, made = slack.add_user("ana"), list[tuple[bytes, dict[str, str]]]()
    for number in range(count):
        text = f"Can I follow a former student? {number}"
        request = payloads.command(slack.workspace, slack.url, ana.account, ana.dm_channel, "/policy", text)
        body = request.body()
        signed = signature(slack.signing_secret, int(slack.clock.wall()), body)
        made.append((body, request.headers() | signed))
    return made


async def ask(port: int, requests: Sequence[tuple[bytes, dict[str, str]]]) -> None:
    """Send them over a few connections, one after the other on each. Raises unless all are answered 200."""
    left = iter(requests)

    async def one_connection(session: aiohttp.ClientSession) -> None:
        for body, headers in left:
            async with session.post(f"http://{LOOPBACK}:{port}{PATH}", data=body, headers=headers) as answer:
                assert answer.status == 200, answer.status
                await answer.read()

    connector = aiohttp.TCPConnector(limit=CONNECTIONS)
    async with aiohttp.ClientSession(connector=connector) as session:
        await asyncio.gather(*(one_connection(session) for _ in range(CONNECTIONS)))


@contextmanager
def served(kind: str, api: str) -> Iterator[tuple[int, int]]:
    """Such a server: its process and its port."""
    port = free_port()
    command = [sys.executable, "-m", "bench.slack_cost", kind, "--port", str(port), "--api", api]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env={**os.environ})  # noqa: TID251
    try:
        place(process.pid, 0)
        wait_for(port, process)
        place(process.pid, 0)
        yield process.pid, port
    finally:
        process.terminate()
        process.wait(30)


def measure(slack: SlackDouble, each: int, turns: int) -> list[Cost]:
    """Each server's CPU time for a request: `each` requests a turn, all servers in every turn."""
    with (
        served("aiohttp", slack.api_url) as bare,
        served("bolt", slack.api_url) as bolt,
        served("signpost", slack.api_url) as ours,
    ):
        servers = dict(zip(KINDS, (bare, bolt, ours), strict=True))
        taken: dict[str, list[float]] = {kind: [] for kind in KINDS}
        for turn in range(turns + 1):
            for kind, (pid, port) in servers.items():
                asked = commands(slack, each)
                before = cpu_s(pid)
                asyncio.run(ask(port, asked))
                # The first turn warms them up.
                if turn:
                    taken[kind].append((cpu_s(pid) - before) / each)
    return [Cost(kind, tuple(found)) for kind, found in taken.items()]


def main() -> None:
    """Serve one of them."""
    parser = argparse.ArgumentParser(prog="bench.slack_cost", description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--api", required=True)
    asked = parser.parse_args()
    web.run_app(APPS[asked.kind](asked.api), host=LOOPBACK, port=asked.port, print=None, access_log=None)


if __name__ == "__main__":
    main()
