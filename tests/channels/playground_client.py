"""A page without a browser: what it sends, and what it reads live."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from aiohttp import ClientResponse
from aiohttp.test_utils import TestClient, TestServer

from bot.channels.playground import PlaygroundSender
from tests.channels.fake_core import FakeCore, MemoryStore, product


@dataclass(frozen=True)
class Page:
    """The page's side of a running playground, and the parts behind it."""

    client: TestClient[Any, Any]
    core: FakeCore
    store: MemoryStore
    sender: PlaygroundSender

    @property
    def origin(self) -> str:
        return str(self.client.make_url("")).rstrip("/")

    async def get(self, path: str, **headers: str) -> tuple[int, str]:
        async with self.client.get(path, headers=headers) as response:
            return response.status, await response.text()

    async def raw(self, body: object, **headers: str) -> tuple[int, Any]:
        """POST these bytes as they are."""
        named = {"Origin": self.origin, **{name.replace("_", "-"): value for name, value in headers.items()}}
        async with self.client.post("/playground/send", data=body, headers=named) as response:
            return response.status, await response.json()

    async def send(self, kind: str = "said", event: str = "event-0001", **more: object) -> tuple[int, Any]:
        """One act, of Mira in her own chat where nothing else is said."""
        act = {"user": "mira", "place": "dm", "event": event, "kind": kind, **more}
        return await self.raw(json.dumps(act).encode())

    @asynccontextmanager
    async def live(self, query: str) -> AsyncIterator[Callable[[str], Awaitable[dict[str, Any]]]]:
        """A live connection: await the next event of a name."""
        async with self.client.get(f"/playground/events?{query}") as response:

            async def wait_for(name: str) -> dict[str, Any]:
                return await asyncio.wait_for(_next(response, name), 5)

            await wait_for("hello")
            yield wait_for


async def _next(response: ClientResponse, name: str) -> dict[str, Any]:
    while line := await response.content.readline():
        event = json.loads(line.removeprefix(b"data: ")) if line.startswith(b"data: ") else {}
        if event.get("name") == name:
            return dict(event)
    raise AssertionError("the connection ended")


def with_page(story: Callable[[Page], Awaitable[None]]) -> None:
    """Run a story against a playground of its own."""

    async def go() -> None:
        app, core, store, sender = product()
        async with TestClient(TestServer(app)) as client:
            await story(Page(client, core, store, sender))

    asyncio.run(go())
