"""The road out to Teams' connectors, the same for both SDKs: guarded, signed, and its faults told apart.

Each SDK sends through a session of this module's, so a stored address that is not Teams' is never
called, no redirect is followed, and no page of HTML is taken for an answer.
"""

from __future__ import annotations

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any

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

from bot.channels.teams import auth
from bot.channels.teams.config import SCOPE, TeamsConfig
from bot.delivery.sender import (
    AbsentFault,
    DeliveryFault,
    OutageFault,
    PassingFault,
    PermanentFault,
    RefusedFault,
    UnclearFault,
)

# MSAL's answer: "access_token" and "expires_in", or "error".
Fetch = Callable[[], Mapping[str, Any]]

# An administrator must mend these: the secret has run out, or the app is there no longer.
_REFUSALS = frozenset({"invalid_client", "unauthorized_client", "invalid_grant", "access_denied"})
_AHEAD = 300.0
_PATIENCE = 10


class AppToken:
    """The token for one app. `clock` counts seconds."""

    def __init__(self, fetch: Fetch | None, clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch = fetch
        self._clock = clock
        self._token, self._ends = "", float("-inf")
        self._one = asyncio.Lock()

    async def bearer(self) -> str:
        """The token, fetched where it is missing or soon over; "" where nothing is signed (the emulator).

        Raises PassingFault where Microsoft gives none now, OutageFault where it refuses this app.
        """
        if self._fetch is None or self._clock() < self._ends:
            return self._token
        async with self._one:
            if self._clock() >= self._ends:
                await self._renew(self._fetch)
        return self._token

    def forget(self) -> None:
        """Teams did not take the token: the next request fetches another."""
        self._ends = float("-inf")

    async def _renew(self, fetch: Fetch) -> None:
        try:
            answer = await asyncio.to_thread(fetch)
        except Exception as fault:
            raise PassingFault(f"no token from Microsoft: {type(fault).__name__}") from None
        token, lasts = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not token:
            # The description may name the app and the tenant; the code says what to look for.
            code = str(answer.get("error", "no reason"))[:60]
            refused = OutageFault if code in _REFUSALS else PassingFault
            raise refused(f"no token from Microsoft: {code}")
        seconds = float(lasts) if isinstance(lasts, int | float | str) else 0.0
        self._token, self._ends = token, self._clock() + max(seconds - _AHEAD, 1.0)


def msal_fetch(config: TeamsConfig) -> Fetch | None:
    """How the token is fetched for `config`, or None where there is no app id (the emulator)."""
    if not config.app_id:
        return None

    def fetch() -> Mapping[str, Any]:
        from msal import ConfidentialClientApplication  # type: ignore[import-untyped]

        # A new one each time: its own cache would give back a token that Teams has just refused.
        app = ConfidentialClientApplication(
            config.app_id,
            client_credential=config.password,
            authority=f"{config.login_url}/{config.tenant_id}",
            timeout=_PATIENCE,
        )
        answer: Mapping[str, Any] = app.acquire_token_for_client(scopes=[SCOPE])
        return answer

    return fetch


PATIENCE = 10.0
# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/rate-limit: retry 412, 429, 502, 504.
_PASSING = frozenset({401, 408, 412, 425, 429, 502, 503, 504})
# Nobody is there, the bot is kept out, or the message is unfit; any other refusal is tried for minutes.
_FOR_GOOD = frozenset({400, 403, 404, 405, 410, 413})
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
        if request.method == "POST" and not await response.read():
            # No word of Teams': something on the way may have said it, and taken nothing.
            raise UnclearFault("Teams said nothing")
        return response

    def _fault(self, response: ClientResponse) -> DeliveryFault:
        status, why = response.status, f"Teams answered {response.status}"
        if status == 401:
            self._token.forget()
        if status in _PASSING:
            return PassingFault(why, _retry_after(response.headers.get("Retry-After", "")))
        if status >= 500:
            return UnclearFault(why)
        if status == 404:
            return AbsentFault(why)
        return PermanentFault(why) if status in _FOR_GOOD else RefusedFault(why)

    def _check(self, url: str) -> None:
        if not auth.allowed(url, self._config):
            raise PermanentFault("not an address of Teams")


def _retry_after(header: str) -> float | None:
    """Seconds, where the header gives them; a date is left to our own pace."""
    return min(float(header), _LONGEST_WAIT) if header.isascii() and header.isdigit() else None
