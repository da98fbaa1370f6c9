"""Slack's door says of itself whether it hears: over HTTP, over a connection, and with a token taken away."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from aiohttp.test_utils import TestClient, TestServer

from bot.app import build, web_app
from bot.channels.common.work import Background
from bot.channels.slack.client import SlackClient
from bot.channels.slack.config import SlackConfig
from bot.channels.slack.hearing import SlackHearing
from tests.channels.test_hearing import Door
from tests.slack_double import SlackDouble
from tests.support.desk import DeafEngine, settings_in, world_of
from tests.support.sqlite import make_ready

Ready = tuple[int, dict[str, str]]


def told(
    folder: Path, slack: SlackDouble, story: Callable[[Callable[[], Awaitable[Ready]]], Awaitable[None]]
) -> None:
    """A story with the product over HTTP; what it calls gives the status of `/readyz`, and Slack's door."""
    flt = slack.add_channel("flt", private=True)
    config = SlackConfig(slack.bot_token, slack.signing_secret, "", flt.id, slack.api_url)
    settings = replace(settings_in(folder), slack=config, playground=False)
    make_ready(settings.database_url)
    product = build(settings, DeafEngine(), world_of(settings))

    async def run() -> None:
        async with TestClient(TestServer(web_app(product))) as client, asyncio.timeout(60):
            slack.app_url = str(client.make_url("/slack/events"))

            async def ready() -> Ready:
                async with client.get("/readyz") as answer:
                    return answer.status, (await answer.json())["doors"]["slack"]

            await story(ready)

    try:
        asyncio.run(run())
    finally:
        product.close()


async def until(ready: Callable[[], Awaitable[Ready]], holds: Callable[[Ready], bool]) -> Ready:
    """What `/readyz` says once this holds."""
    while not holds(found := await ready()):
        await asyncio.sleep(0.02)
    return found


def test_an_app_that_was_removed_says_so_at_once(tmp_path: Path) -> None:
    """Where Slack tells that the app was taken away, readiness fails at once: not after a day, nor never."""
    with SlackDouble() as slack:

        async def story(ready: Callable[[], Awaitable[Ready]]) -> None:
            await until(ready, lambda found: found[0] == 200)
            slack.token_state = "token_revoked"
            inner = {"type": "tokens_revoked", "tokens": {"oauth": [], "bot": ["U0BOT"]}}
            await asyncio.to_thread(slack.send_event, inner)
            status, door = await until(ready, lambda found: found[1]["state"] != "ok")
            assert (status, door["state"]) == (503, "access: token_revoked")

        told(tmp_path, slack, story)


def test_strangers_take_nothing_out_of_service(tmp_path: Path) -> None:
    """A request that Slack did not sign, or five minutes ago, is refused and told; the status stays 200."""
    with SlackDouble() as slack:
        ana = slack.add_user("ana")

        async def story(ready: Callable[[], Awaitable[Ready]]) -> None:
            await until(ready, lambda found: found[0] == 200)
            act = await asyncio.to_thread(ana.slash, "/policy", "hello")
            assert act.ok
            for how in ("no_signature", "other_secret", "old"):
                assert (await asyncio.to_thread(slack.forge, act, how)).status == 401
            no_text = {"X-Slack-Request-Timestamp": "\xe9", "X-Slack-Signature": "v0=\xe9"}
            assert (await asyncio.to_thread(slack.send_raw, b"{}", no_text, signed=False)).status == 401
            status, door = await ready()
            assert (status, door["state"]) == (200, "ok")
            assert door["warning"] == "requests that Slack did not sign: 4"
            assert door["heard"].endswith("0 UTC")

        told(tmp_path, slack, story)


class Line:
    """A connection that breaks where a test says so."""

    def __init__(self) -> None:
        self.broken = ""

    async def fault(self) -> str:
        return self.broken


def test_a_connection_that_stays_down_is_told() -> None:
    """`apps.connections.open` that fails for minutes is a trouble, though Slack takes the token."""
    door, line = Door(), Line()

    async def story(config: SlackConfig) -> None:
        client = SlackClient(config)
        await client.open()
        start: Any = asyncio.ensure_future
        ears = SlackHearing(client.reads, line, door.hearing, Background(start, "slack"))
        await ears.probe()
        line.broken = "internal_error"
        await ears.probe()
        door.later(minutes=4)
        assert door.state.troubles == {"socket": "internal_error"}
        line.broken = ""
        await ears.probe()
        door.later(minutes=1)
        assert not door.state.troubles
        await client.close()

    with SlackDouble() as slack:
        asyncio.run(story(SlackConfig(slack.bot_token, "", "xapp-1", "C1", slack.api_url)))
