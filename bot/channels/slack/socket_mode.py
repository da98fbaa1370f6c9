"""Socket Mode: the same listeners behind a connection that the app opens itself, without a public address."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable

import structlog
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.config import SlackConfig
from bot.channels.slack.faults import code_of

log = structlog.get_logger()
_RETRY_S, _LONGEST_RETRY_S = 1.0, 60.0
# The SDK's lines may quote what came; its connection's faults are logged here by name.
_QUIET = logging.getLogger("signpost.slack.socket")


class Socket:
    """The connection. Once it stands, the SDK keeps it: it is renewed whenever Slack asks for that."""

    def __init__(self, app: AsyncApp, config: SlackConfig) -> None:
        _QUIET.setLevel(logging.CRITICAL)
        self._app = app
        self._config = config
        self._handler: AsyncSocketModeHandler | None = None

    async def connect(self, sleep: Callable[[float], Awaitable[object]]) -> None:
        """Connect, again and again until it works: Slack may be away when the app starts."""
        client = AsyncWebClient(base_url=self._config.api_url, logger=_QUIET)
        self._handler = AsyncSocketModeHandler(
            self._app, self._config.app_token, logger=_QUIET, web_client=client
        )
        wait = _RETRY_S
        while True:
            try:
                await self._handler.client.connect()  # type: ignore[no-untyped-call]
            except Exception as fault:
                log.error("slack.not_connected", fault=code_of(fault) or type(fault).__name__)
                await sleep(wait)
                wait = min(2 * wait, _LONGEST_RETRY_S)
            else:
                log.info("slack.connected")
                return

    async def close(self) -> None:
        """Take nothing more."""
        if self._handler is not None:
            await self._handler.client.close()  # type: ignore[no-untyped-call]
