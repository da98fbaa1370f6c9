"""The server of a workspace, in a thread of its own: the Web API, and Socket Mode."""

from __future__ import annotations

import asyncio
import json
import threading
import time
import uuid
from concurrent.futures import Future
from concurrent.futures import TimeoutError as LateError

from aiohttp import WSMsgType, web

from tests.slack_double.acts import PATIENCE_S, Answer, Outgoing
from tests.slack_double.model import APP
from tests.slack_double.web_api import WebApi
from tests.slack_double.workspace import Workspace

_START_S = 20.0


async def end_tasks() -> None:
    """Cancel whatever else runs on this loop, and wait until it has ended."""
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


class Server:
    """Listens on a free port of loopback from `start` to `stop`."""

    def __init__(self, workspace: Workspace) -> None:
        self.api = WebApi(workspace)
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="slack-double", daemon=True)
        self._ready = threading.Event()
        self._sockets: list[web.WebSocketResponse] = []
        self._acks: dict[str, Future[Answer]] = {}
        self._runner: web.AppRunner | None = None
        self._turn = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def sockets(self) -> int:
        """How many connections of Socket Mode are open."""
        return len(self._sockets)

    def start(self) -> None:
        """Listen."""
        self._thread.start()
        assert self._ready.wait(_START_S), "the Slack double did not start"

    def stop(self) -> None:
        """Close all and end the thread."""
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result(_START_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_START_S)
        self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._listen())
        self._ready.set()
        self._loop.run_forever()

    async def _listen(self) -> None:
        application = web.Application(client_max_size=4 * 1024 * 1024)
        application.add_routes([*self.api.routes(), web.get("/link/", self._socket)])
        self._runner = web.AppRunner(
            application, access_log=None, shutdown_timeout=0.1, handler_cancellation=True
        )
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self.api.socket_url = f"ws://127.0.0.1:{self.port}/link/?ticket=double&app_id={APP}"

    async def _close(self) -> None:
        for socket in list(self._sockets):
            await socket.close()
        if self._runner is not None:
            await self._runner.cleanup()
        await end_tasks()

    async def _socket(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        hello = {"type": "hello", "num_connections": len(self._sockets) + 1, "debug_info": {"host": "double"}}
        await socket.send_json(hello | {"connection_info": {"app_id": APP}})
        self._sockets.append(socket)
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    self._take(message.data)
        finally:
            self._sockets.remove(socket)
        return socket

    def _take(self, text: str) -> None:
        try:
            found = json.loads(text)
        except ValueError:
            return
        waiting = self._acks.pop(str(found.get("envelope_id")), None) if isinstance(found, dict) else None
        if waiting is not None and not waiting.done():
            payload = found.get("payload")
            body = payload if isinstance(payload, str) else json.dumps(payload) if payload else ""
            waiting.set_result(Answer(200, body, 0.0))

    def envelope(self, request: Outgoing) -> Answer:
        """Send it through one of the open sockets and wait for the acknowledgement, three seconds at most."""
        name = str(uuid.uuid4())
        waiting: Future[Answer] = Future()
        self._acks[name] = waiting
        start = time.monotonic()
        asyncio.run_coroutine_threadsafe(self._send(request.envelope(name)), self._loop).result(_START_S)
        try:
            answer = waiting.result(PATIENCE_S)
        except LateError:
            self._acks.pop(name, None)
            return Answer(0, "no acknowledgement", time.monotonic() - start)
        return Answer(answer.status, answer.body, time.monotonic() - start)

    async def _send(self, envelope: dict[str, object]) -> None:
        assert self._sockets, "no Socket Mode connection is open, and app_url is not set"
        self._turn += 1
        await self._sockets[self._turn % len(self._sockets)].send_json(envelope)

    def disconnect(self, reason: str = "refresh_requested") -> None:
        """Tell every socket to come again, and close it."""
        asyncio.run_coroutine_threadsafe(self._disconnect(reason), self._loop).result(_START_S)

    async def _disconnect(self, reason: str) -> None:
        for socket in list(self._sockets):
            await socket.send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "double"}})
            await socket.close()
