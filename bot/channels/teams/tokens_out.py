"""The bot's own token, which goes out with every request to Teams: kept until shortly before it ends.

MSAL asks Microsoft with blocking calls, so it runs in a thread, and never twice at a time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any

from bot.channels.teams.config import SCOPE, TeamsConfig
from bot.delivery.sender import OutageFault, PassingFault

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
