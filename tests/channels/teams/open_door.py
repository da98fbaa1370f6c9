"""Teams' door opened on loopback, over either SDK, with a handler that keeps what it is given."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.casework.context import DoorState
from bot.channels.common.hearing import Hearing
from bot.channels.teams.activities import Activity, Backend, InvokeReply, Reference
from bot.channels.teams.app import PATH, add_routes, backend_of
from bot.channels.teams.config import TeamsConfig
from tests.channels.teams.fake_connector import FakeConnector
from tests.channels.teams.issuer import APP, ISSUER, NOW, SERVICE, Issuer

Sdk = Literal["botbuilder", "agents"]
SDKS: tuple[Sdk, ...] = ("botbuilder", "agents")
TENANT = "99999999-8888-7777-6666-555555555555"
FAILED = "That did not work. Phone your DSL."
BOT = f"28:{APP}"


def emulated(sdk: Sdk, **changes: Any) -> TeamsConfig:
    """Nothing signed, and this machine alone."""
    return TeamsConfig("", "", "", "", "flt", emulator=True, sdk=sdk, **changes)


def registered(sdk: Sdk, issuer: Issuer, **changes: Any) -> TeamsConfig:
    """A bot in Azure, whose tokens come from `issuer`."""
    standard = {"openid_url": issuer.url, "issuer": ISSUER, "sdk": sdk}
    return TeamsConfig(APP, "secret", "SingleTenant", TENANT, "flt", **{**standard, **changes})


def activity(**changes: Any) -> dict[str, Any]:
    """A message in a personal chat, as Teams sends it, but for `changes`."""
    return {
        "type": "message",
        "id": "1700000000001",
        "timestamp": "2026-11-22T10:00:00.0000000Z",
        "channelId": "msteams",
        "serviceUrl": SERVICE,
        "from": {"id": "29:mira", "name": "Mira Patel", "aadObjectId": "aad-mira"},
        "recipient": {"id": BOT, "name": "Signpost"},
        "conversation": {"id": "a:mira", "conversationType": "personal", "tenantId": TENANT},
        "channelData": {"tenant": {"id": TENANT}},
        "text": "May I follow a former student?",
        "textFormat": "plain",
        "locale": "en-GB",
        **changes,
    }


def invoke(name: str = "adaptiveCard/action", **changes: Any) -> dict[str, Any]:
    """A press on a card."""
    pressed = {"action": {"type": "Action.Execute", "verb": "case.acknowledge", "data": {"value": "FED-1"}}}
    return activity(type="invoke", name=name, value=pressed, replyToId="m1", text=None, **changes)


@dataclass
class OpenDoor:
    """The door, and what came through it. `answer` is what the handler does."""

    client: TestClient
    backend: Backend
    connector: FakeConnector
    config: TeamsConfig
    seen: list[Activity] = field(default_factory=list)
    answer: Callable[[Activity], Awaitable[InvokeReply | None]] | None = None
    heard: DoorState = field(default_factory=DoorState)

    async def handle(self, came: Activity) -> InvokeReply | None:
        """The handler that is mounted."""
        self.seen.append(came)
        if self.answer is not None:
            return await self.answer(came)
        return InvokeReply(200, {"handled": came.name}) if came.kind == "invoke" else None

    async def post(self, body: Any, token: str = "", **headers: str) -> tuple[int, str]:
        """POST an activity (or any bytes); the status and the text of the answer."""
        said = {"Content-Type": "application/json", **({"Authorization": f"Bearer {token}"} if token else {})}
        sent = {"data": body} if isinstance(body, bytes) else {"json": body}
        async with self.client.post(PATH, headers={**said, **headers}, **sent) as response:
            return response.status, await response.text()

    def local(self, **changes: Any) -> dict[str, Any]:
        """A message whose answer goes to the fake connector."""
        return activity(serviceUrl=self.connector.url, **changes)

    def chat(self, conversation: str = "a:mira") -> Reference:
        """A personal chat on the fake connector."""
        return Reference(self.connector.url, conversation, "personal", TENANT, BOT)


@asynccontextmanager
async def opened(
    config: TeamsConfig,
    fetch: Any = None,
    within: float = 5.0,
    patience: float = 5.0,
    clock: Callable[[], float] = lambda: NOW,
) -> AsyncIterator[OpenDoor]:
    """The door of `config`, mounted and served."""
    async with AsyncExitStack() as stack:
        connector = await stack.enter_async_context(FakeConnector())
        app, backend = web.Application(), backend_of(config, fetch, patience)
        door = OpenDoor(TestClient(TestServer(app)), backend, connector, config)
        hearing = Hearing("teams", door.heard, lambda: datetime.fromtimestamp(clock(), UTC))
        start = asyncio.create_task  # noqa: TID251
        add_routes(app, backend, door.handle, config, start, clock, FAILED, hearing, within)
        await stack.enter_async_context(door.client)
        yield door


def play(config: TeamsConfig, story: Callable[[OpenDoor], Awaitable[None]], **options: Any) -> None:
    """Run a story at the open door, with a limit on its time."""

    async def told() -> None:
        async with asyncio.timeout(60), opened(config, **options) as door:
            await story(door)

    asyncio.run(told())


async def settled(door: OpenDoor, count: int) -> None:
    """Wait until the handler was given so many activities."""
    async with asyncio.timeout(5):
        while len(door.seen) < count:
            await asyncio.sleep(0.005)
