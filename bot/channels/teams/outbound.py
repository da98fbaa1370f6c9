"""The road out to Teams' connectors, the same for both SDKs: guarded, signed, and its faults told apart.

Each SDK sends through a session of this module's, so a stored address that is not Teams' is never
called, no redirect is followed, and no page of HTML is taken for an answer.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientHandlerType,
    ClientRequest,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    TCPConnector,
)

from bot.channels.teams import hosts
from bot.channels.teams.config import TeamsConfig
from bot.channels.teams.tokens_out import AppToken
from bot.delivery.sender import DeliveryFault, PassingFault, PermanentFault, UnclearFault

PATIENCE = 10.0
# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit: retry 412, 429, 502, 504.
_PASSING = frozenset({401, 408, 412, 425, 429, 502, 503, 504})
# A connector per region, and a path per tenant: a handful.
_MOST_SESSIONS = 16
_LONGEST_WAIT = 3600.0


class Outbound:
    """One session per service URL, over one pool of connections."""

    def __init__(self, config: TeamsConfig, token: AppToken, patience: float = PATIENCE) -> None:
        self._config = config
        self._token = token
        self._timeout = ClientTimeout(total=patience, connect=patience / 2)
        self._pool: TCPConnector | None = None
        self._sessions: OrderedDict[str, ClientSession] = OrderedDict()

    @asynccontextmanager
    async def calling(self) -> AsyncIterator[None]:
        """Around each call: the token is there before it, and whatever goes wrong is a DeliveryFault."""
        try:
            await self._token.bearer()
            yield
        except DeliveryFault:
            raise
        except (ClientConnectorError, ConnectionTimeoutError) as fault:
            raise PassingFault(f"Teams could not be reached: {type(fault).__name__}") from None
        except (ClientError, TimeoutError, OSError) as fault:
            raise UnclearFault(f"no whole answer from Teams: {type(fault).__name__}") from None
        except Exception as fault:
            # The SDK could not read what came back (a page of HTML with status 200): it may have been taken.
            raise UnclearFault(f"Teams' answer could not be read: {type(fault).__name__}") from None

    async def session(self, service_url: str) -> ClientSession:
        """The session for a service URL, which is its base. Raises PermanentFault for a strange one."""
        self._check(service_url)
        base = service_url.rstrip("/") + "/"
        if base not in self._sessions:
            self._sessions[base] = self._opened(base)
            if len(self._sessions) > _MOST_SESSIONS:
                _, oldest = self._sessions.popitem(last=False)
                await oldest.close()
        self._sessions.move_to_end(base)
        return self._sessions[base]

    async def close(self) -> None:
        """Close every session and the pool."""
        while self._sessions:
            await self._sessions.popitem()[1].close()
        if self._pool is not None:
            await self._pool.close()

    def _opened(self, base: str) -> ClientSession:
        self._pool = self._pool or TCPConnector()
        return ClientSession(
            base,
            connector=self._pool,
            connector_owner=False,
            timeout=self._timeout,
            middlewares=(self._through,),
        )

    async def _through(self, request: ClientRequest, handler: ClientHandlerType) -> ClientResponse:
        self._check(f"{request.url.origin()}/")
        if token := await self._token.bearer():
            request.headers["Authorization"] = f"Bearer {token}"
        response = await handler(request)
        if response.status >= 300:
            # What the answer says is not read: it may be long, and it may be a page.
            response.close()
            raise self._fault(response)
        return response

    def _fault(self, response: ClientResponse) -> DeliveryFault:
        status, why = response.status, f"Teams answered {response.status}"
        if status == 401:
            self._token.forget()
        if status in _PASSING:
            return PassingFault(why, _retry_after(response.headers.get("Retry-After", "")))
        return UnclearFault(why) if status >= 500 else PermanentFault(why)

    def _check(self, url: str) -> None:
        if not hosts.allowed(url, self._config):
            raise PermanentFault("not an address of Teams")


def _retry_after(header: str) -> float | None:
    """Seconds, where the header gives them; a date is left to our own pace."""
    return min(float(header), _LONGEST_WAIT) if header.isascii() and header.isdigit() else None
