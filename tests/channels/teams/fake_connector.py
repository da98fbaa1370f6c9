"""Teams' Bot Connector on loopback: it keeps what it is sent, and has every fault that Teams has.

`python -m tests.channels.teams.fake_connector` serves it at 127.0.0.1:3990.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

Json = dict[str, Any]


@dataclass(frozen=True)
class Fault:
    """What a request meets instead of an answer. `drop`: the connection is cut without one.

    `taken`: the request is carried out all the same, before the fault.
    """

    status: int = 500
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str = '{"error": {"code": "Fault", "message": "as asked"}}'
    content_type: str = "application/json"
    delay: float = 0.0
    drop: bool = False
    taken: bool = False


THROTTLED = Fault(429, {"Retry-After": "7"})
CONFLICT = Fault(412)
BAD_GATEWAY = Fault(502, body="<html>Bad Gateway</html>", content_type="text/html")
GATEWAY_TIMEOUT = Fault(504, body="<html>Gateway Timeout</html>", content_type="text/html")
NOT_INSTALLED = Fault(403, body='{"error": {"code": "BotNotInConversationRoster", "message": "gone"}}')
BLOCKED = Fault(403, body='{"error": {"code": "MessageWritesBlocked", "message": "blocked"}}')
NOT_FOUND = Fault(404, body='{"error": {"code": "ConversationNotFound", "message": "none"}}')
TOO_LARGE = Fault(413, body="<html>Request Entity Too Large</html>", content_type="text/html")
PAGE = Fault(200, body="<html>Sign in to the network</html>", content_type="text/html", taken=True)
SLOW = Fault(200, delay=30.0)
DROPPED = Fault(drop=True, taken=True)


@dataclass(frozen=True)
class Request:
    """One request as it came."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: Json


class FakeConnector:
    """The conversations, their members and their messages, in memory.

    `fail(...)` queues faults for the next requests; `rosters` are the members of a conversation, given out
    `page_size` at a time; `token` is the bearer token that is asked for ("" asks for none).
    """

    def __init__(self, page_size: int = 2) -> None:
        self.requests: list[Request] = []
        self.messages: dict[str, dict[str, Json]] = {}
        self.rosters: dict[str, list[Json]] = {}
        self.faults: list[Fault] = []
        self.page_size = page_size
        self.token = ""
        self._numbers = itertools.count(1)
        self._server: TestServer | None = None

    async def __aenter__(self) -> FakeConnector:
        self._server = TestServer(self.app())
        await self._server.start_server()
        return self

    async def __aexit__(self, *_details: object) -> None:
        if self._server is not None:
            await self._server.close()

    @property
    def url(self) -> str:
        """The service URL that activities name."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.port}/teams/"

    @property
    def bodies(self) -> list[Json]:
        """What was sent, oldest first."""
        return [request.body for request in self.requests]

    def fail(self, *faults: Fault) -> None:
        """The next requests meet these, one each."""
        self.faults += faults

    def app(self) -> web.Application:
        """The routes of the Bot Connector's v3 API that a Teams bot uses."""
        app, base = web.Application(middlewares=[self._kept]), "/teams/v3/conversations"
        app.router.add_post(base, self._create)
        app.router.add_post(base + "/{conversation}/activities", self._post)
        app.router.add_post(base + "/{conversation}/activities/{activity}", self._post)
        app.router.add_put(base + "/{conversation}/activities/{activity}", self._put)
        app.router.add_delete(base + "/{conversation}/activities/{activity}", self._delete)
        app.router.add_get(base + "/{conversation}/pagedmembers", self._members)
        app.router.add_get(base + "/{conversation}/members/{member}", self._member)
        return app

    @web.middleware
    async def _kept(self, request: web.Request, handler: Any) -> web.StreamResponse:
        body = await request.text()
        self.requests.append(
            Request(
                request.method,
                request.raw_path.partition("?")[0],
                dict(request.query),
                {**request.headers},
                json.loads(body) if body else {},
            )
        )
        if self.token and request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.json_response({"message": "Authorization has been denied"}, status=401)
        fault = self.faults.pop(0) if self.faults else None
        if fault is None or fault.taken:
            answer: web.StreamResponse = await handler(request)
        return await _fault(request, fault) if fault else answer

    async def _create(self, request: web.Request) -> web.Response:
        made = await request.json()
        if not made.get("members") or not made.get("bot"):
            return web.json_response({"error": {"code": "BadSyntax"}}, status=400)
        conversation = f"a:{made['members'][0]['id']}"
        self.messages.setdefault(conversation, {})
        return web.json_response({"id": conversation}, status=201)

    async def _post(self, request: web.Request) -> web.Response:
        message_id = f"m{next(self._numbers)}"
        where = self.messages.setdefault(request.match_info["conversation"], {})
        where[message_id] = await request.json()
        return web.json_response({"id": message_id}, status=201)

    async def _put(self, request: web.Request) -> web.Response:
        where = self.messages.get(request.match_info["conversation"], {})
        message_id = request.match_info["activity"]
        if message_id not in where:
            return web.json_response({"error": {"code": "ActivityNotFoundInConversation"}}, status=404)
        where[message_id] = await request.json()
        return web.json_response({"id": message_id})

    async def _delete(self, request: web.Request) -> web.Response:
        where = self.messages.get(request.match_info["conversation"], {})
        if where.pop(request.match_info["activity"], None) is None:
            return web.json_response({"error": {"code": "ActivityNotFoundInConversation"}}, status=404)
        return web.Response()

    async def _members(self, request: web.Request) -> web.Response:
        roster = self.rosters.get(request.match_info["conversation"])
        if roster is None:
            return web.json_response({"error": {"code": "ConversationNotFound"}}, status=404)
        start = int(request.query.get("continuationToken", "0"))
        end = start + self.page_size
        page: Json = {"members": roster[start:end]}
        return web.json_response(page if end >= len(roster) else {**page, "continuationToken": str(end)})

    async def _member(self, request: web.Request) -> web.Response:
        asked = request.match_info["member"]
        for one in self.rosters.get(request.match_info["conversation"], ()):
            if asked in (one.get("id"), one.get("aadObjectId")):
                return web.json_response(one)
        return web.json_response({"error": {"code": "MemberNotFoundInConversation"}}, status=404)


async def _fault(request: web.Request, fault: Fault) -> web.StreamResponse:
    await asyncio.sleep(fault.delay)
    if fault.drop:
        assert request.transport is not None
        request.transport.abort()
    return web.Response(
        status=fault.status, headers=fault.headers, text=fault.body, content_type=fault.content_type
    )


if __name__ == "__main__":
    web.run_app(FakeConnector().app(), host="127.0.0.1", port=3990, print=None)
