"""`POST /slack/events`: the size, the signature and the shape of a request, before anything is made of it."""

from __future__ import annotations

from urllib.parse import parse_qs

import structlog
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier

log = structlog.get_logger()
PATH = "/slack/events"
BODY_LIMIT = 1024 * 1024
_CHUNK = 64 * 1024


class EventsRoute:
    """Slack's requests over HTTP. Only those that Slack signed in the last five minutes are read."""

    def __init__(self, app: AsyncApp, signing_secret: str) -> None:
        self._app = app
        self._verifier = SignatureVerifier(signing_secret)

    async def answer(self, request: web.Request) -> web.Response:
        """200 with the acknowledgement, 400 malformed, 401 not signed or too late, 413 too long."""
        raw = await _body_of(request)
        if raw is None:
            return web.Response(status=413)
        if not self._is_signed(raw, request):
            # Slack's test of the certificate is the one request that it does not sign: it does nothing.
            return web.Response(status=200 if _is_ssl_check(raw) else 401)
        try:
            asked = AsyncBoltRequest(
                body=raw.decode(), query=request.query_string, headers=dict(request.headers)
            )
        except Exception:
            # Bolt reads the body and who sent it before it knows whether any of it is there.
            return web.Response(status=400)
        return await self._dispatched(asked)

    def _is_signed(self, raw: bytes, request: web.Request) -> bool:
        timestamp = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        if not (timestamp.isascii() and timestamp.isdigit() and signature.isascii() and len(timestamp) < 20):
            return False
        try:
            return bool(self._verifier.is_valid(raw, timestamp, signature))
        except ValueError:
            # A body that is no text is not from Slack.
            return False

    async def _dispatched(self, asked: AsyncBoltRequest) -> web.Response:
        answer = await self._app.async_dispatch(asked)
        if answer.status >= 500:
            # Bolt stumbled over the shape of it: no listener raises.
            log.warning("slack.request_malformed")
            return web.Response(status=400)
        if answer.status == 404:
            # Signed, and nothing that we know: to refuse it would only have it sent again.
            return web.Response(status=200)
        return await to_aiohttp_response(answer)


async def _body_of(request: web.Request) -> bytes | None:
    """The body, or None where it is longer than `BODY_LIMIT`: no more than that is read."""
    if (request.content_length or 0) > BODY_LIMIT:
        return None
    found = bytearray()
    async for chunk in request.content.iter_chunked(_CHUNK):
        found += chunk
        if len(found) > BODY_LIMIT:
            return None
    return bytes(found)


def _is_ssl_check(raw: bytes) -> bool:
    return raw.isascii() and parse_qs(raw.decode()).get("ssl_check") == ["1"]
