"""Slack's Web API for one installation: two clients over one connection pool."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
from aiohttp import web
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.config import SlackConfig

_TIMEOUT_S = 10
_CONNECT_S = 5
# A longer wait is not sat out here: whoever asked decides what to do meanwhile.
_LONGEST_WAIT_S = 2


class SlackClient:
    """`reads` asks again where Slack was busy or cut off; `posts` tries once and says what happened.

    A message that was sent twice is seen twice. Whether a card was taken is for the outbox to find out;
    an answer that somebody waits for is rather there twice than not at all. Both
    work between `open` and `close`; each call takes at most ten seconds a try. Without the session that
    `open` makes, each call makes one of its own.
    """

    def __init__(self, config: SlackConfig) -> None:
        self.reads = AsyncWebClient(
            config.bot_token,
            config.api_url,
            _TIMEOUT_S,
            retry_handlers=[_BriefWait(), AsyncServerErrorRetryHandler(), _cut_off()],
        )
        self.posts = AsyncWebClient(config.bot_token, config.api_url, _TIMEOUT_S, retry_handlers=[])
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Make the connection pool, on the running event loop."""
        timeout = aiohttp.ClientTimeout(total=_TIMEOUT_S, sock_connect=_CONNECT_S)
        self._session = aiohttp.ClientSession(timeout=timeout)
        self.reads.session = self.posts.session = self._session

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()
        self.reads.session = self.posts.session = self._session = None

    async def lifetime(self, _app: web.Application) -> AsyncIterator[None]:
        """Open as long as the application runs (for `app.cleanup_ctx`)."""
        await self.open()
        yield
        await self.close()


def _cut_off() -> AsyncConnectionErrorRetryHandler:
    # A connection that was kept is closed at any time. Time-outs are not asked again: they took too long.
    gone: list[type[Exception]] = [aiohttp.ServerDisconnectedError, aiohttp.ClientOSError]
    return AsyncConnectionErrorRetryHandler(error_types=gone)


class _BriefWait(AsyncRateLimitErrorRetryHandler):
    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        limited = await super()._can_retry_async(state=state, request=request, response=response, error=error)
        return limited and response is not None and _wait_asked(response) <= _LONGEST_WAIT_S


def _wait_asked(response: HttpResponse) -> float:
    for name, values in response.headers.items():
        if name.lower() == "retry-after":
            return float(values[0])
    return 1.0
