"""The port over botbuilder-core 4.17.1, whose support ended on 2025-12-31. Nothing else here imports it.

The SDK's adapter runs the turn and its connector client speaks to Teams; what it does badly is not used:
its HTTP handler (500 for an invoke with a body, and for most bad input), its token checks and fetches
(blocking, on the event loop), its threads for sending, and its error types (a page of HTML loses the
status). tests/channels/teams/test_backends.py holds each as a regression test.
"""

# The SDK is untyped, and its abstract classes name arguments that nothing here needs.
# mypy: disable-error-code="import-untyped,misc,type-arg"
# ruff: noqa: ARG002

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import ClientSession
from botbuilder.integration.aiohttp import CloudAdapter
from botbuilder.schema import Activity as TheirActivity
from botbuilder.schema import ConversationParameters
from botframework.connector import AsyncBfPipeline
from botframework.connector.aio import ConnectorClient
from botframework.connector.auth import (
    AuthenticateRequestResult,
    BotFrameworkAuthentication,
    ClaimsIdentity,
    ConnectorFactory,
)
from msrest.pipeline import ClientRawResponse, Request, Response, SansIOHTTPPolicy
from msrest.pipeline.async_abc import AsyncHTTPSender
from msrest.universal_http import ClientRequest
from msrest.universal_http.async_abc import AsyncClientResponse
from msrest.universal_http.requests import ClientRetryPolicy
from yarl import URL

from bot.channels.teams import wire
from bot.channels.teams.activities import Activity, Payload
from bot.channels.teams.backend import Call, ConnectorBackend, Logic
from bot.channels.teams.client import Outbound

# msrest looks each of 500 codes up in this list at each client made: 3 ms, which a set makes 0.2 ms.
ClientRetryPolicy.safe_codes = frozenset(ClientRetryPolicy.safe_codes)  # type: ignore[assignment]

# The SDK's models drop what they do not know (a notice's sound, the tenant of a chat): they address the
# request, and `whole` is what goes out (_Wire.send).
_STUB = TheirActivity(type="message")
_STUB_CHAT = ConversationParameters()


class BotbuilderBackend(ConnectorBackend):
    """`Backend` over `CloudAdapter`."""

    def __init__(self, outbound: Outbound) -> None:
        super().__init__(outbound)
        self._connectors = _Connectors(self.client)
        self._adapter = CloudAdapter(_Authentication(self._connectors))

    def _read_by_sdk(self, activity: Activity, claims: Payload) -> Callable[[Logic], Awaitable[object]]:
        theirs = TheirActivity.deserialize(wire.envelope(activity))
        known = AuthenticateRequestResult()
        known.claims_identity = ClaimsIdentity(dict(claims), bool(claims))
        known.connector_factory = self._connectors
        return lambda logic: self._adapter.process_activity(known, theirs, logic)

    def _opened(self, service_url: str, session: ClientSession) -> ConnectorClient:
        return ConnectorClient(
            _NoCredentials(), base_url=service_url, pipeline_type=AsyncBfPipeline, sender=_Wire(session)
        )

    async def _told(self, call: Call, *path: str, body: Payload | None = None) -> Any:
        if body is None:
            return await call(*path)
        return await call(*path, _STUB if path else _STUB_CHAT, whole=body)

    async def _whole(self, call: Call, *path: str, page: tuple[object, ...] = ()) -> Payload:
        """What came, whole: the SDK's model of a member leaves the tenant and the role out."""
        raw: ClientRawResponse = await call(*path, *page, raw=True)
        found = json.loads(raw.response.body())
        return found if isinstance(found, dict) else {}


class _Connectors(ConnectorFactory):
    """The backend's own clients, where the SDK asks for one."""

    def __init__(self, client: Callable[[str], Awaitable[Any]]) -> None:
        self._client = client

    async def create(self, service_url: str, audience: str = "") -> ConnectorClient:
        """The client for `service_url`; `audience` is Teams' alone here."""
        return await self._client(service_url)


class _Authentication(BotFrameworkAuthentication):
    """Who is calling was checked at the door (auth.py); the adapter only asks for clients."""

    def __init__(self, connectors: _Connectors) -> None:
        self._connectors = connectors

    async def authenticate_request(
        self, activity: TheirActivity, auth_header: str
    ) -> AuthenticateRequestResult:
        """Never asked: a result is handed in with each turn."""
        raise PermissionError

    async def authenticate_streaming_request(
        self, auth_header: str, channel_id_header: str
    ) -> AuthenticateRequestResult:
        """Never asked: there is no streaming door."""
        raise PermissionError

    def create_connector_factory(self, claims_identity: ClaimsIdentity) -> ConnectorFactory:
        """The one factory."""
        return self._connectors

    async def create_user_token_client(self, claims_identity: ClaimsIdentity) -> None:
        """None: nobody signs in through the bot, and the stock client costs 3 ms a turn."""


class _NoCredentials(SansIOHTTPPolicy):
    """The session signs (client.py); the SDK asks for something that is not None."""


class _Wire(AsyncHTTPSender):
    """Sends with the event loop's client instead of `requests` in six threads."""

    def __init__(self, session: ClientSession) -> None:
        self._session = session

    async def send(self, request: Request, *, whole: Any = None, **_config: Any) -> Response:
        """One request, with `whole` as its body where there is one, and its whole answer."""
        sent: ClientRequest = request.http_request
        headers = {name: text for name, text in sent.headers.items() if name.lower() != "content-length"}
        url, data = URL(sent.url, encoded=True), sent.data if whole is None else json.dumps(whole)
        async with self._session.request(sent.method, url, headers=headers, data=data) as answer:
            found = _Answer(sent, answer)
            found.content = await answer.read()
        return Response(request, found)

    async def __aexit__(self, *_details: object) -> None:
        """The session is closed by who opened it."""


class _Answer(AsyncClientResponse):
    """An answer as msrest reads it."""

    content = b""

    def __init__(self, request: ClientRequest, answer: Any) -> None:
        # `raw=True` hands the inner answer on, which is this one.
        super().__init__(request, self)
        self.status_code, self.headers, self.reason = answer.status, answer.headers, answer.reason

    def body(self) -> bytes:
        """The whole answer."""
        return self.content
