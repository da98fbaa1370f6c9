"""An issuer of tokens on loopback, in Microsoft's place: its OpenID metadata, its keys, and what it signs."""

from __future__ import annotations

import asyncio
from functools import cache
from typing import Any

import jwt
from aiohttp import web
from aiohttp.test_utils import TestServer
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

APP = "11111111-2222-3333-4444-555555555555"
ISSUER = "https://api.botframework.com"
SERVICE = "https://smba.trafficmanager.net/uk/"
NOW = 1_800_000_000.0


@cache
def key(name: str) -> RSAPrivateKey:
    """A key pair of that name, made once."""
    del name
    return generate_private_key(65537, 2048)


def token(signed_by: str = "ours", kid: str | None = "ours", **claims: Any) -> str:
    """A token for the bot, good at NOW but for what `claims` changes; a claim of None is left out."""
    standard = {
        "iss": ISSUER,
        "aud": APP,
        "serviceurl": SERVICE,
        "nbf": int(NOW) - 60,
        "exp": int(NOW) + 3600,
    }
    said = {name: value for name, value in {**standard, **claims}.items() if value is not None}
    return jwt.encode(said, key(signed_by), algorithm="RS256", headers={"kid": kid} if kid else None)


class Issuer:
    """Serves the keys in `published`, by id: the name of the key, and its endorsements."""

    def __init__(self) -> None:
        self.published: dict[str, tuple[str, list[str] | None]] = {
            "ours": ("ours", ["msteams"]),
            "other-channel": ("other-channel", ["webchat"]),
            "unendorsed": ("unendorsed", None),
        }
        # Listed beside them, as they are.
        self.oddities: list[object] = []
        self.fetches = 0
        self.down = False
        self.delay = 0.0
        self._server: TestServer | None = None

    async def __aenter__(self) -> Issuer:
        app = web.Application()
        app.router.add_get("/openid", self._openid)
        app.router.add_get("/keys", self._keys)
        self._server = TestServer(app)
        await self._server.start_server()
        return self

    async def __aexit__(self, *_details: object) -> None:
        if self._server is not None:
            await self._server.close()

    @property
    def url(self) -> str:
        """The address of the metadata."""
        assert self._server is not None
        return f"http://127.0.0.1:{self._server.port}/openid"

    async def _openid(self, _request: web.Request) -> web.Response:
        self.fetches += 1
        await asyncio.sleep(self.delay)
        if self.down:
            raise web.HTTPServiceUnavailable
        keys = self.url.replace("/openid", "/keys")
        return web.json_response({"issuer": ISSUER, "jwks_uri": keys})

    async def _keys(self, _request: web.Request) -> web.Response:
        return web.json_response({"keys": [*self.oddities, *(self._jwk(kid) for kid in self.published)]})

    def _jwk(self, kid: str) -> dict[str, Any]:
        name, endorsements = self.published[kid]
        jwk = RSAAlgorithm.to_jwk(key(name).public_key(), as_dict=True)
        listed = {} if endorsements is None else {"endorsements": endorsements}
        return {"kty": "RSA", "use": "sig", "kid": kid, "n": jwk["n"], "e": jwk["e"], **listed}
