"""Who may speak to the door: the token of a request, and whether it fits the activity that it brings.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
("Authenticate requests from the Bot Connector service to your bot") lists what must hold.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import jwt
import structlog
from aiohttp import ClientError, ClientSession, ClientTimeout
from jwt import PyJWK, PyJWTError

from bot.channels.common.request import LOCAL_NAMES
from bot.channels.teams.activities import Activity
from bot.channels.teams.config import CHANNEL, SERVICE_HOSTS, TeamsConfig
from bot.channels.teams.payloads import channel_of, tenants_of

_LONGEST = 1000


def allowed(url: str, config: TeamsConfig) -> bool:
    """Whether a service URL may be written to."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return False
    if len(url) > _LONGEST or parts.username is not None or parts.query or parts.fragment or _odd(url):
        return False
    if config.emulator:
        return parts.scheme == "http" and host in LOCAL_NAMES
    return parts.scheme == "https" and port in (None, 443) and _microsofts(host, SERVICE_HOSTS)


def same(one: str, other: str) -> bool:
    """Whether two service URLs are one, but for a slash at the end and the case of the letters."""
    return one.rstrip("/").casefold() == other.rstrip("/").casefold()


def _odd(url: str) -> bool:
    """A backslash, a space or a control character is read differently by different readers of URLs."""
    return not url.isascii() or not url.isprintable() or "\\" in url or " " in url


def _microsofts(host: str, names: tuple[str, ...]) -> bool:
    return any(host.endswith(name) if name.startswith(".") else host == name for name in names)


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
    """The keys behind one OpenID metadata address. `clock` counts seconds; `dated` hears their Date."""

    def __init__(
        self,
        url: str,
        clock: Callable[[], float] = time.monotonic,
        dated: Callable[[str], None] = lambda _date: None,
    ) -> None:
        self._url = url
        self._dated = dated
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
                found = await _fetched(self._url, self._dated)
            except (ClientError, TimeoutError, OSError, ValueError) as fault:
                log.warning("teams.keys_unavailable", fault=type(fault).__name__)
                return
            if found:
                self._keys, self._fetched = found, self._clock()


async def _fetched(url: str, dated: Callable[[str], None]) -> dict[str, SigningKey]:
    async with ClientSession(timeout=_PATIENCE, raise_for_status=True) as session:
        address = (await _json(session, url, dated)).get("jwks_uri")
        if not isinstance(address, str) or not _as_safe(address, url):
            raise ValueError("no address of keys")
        keys = (await _json(session, address, dated)).get("keys")
    return dict(pair for jwk in (keys if isinstance(keys, list) else ()) if (pair := _key(jwk)))


def _as_safe(address: str, url: str) -> bool:
    """Keys over plain HTTP only where the metadata came so too: an issuer on this machine."""
    return address.startswith("https://") or url.startswith("http://")


async def _json(session: ClientSession, url: str, dated: Callable[[str], None]) -> Mapping[str, Any]:
    async with session.get(url) as response:
        dated(response.headers.get("Date", ""))
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


SKEW = 300
_REQUIRED = ("exp", "iss", "aud")
# Times are held against `clock` below, so that a test can set it.
_OPTIONS: Any = {
    "require": list(_REQUIRED),
    "verify_exp": False,
    "verify_nbf": False,
    "verify_iat": False,
    "strict_aud": True,
}


class TokenRefused(Exception):
    """A request that is turned away with `status`. The text is for the log: no part of the token in it."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True)
class Identity:
    """What a token says, and the channels that its key may speak for. Empty where nothing is signed."""

    claims: Mapping[str, Any] = field(default_factory=dict, repr=False)
    endorsements: frozenset[str] = frozenset()


class TokenCheck:
    """The checks, in the order in which they cost. `clock` gives seconds since 1970."""

    def __init__(self, config: TeamsConfig, keys: SigningKeys, clock: Callable[[], float]) -> None:
        self._config = config
        self._keys = keys
        self._clock = clock

    async def identify(self, header: str) -> Identity:
        """Whose request it is, by its Authorization header. Raises Refused (401, or 503 without keys)."""
        if not self._config.signed:
            return Identity()
        token = _bearer(header)
        key = await self._key(token)
        try:
            claims = jwt.decode(
                token,
                key.jwk,
                algorithms=["RS256"],
                audience=self._config.app_id,
                issuer=self._config.issuer,
                options=_OPTIONS,
            )
        except jwt.PyJWTError as fault:
            raise TokenRefused(401, type(fault).__name__) from None
        self._in_time(claims)
        return Identity(claims, key.endorsements)

    def admit(self, identity: Identity, activity: Activity) -> None:
        """Let the activity in, or raise Refused: 401 where the token is another's, 403 for a stranger."""
        if self._config.signed:
            self._fits(identity, activity)
        if not allowed(activity.reference.service_url, self._config):
            raise TokenRefused(403, "service URL is not Teams'")
        if not self._config.emulator:
            self._at_home(activity)

    async def _key(self, token: str) -> SigningKey:
        try:
            header = jwt.get_unverified_header(token)
            # PyJWT reads the algorithm again; said here so that no key is fetched for "none".
            kid = header.get("kid") if header.get("alg") == "RS256" else None
        except jwt.PyJWTError as fault:
            raise TokenRefused(401, type(fault).__name__) from None
        if not isinstance(kid, str):
            raise TokenRefused(401, "no key id, or not RS256")
        try:
            key = await self._keys.find(kid)
        except KeysUnavailable:
            raise TokenRefused(503, "no signing keys") from None
        if key is None:
            raise TokenRefused(401, "unknown key id")
        return key

    def _in_time(self, claims: Mapping[str, Any]) -> None:
        now = self._clock()
        ends, starts = _seconds(claims["exp"]), _seconds(claims.get("nbf", 0))
        if ends is None or starts is None or not starts - SKEW <= now < ends + SKEW:
            raise TokenRefused(401, "expired, or not valid yet")

    def _fits(self, identity: Identity, activity: Activity) -> None:
        claimed = identity.claims.get("serviceurl")
        if not isinstance(claimed, str) or not same(claimed, activity.reference.service_url):
            raise TokenRefused(401, "token is for another service URL")
        if channel_of(activity.raw) not in identity.endorsements:
            raise TokenRefused(401, "key is not endorsed for this channel")

    def _at_home(self, activity: Activity) -> None:
        if channel_of(activity.raw) != CHANNEL:
            raise TokenRefused(403, "another channel than Teams")
        tenants = frozenset(tenant.lower() for tenant in tenants_of(activity.raw))
        if not tenants or not tenants <= self._config.home:
            raise TokenRefused(403, "another tenant")


def _bearer(header: str) -> str:
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token or any(sign.isspace() for sign in token):
        raise TokenRefused(401, "no bearer token")
    return token


def _seconds(value: object) -> float | None:
    """A claim's time, or None where it is no time (a string, true, infinity)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 2**53 else None
