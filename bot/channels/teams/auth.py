"""Who may speak to the door: the token of a request, and whether it fits the activity that it brings.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
("Authenticate requests from the Bot Connector service to your bot") lists what must hold.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import jwt

from bot.channels.teams import hosts
from bot.channels.teams.activities import Activity
from bot.channels.teams.config import CHANNEL, TeamsConfig
from bot.channels.teams.payloads import channel_of, tenants_of
from bot.channels.teams.tokens_keys import KeysUnavailable, SigningKey, SigningKeys

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


class Refused(Exception):
    """A request that is turned away with `status`. The text is for the log: no part of the token in it."""

    def __init__(self, status: int, why: str) -> None:
        super().__init__(why)
        self.status = status


@dataclass(frozen=True)
class Identity:
    """What a token says, and the channels that its key may speak for. Empty where nothing is signed."""

    claims: Mapping[str, Any] = field(default_factory=dict, repr=False)
    endorsements: frozenset[str] = frozenset()


class Gate:
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
            raise Refused(401, type(fault).__name__) from None
        self._in_time(claims)
        return Identity(claims, key.endorsements)

    def admit(self, identity: Identity, activity: Activity) -> None:
        """Let the activity in, or raise Refused: 401 where the token is another's, 403 for a stranger."""
        if self._config.signed:
            self._fits(identity, activity)
        if not hosts.allowed(activity.reference.service_url, self._config):
            raise Refused(403, "service URL is not Teams'")
        if not self._config.emulator:
            self._at_home(activity)

    async def _key(self, token: str) -> SigningKey:
        try:
            header = jwt.get_unverified_header(token)
            # PyJWT reads the algorithm again; said here so that no key is fetched for "none".
            kid = header.get("kid") if header.get("alg") == "RS256" else None
        except jwt.PyJWTError as fault:
            raise Refused(401, type(fault).__name__) from None
        if not isinstance(kid, str):
            raise Refused(401, "no key id, or not RS256")
        try:
            key = await self._keys.find(kid)
        except KeysUnavailable:
            raise Refused(503, "no signing keys") from None
        if key is None:
            raise Refused(401, "unknown key id")
        return key

    def _in_time(self, claims: Mapping[str, Any]) -> None:
        now = self._clock()
        ends, starts = _seconds(claims["exp"]), _seconds(claims.get("nbf", 0))
        if ends is None or starts is None or not starts - SKEW <= now < ends + SKEW:
            raise Refused(401, "expired, or not valid yet")

    def _fits(self, identity: Identity, activity: Activity) -> None:
        claimed = identity.claims.get("serviceurl")
        if not isinstance(claimed, str) or not hosts.same(claimed, activity.reference.service_url):
            raise Refused(401, "token is for another service URL")
        if channel_of(activity.raw) not in identity.endorsements:
            raise Refused(401, "key is not endorsed for this channel")

    def _at_home(self, activity: Activity) -> None:
        if channel_of(activity.raw) != CHANNEL:
            raise Refused(403, "another channel than Teams")
        tenants = frozenset(tenant.lower() for tenant in tenants_of(activity.raw))
        if not tenants or not tenants <= self._config.home:
            raise Refused(403, "another tenant")


def _bearer(header: str) -> str:
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token or any(sign.isspace() for sign in token):
        raise Refused(401, "no bearer token")
    return token


def _seconds(value: object) -> float | None:
    """A claim's time, or None where it is no time (a string, true, infinity)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if abs(value) < 2**53 else None
