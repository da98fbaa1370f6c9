"""Who may speak: tokens good and bad, of an issuer on this machine, at the door of both SDKs."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import jwt
import pytest

from bot.channels.teams.auth import SigningKeys
from tests.channels.teams.issuer import APP, NOW, SERVICE, Issuer, token
from tests.channels.teams.open_door import (
    SDKS,
    TENANT,
    OpenDoor,
    Sdk,
    activity,
    emulated,
    invoke,
    opened,
    registered,
    settled,
)

both = pytest.mark.parametrize("sdk", SDKS)
Story = Callable[[OpenDoor, Issuer], Awaitable[None]]


def told(sdk: Sdk, story: Story, **changes: Any) -> None:
    """Run a story at a door whose tokens come from a local issuer."""

    async def telling() -> None:
        async with (
            asyncio.timeout(60),
            Issuer() as issuer,
            opened(registered(sdk, issuer, **changes)) as door,
        ):
            await story(door, issuer)

    asyncio.run(telling())


@both
def test_a_good_token_is_let_in(sdk: Sdk) -> None:
    """A message and an invoke with a valid token reach the handler, with the keys fetched once, ahead."""

    async def story(door: OpenDoor, issuer: Issuer) -> None:
        assert issuer.fetches == 1
        assert (await door.post(activity(), token()))[0] == 202
        assert (await door.post(invoke(), token()))[0] == 200
        await settled(door, 2)
        assert issuer.fetches == 1

    told(sdk, story)


def unsigned() -> str:
    """A token that says it needs no signature."""
    header = base64.urlsafe_b64encode(b'{"alg":"none","kid":"ours"}').decode().rstrip("=")
    return f"{header}.{token().split('.')[1]}."


BAD: dict[str, Callable[[], str]] = {
    "no header": lambda: "",
    "garbage": lambda: "garbage",
    "three parts of garbage": lambda: "a.b.c",
    "expired": lambda: token(exp=int(NOW) - 301),
    "not valid yet": lambda: token(nbf=int(NOW) + 301),
    "no expiry": lambda: token(exp=None),
    "expiry as words": lambda: token(exp="never"),
    "expiry as true": lambda: token(exp=True),
    "endless": lambda: token(exp=10**300),
    "wrong audience": lambda: token(aud="another-app"),
    "audience among others": lambda: token(aud=[APP, "another-app"]),
    "no audience": lambda: token(aud=None),
    "wrong issuer": lambda: token(iss="https://sts.windows.net/x/"),
    "no issuer": lambda: token(iss=None),
    "foreign key": lambda: token(signed_by="foreign"),
    "foreign key id": lambda: token(signed_by="foreign", kid="foreign"),
    "unknown key id": lambda: token(kid="unknown"),
    "no key id": lambda: token(kid=None),
    "none": unsigned,
    "hmac with a guessed secret": lambda: jwt.encode(
        {"iss": "https://api.botframework.com", "aud": APP, "exp": NOW + 60},
        "x" * 64,
        "HS256",
        {"kid": "ours"},
    ),
    "another service URL": lambda: token(serviceurl="https://smba.trafficmanager.net/emea/"),
    "no service URL": lambda: token(serviceurl=None),
    "service URL as a list": lambda: token(serviceurl=[SERVICE]),
    "key for another channel": lambda: token("other-channel", "other-channel"),
    "key for no channel": lambda: token("unendorsed", "unendorsed"),
}


@both
@pytest.mark.parametrize("name", BAD)
def test_a_bad_token_is_401(sdk: Sdk, name: str) -> None:
    """Whatever is wrong with the token, the answer is 401 and the handler hears nothing."""

    async def story(door: OpenDoor, _issuer: Issuer) -> None:
        assert await door.post(activity(), BAD[name]()) == (401, "")
        assert door.seen == []

    told(sdk, story)


@both
@pytest.mark.parametrize(
    "header", ["Basic abc", "Bearer", "Bearer ", "bearer a b", "Token x", "Bearer\ta.b.c"]
)
def test_another_kind_of_header_is_401(sdk: Sdk, header: str) -> None:
    """An Authorization header that has no token is no token."""

    async def story(door: OpenDoor, _issuer: Issuer) -> None:
        assert (await door.post(activity(), Authorization=header))[0] == 401

    told(sdk, story)


@both
def test_clocks_may_differ_by_five_minutes(sdk: Sdk) -> None:
    """A token that ended, or begins, less than 300 s away is good."""

    async def story(door: OpenDoor, _issuer: Issuer) -> None:
        assert (await door.post(activity(id="1"), token(exp=int(NOW) - 299)))[0] == 202
        assert (await door.post(activity(id="2"), token(nbf=int(NOW) + 300)))[0] == 202

    told(sdk, story)


def forged(good: str) -> Iterator[str]:
    """A good token with one sign changed, at each place where that changes a byte of it."""
    for place, sign in enumerate(good):
        other = "A" if sign != "A" else "B"
        changed = good[:place] + other + good[place + 1 :]
        if sign == "." or _bytes(changed) != _bytes(good):
            yield changed


def _bytes(text: str) -> list[bytes]:
    return [base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)) for part in text.split(".")]


@both
def test_forged_tokens_are_401(sdk: Sdk) -> None:
    """Over a thousand tokens with one sign changed get 401, and none of them reaches the handler."""

    async def story(door: OpenDoor, issuer: Issuer) -> None:
        forgeries = [*forged(token()), *forged(token(jti="a" * 200))]
        assert len(forgeries) >= 1000
        body = json.dumps(activity()).encode()
        assert {(await door.post(body, forgery))[0] for forgery in forgeries} == {401}
        assert door.seen == []
        # However many unknown key ids came: no more than the one fetch at the start.
        assert issuer.fetches == 1

    told(sdk, story)


@both
@pytest.mark.parametrize(
    "changes",
    [
        {"conversation": {"id": "a:x", "conversationType": "personal", "tenantId": "another"}},
        {"channelData": {"tenant": {"id": "another"}}},
        {"conversation": {"id": "a:x", "conversationType": "personal"}, "channelData": {}},
    ],
)
def test_another_tenant_is_403(sdk: Sdk, changes: dict[str, Any]) -> None:
    """An activity of another tenant, or of none, is refused though its token is good."""

    async def story(door: OpenDoor, _issuer: Issuer) -> None:
        assert await door.post(activity(**changes), token()) == (403, "")
        assert door.seen == []

    told(sdk, story)


@both
def test_a_further_tenant_may_be_let_in(sdk: Sdk) -> None:
    """Tenants on the list are at home."""

    async def story(door: OpenDoor, _issuer: Issuer) -> None:
        other = {"id": "a:x", "conversationType": "personal", "tenantId": "second"}
        came = activity(conversation=other, channelData={"tenant": {"id": "second"}})
        assert (await door.post(came, token()))[0] == 202

    told(sdk, story, tenants=("second",))


@both
def test_another_channel_is_403(sdk: Sdk) -> None:
    """A key that may speak for another channel does not make that channel Teams."""

    async def story(door: OpenDoor, _issuer: Issuer) -> None:
        came = activity(channelId="webchat")
        assert (await door.post(came, token("other-channel", "other-channel")))[0] == 403

    told(sdk, story)


@both
@pytest.mark.parametrize(
    "url",
    [
        "https://evil.trafficmanager.net/uk/",
        "https://smba.trafficmanager.net.evil.example/",
        "https://evilbotframework.com/",
        "http://smba.trafficmanager.net/uk/",
        "https://smba.trafficmanager.net:8443/uk/",
        "https://user@smba.trafficmanager.net/uk/",
        "https://127.0.0.1/",
        "http://169.254.169.254/",
        "https://smba.trafficmanager.net/uk/#x",
        "https://smba.trafficmanager.net/uk/?x=1",
        "https://evil.example\\.botframework.com/",
    ],
)
def test_a_service_url_that_is_not_teams_is_403(sdk: Sdk, url: str) -> None:
    """Even a good token sends the bot nowhere but to Teams' own connectors."""

    async def story(door: OpenDoor, _issuer: Issuer) -> None:
        assert (await door.post(activity(serviceUrl=url), token(serviceurl=url)))[0] == 403

    told(sdk, story)


@both
def test_the_token_is_checked_before_the_body_is_read(sdk: Sdk) -> None:
    """What a stranger sends is not even parsed."""

    async def story(door: OpenDoor, _issuer: Issuer) -> None:
        assert (await door.post(b"not json"))[0] == 401
        assert (await door.post(b"not json", token()))[0] == 400

    told(sdk, story)


@both
def test_what_is_refused_is_seen(sdk: Sdk) -> None:
    """Refused tokens are counted as a warning, and what is let in says when Teams was heard last."""

    async def story(door: OpenDoor, _issuer: Issuer) -> None:
        for _ in range(3):
            assert (await door.post(activity(), "garbage"))[0] == 401
        assert "requests that Teams did not sign: 3" in door.heard.warning
        assert door.heard.heard is None
        assert (await door.post(activity(), token()))[0] == 202
        assert door.heard.heard is not None
        await settled(door, 1)

    told(sdk, story)


def test_a_new_key_is_found() -> None:
    """Microsoft's next key is fetched when a token first names it, but no more than once in five minutes."""

    async def telling() -> None:
        async with Issuer() as issuer:
            now = [0.0]
            keys = SigningKeys(issuer.url, lambda: now[0])
            await keys.prefetch()
            issuer.published["next"] = ("next", ["msteams"])
            assert await keys.find("next") is None
            now[0] = 301
            assert await keys.find("next") is not None
            for _ in range(100):
                assert await keys.find("forged") is None
            assert issuer.fetches == 2
            now[0] = 301 + 24 * 3600 + 1
            issuer.down = True
            # A day old, and Microsoft does not answer: what was known still holds.
            assert await keys.find("ours") is not None
            assert issuer.fetches == 3

    asyncio.run(telling())


def test_odd_keys_are_passed_over() -> None:
    """A list with keys of other kinds, or with no key that can be read, takes no good key away."""

    async def telling() -> None:
        async with Issuer() as issuer:
            secret = {"kty": "oct", "kid": "hmac", "k": "c2VjcmV0", "endorsements": ["msteams"]}
            issuer.oddities = [
                None,
                7,
                {},
                {"kty": "RSA", "kid": "half"},
                {"kty": "RSA", "n": "AQAB"},
                secret,
            ]
            now = [0.0]
            keys = SigningKeys(issuer.url, lambda: now[0])
            assert await keys.find("ours") is not None
            for kid in ("hmac", "half"):
                assert await keys.find(kid) is None
            issuer.published.clear()
            now[0] = 24 * 3600 + 1
            assert await keys.find("ours") is not None
            assert issuer.fetches == 2

    asyncio.run(telling())


def test_a_known_key_does_not_wait_for_a_fetch() -> None:
    """While one request fetches the keys again, the others go on with those that are known."""

    async def telling() -> None:
        async with Issuer() as issuer:
            now = [0.0]
            keys = SigningKeys(issuer.url, lambda: now[0])
            await keys.prefetch()
            now[0] = 24 * 3600 + 1
            issuer.delay = 0.5
            first = asyncio.ensure_future(keys.find("ours"))
            await asyncio.sleep(0.05)
            async with asyncio.timeout(0.2):
                assert await keys.find("ours") is not None
            assert await first is not None

    asyncio.run(telling())


@both
def test_without_keys_nobody_is_let_in(sdk: Sdk) -> None:
    """While Microsoft's keys cannot be had the answer is 503: neither let in, nor called a forgery."""

    async def telling() -> None:
        async with Issuer() as issuer:
            issuer.down = True
            async with opened(registered(sdk, issuer)) as door:
                assert (await door.post(activity(), token()))[0] == 503
                assert door.seen == []

    asyncio.run(telling())


@both
def test_an_emulator_with_an_app_id_asks_for_tokens(sdk: Sdk) -> None:
    """The emulator's ease is for a bot without an app id alone."""

    async def telling() -> None:
        async with Issuer() as issuer:
            config = emulated(sdk, openid_url=issuer.url)
            signed = type(config)(
                APP, "secret", "SingleTenant", TENANT, "flt", emulator=True, sdk=sdk, openid_url=issuer.url
            )
            async with opened(signed) as door:
                url = door.connector.url
                assert (await door.post(door.local()))[0] == 401
                assert (await door.post(door.local(), token(serviceurl=url)))[0] == 202

    asyncio.run(telling())
