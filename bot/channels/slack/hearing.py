"""Whether Slack still takes our token, and its connection stands: asked each minute, and when told so."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.common.hearing import Hearing
from bot.channels.common.work import Background
from bot.channels.slack.client import code_of, fault_of
from bot.delivery.sender import OutageFault

# What Slack sends as it takes our rights away.
_GONE = frozenset(("tokens_revoked", "app_uninstalled"))


class Line(Protocol):
    """The connection over which events come."""

    async def fault(self) -> str:
        """What is wrong with it, in a word; "" while it stands."""


class SlackHearing:
    """Asks by `client`; `socket` is None where events come over HTTP."""

    def __init__(
        self, client: AsyncWebClient, socket: Line | None, hearing: Hearing, background: Background
    ) -> None:
        self._client = client
        self._socket = socket
        self._hearing = hearing
        self._background = background

    async def probe(self) -> None:
        """Ask Slack whether it takes our token, and the connection whether it stands. Never raises."""
        try:
            answer = await self._client.auth_test()
        except Exception as error:
            refused = isinstance(fault_of(error, sent=False), OutageFault)
            self._hearing.failing(
                "access" if refused else "unreachable", code_of(error) or type(error).__name__
            )
            if refused:
                self._hearing.works("unreachable")
        else:
            self._hearing.works("access")
            self._hearing.works("unreachable")
            self._hearing.clock(str((answer.headers or {}).get("Date", "")))
        if self._socket is None:
            return
        if fault := await self._socket.fault():
            self._hearing.failing("socket", fault)
        else:
            self._hearing.works("socket")

    async def middleware(
        self, body: dict[str, Any], next: Callable[[], Awaitable[None]]
    ) -> BoltResponse | None:
        """Note that something came from Slack; where that says that we are out, ask at once."""
        self._hearing.heard()
        inner = body.get("event")
        if isinstance(inner, dict) and inner.get("type") in _GONE:
            self._background.start(self._asked_again())
        await next()
        return None

    def odd(self, what: str, name: str) -> None:
        """Slack sent something that is read nowhere here."""
        self._hearing.odd(what, name)

    async def _asked_again(self) -> None:
        await self.probe()
        self._hearing.settle()
