"""Teams' door beside a bare botbuilder echo: `python -m bench.teams`, as Markdown (docs/load.md).

The CPU time of a message and its answer, with and without the check of the token. Each server is a process
of its own; all are asked in turns over eight connections, and a turn ends when the connector on loopback has
every answer. The echo is botbuilder's own CloudAdapter, as its samples have it. Of Signpost the door is
whole (token, tenant, shape, the SDK's turn, work started and watched, the way out); behind it stands no
core: its handler answers with a line, as the echo does.
"""

# The SDK is untyped.
# mypy: disable-error-code="import-untyped,misc"

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack, contextmanager
from dataclasses import dataclass

import aiohttp
from aiohttp import web
from botbuilder.core import TurnContext
from botbuilder.integration.aiohttp import CloudAdapter
from botframework.connector.auth import (
    AppCredentials,
    BotFrameworkAuthenticationFactory,
    ServiceClientCredentialsFactory,
)

from bench.measures import markdown
from bench.slack_places import cpu_s, machine, place, wait_for
from bot.app import clock
from bot.casework.context import DoorState
from bot.channels.common.hearing import Hearing
from bot.channels.teams.activities import Activity, Post
from bot.channels.teams.app import PATH, add_routes, backend_of
from bot.channels.teams.client import AppToken
from bot.channels.teams.config import ISSUER, TeamsConfig
from bot.settings import LOOPBACK
from tests.acceptance.server import free_port
from tests.channels.teams.fake_connector import FakeConnector
from tests.channels.teams.issuer import APP, Issuer, token
from tests.channels.teams.open_door import activity

KINDS = ("botbuilder", "signpost")
CONNECTIONS, _EACH, _TURNS = 8, 400, 5
_PATIENCE_S = 120.0


class _Unsigned(AppCredentials):
    """Signs nothing that goes out: the connector on loopback asks for no token."""

    def signed_session(self, session: object = None) -> object:
        return session


class _Anybody(ServiceClientCredentialsFactory):
    """Asks for tokens that are for our app, and gets none itself."""

    async def is_valid_app_id(self, app_id: str) -> bool:
        return app_id == APP

    async def is_authentication_disabled(self) -> bool:
        return False

    async def create_credentials(self, *_asked: object, **_more: object) -> AppCredentials:
        return _Unsigned(app_id=None)


class _NoSecrets:
    """The configuration of a bot without an id: botbuilder then checks nothing."""

    APP_ID = APP_PASSWORD = ""


def echo_app(openid: str) -> web.Application:
    """botbuilder's echo; with the address of signing keys it checks each token."""
    if openid:
        known = BotFrameworkAuthenticationFactory.create(
            channel_service="",
            validate_authority=True,
            to_channel_from_bot_login_url="https://login.microsoftonline.com/botframework.com",
            to_channel_from_bot_oauth_scope="https://api.botframework.com",
            to_bot_from_channel_token_issuer=ISSUER,
            oauth_url="https://api.botframework.com",
            to_bot_from_channel_open_id_metadata_url=openid,
            to_bot_from_emulator_open_id_metadata_url=openid,
            caller_id="",
            credential_factory=_Anybody(),
        )
        adapter = CloudAdapter(known)
    else:
        from botbuilder.integration.aiohttp import ConfigurationBotFrameworkAuthentication

        adapter = CloudAdapter(ConfigurationBotFrameworkAuthentication(_NoSecrets()))

    class Echo:
        async def on_turn(self, context: TurnContext) -> None:
            await context.send_activity(f"You said: {context.activity.text}")

    async def messages(request: web.Request) -> web.Response:
        return await adapter.process(request, Echo()) or web.Response(status=201)

    app = web.Application()
    app.router.add_post(PATH, messages)
    return app


def signpost_app(openid: str) -> web.Application:
    """Signpost's door over botbuilder, with a handler that answers at once."""
    config = TeamsConfig(
        APP if openid else "", "secret", "SingleTenant", "", "", emulator=True, openid_url=openid
    )
    backend = backend_of(config, token=AppToken(None))

    async def handle(came: Activity) -> None:
        await backend.send(came.reference, Post(text=f"You said: {came.text}", reply_to=came.id))

    app = web.Application()
    start = asyncio.create_task  # noqa: TID251 - as bot/app.py
    hearing = Hearing("teams", DoorState(), clock)
    add_routes(app, backend, handle, config, start, time.time, "failed", hearing)  # noqa: TID251
    return app


APPS = dict(zip(KINDS, (echo_app, signpost_app), strict=True))


@dataclass(frozen=True)
class Cost:
    """One server: CPU seconds of its process for a message and its answer, one figure for each turn."""

    kind: str
    signed: bool
    turns: tuple[float, ...]

    @property
    def middle(self) -> float:
        """The turn in the middle."""
        return statistics.median(self.turns)


def cost_table(costs: Sequence[Cost]) -> str:
    """Each beside the echo that checks as much."""
    echo = {cost.signed: cost.middle for cost in costs if cost.kind == "botbuilder"}
    rows = [
        [
            "bare botbuilder echo" if cost.kind == "botbuilder" else "Signpost's door (answers at once)",
            "checked" if cost.signed else "none",
            f"{cost.middle * 1e3:.2f} ms",
            f"{min(cost.turns) * 1e3:.2f}–{max(cost.turns) * 1e3:.2f}",
            f"{1 / cost.middle:,.0f}",
            f"{cost.middle / echo[cost.signed]:.2f}",
        ]
        for cost in costs
    ]
    head = ["a message and its answer", "token", "CPU", "turns", "a core-second", "× echo"]
    return markdown(head, rows)


@contextmanager
def served(kind: str, openid: str) -> Iterator[tuple[int, int]]:
    """Such a server: its process and its port."""
    port = free_port()
    command = [sys.executable, "-m", "bench.teams", "--serve", kind, "--port", str(port), "--openid", openid]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, env={**os.environ})  # noqa: TID251
    try:
        wait_for(port, process)
        place(process.pid, 0)
        yield process.pid, port
    finally:
        process.terminate()
        process.wait(30)


async def ask(port: int, connector: FakeConnector, count: int, signed: bool) -> None:
    """Send so many messages, and wait for an answer to each. Raises where one is refused or not answered."""
    now, before = int(time.time()), len(connector.requests)  # noqa: TID251
    said = token(serviceurl=connector.url, nbf=now - 60, exp=now + 3600) if signed else ""
    headers = {"Authorization": f"Bearer {said}"} if signed else {}
    left = iter(range(count))

    async def one_connection(session: aiohttp.ClientSession) -> None:
        for number in left:
            message = activity(id=f"{now}-{before}-{number}", serviceUrl=connector.url)
            async with session.post(f"http://{LOOPBACK}:{port}{PATH}", json=message, headers=headers) as got:
                assert got.status < 300, (got.status, await got.text())

    async with asyncio.timeout(_PATIENCE_S), aiohttp.ClientSession() as session:
        await asyncio.gather(*(one_connection(session) for _ in range(CONNECTIONS)))
        while len(connector.requests) < before + count:
            await asyncio.sleep(0.01)


async def measure(each: int, turns: int) -> list[Cost]:
    """The cost of each server: `each` messages a turn, all servers in every turn."""
    async with FakeConnector() as connector, Issuer() as issuer, AsyncExitStack() as stack:
        servers = {}
        for signed in (False, True):
            for kind in KINDS:
                started = served(kind, issuer.url if signed else "")
                # In a thread: it fetches the issuer's keys, which are served here, before it listens.
                servers[kind, signed] = await asyncio.to_thread(started.__enter__)
                stack.push(started.__exit__)
        taken: dict[tuple[str, bool], list[float]] = {one: [] for one in servers}
        for turn in range(turns + 1):
            for (kind, signed), (pid, port) in servers.items():
                before = cpu_s(pid)
                await ask(port, connector, each, signed)
                # The first turn warms them up.
                if turn:
                    taken[kind, signed].append((cpu_s(pid) - before) / each)
    return [Cost(kind, signed, tuple(found)) for (kind, signed), found in taken.items()]


def main() -> None:
    """Serve one of them, or measure all."""
    parser = argparse.ArgumentParser(prog="bench.teams", description=__doc__)
    parser.add_argument("--serve", choices=KINDS)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--openid", default="")
    parser.add_argument("--each", type=int, default=_EACH)
    asked = parser.parse_args()
    if asked.serve:
        app = APPS[asked.serve](asked.openid)
        web.run_app(app, host=LOOPBACK, port=asked.port, print=None, access_log=None)
        return
    pinned = place(os.getpid(), 1)
    print(f"{time.strftime('%Y-%m-%d %H:%M')}; {machine()}; server on core 0, all else on core 1: {pinned}\n")
    print(cost_table(asyncio.run(measure(asked.each, _TURNS))), f"\n\n{machine()} at the end")


if __name__ == "__main__":
    main()
