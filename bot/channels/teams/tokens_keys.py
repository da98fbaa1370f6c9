"""The keys that Microsoft signs its requests with: fetched ahead, kept a day, never on a request's back.

Fetched with the event loop's own client: nothing here blocks it.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout
from jwt import PyJWK, PyJWTError

_DAY = 24 * 3600.0
# A token with an unknown key may be forged: no more often than this does one cause a fetch.
_PAUSE = 300.0
# After a fetch that failed, with no keys at all.
_SHORT_PAUSE = 5.0
_PATIENCE = ClientTimeout(total=5)
_LARGEST = 1024 * 1024

log = structlog.get_logger()


class KeysUnavailable(Exception):
    """The signing keys could not be fetched, so nobody can be told from anybody."""


@dataclass(frozen=True)
class SigningKey:
    """One public key, and the channels that it may speak for."""

    jwk: PyJWK = field(repr=False)
    endorsements: frozenset[str]


class SigningKeys:
    """The keys behind one OpenID metadata address. `clock` counts seconds."""

    def __init__(self, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._url = url
        self._clock = clock
        self._keys: dict[str, SigningKey] = {}
        self._fetched = self._tried = float("-inf")
        self._one = asyncio.Lock()

    async def prefetch(self) -> None:
        """Fetch the keys before the first request; where that fails, the first request tries again."""
        await self._refresh(_SHORT_PAUSE)

    async def find(self, kid: str) -> SigningKey | None:
        """The key of that id, or None. Raises KeysUnavailable where there are no keys at all."""
        if not self._keys:
            await self._refresh(_SHORT_PAUSE)
        elif kid not in self._keys or self._is_old():
            await self._refresh(_PAUSE)
        if not self._keys:
            raise KeysUnavailable
        return self._keys.get(kid)

    def _is_old(self) -> bool:
        """Whether the keys are to be fetched again, and nobody is at it: a known key need not wait."""
        return self._clock() - self._fetched > _DAY and not self._one.locked()

    async def _refresh(self, pause: float) -> None:
        async with self._one:
            if self._clock() - self._tried < pause:
                return
            self._tried = self._clock()
            try:
                found = await _fetched(self._url)
            except (ClientError, TimeoutError, OSError, ValueError) as fault:
                log.warning("teams.keys_unavailable", fault=type(fault).__name__)
                return
            if found:
                self._keys, self._fetched = found, self._clock()


async def _fetched(url: str) -> dict[str, SigningKey]:
    async with ClientSession(timeout=_PATIENCE, raise_for_status=True) as session:
        address = (await _json(session, url)).get("jwks_uri")
        if not isinstance(address, str) or not _as_safe(address, url):
            raise ValueError("no address of keys")
        keys = (await _json(session, address)).get("keys")
    return dict(pair for jwk in (keys if isinstance(keys, list) else ()) if (pair := _key(jwk)))


def _as_safe(address: str, url: str) -> bool:
    """Keys over plain HTTP only where the metadata came so too: an issuer on this machine."""
    return address.startswith("https://") or url.startswith("http://")


async def _json(session: ClientSession, url: str) -> Mapping[str, Any]:
    async with session.get(url) as response:
        body = await response.content.read(_LARGEST)
        # The rest of a body that came in pieces.
        while chunk := await response.content.read(_LARGEST - len(body)):
            body += chunk
    found = json.loads(body)
    return found if isinstance(found, dict) else {}


def _key(jwk: object) -> tuple[str, SigningKey] | None:
    if not isinstance(jwk, dict) or not isinstance(jwk.get("kid"), str) or jwk.get("kty") != "RSA":
        return None
    endorsed = jwk.get("endorsements")
    try:
        key = PyJWK(jwk, algorithm="RS256")
    except PyJWTError:
        return None
    names = (
        frozenset(name for name in endorsed if isinstance(name, str)) if isinstance(endorsed, list) else ()
    )
    return jwk["kid"], SigningKey(key, frozenset(names))
