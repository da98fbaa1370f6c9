"""Slack's door, put together: its listeners, over HTTP or Socket Mode, and its way out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import structlog
from aiohttp import web

from bot.casework.context import ChannelState, CurrentWorld, RosterAccounts
from bot.channels.common.pace import Pace
from bot.channels.common.runtime import Core
from bot.channels.slack.background import Background, Start, Turns
from bot.channels.slack.blocks import post_of
from bot.channels.slack.calls import Calls
from bot.channels.slack.channel import ChannelCheck
from bot.channels.slack.client import SlackClient
from bot.channels.slack.config import PLATFORM, SlackConfig
from bot.channels.slack.desk import Desk
from bot.channels.slack.faults import code_of
from bot.channels.slack.listeners import bolt_app
from bot.channels.slack.look import Look
from bot.channels.slack.people import People
from bot.channels.slack.routes import PATH, EventsRoute
from bot.channels.slack.sender import SECONDS_APART, SlackSender
from bot.channels.slack.socket_mode import Socket

log = structlog.get_logger()
_FINISH_S = 8.0
_RETRY_S, _LONGEST_RETRY_S = 1.0, 60.0


@dataclass(frozen=True)
class Runtime:
    """What only the composition root may make: tasks, a clock in seconds, and waiting."""

    start: Start
    monotonic: Callable[[], float]
    sleep: Callable[[float], Awaitable[object]]


def mount(
    app: web.Application,
    core: Core,
    current: CurrentWorld,
    config: SlackConfig,
    state: ChannelState,
    runtime: Runtime,
) -> SlackSender:
    """Add Slack's door to `app` and return its way out.

    With an app token events come over Socket Mode, and no route is there to be spoken to; else over
    `POST /slack/events`. `state` is kept at why nothing may be posted in the FLT's channel.
    """
    client, look = SlackClient(config), Look.of(current.world)
    people = People(client.reads, runtime.monotonic)
    check = _channel_check(client, people, current, config, state)
    background = Background(runtime.start)
    desk = Desk(core, current, look, Calls(client.reads), people, background, Turns())
    door = Door(desk, client, check, config, runtime)
    if not config.app_token:
        app.router.add_post(PATH, EventsRoute(door.bolt, config.signing_secret).answer)
    app.on_shutdown.append(door.close)
    app.cleanup_ctx.append(door.lifetime)
    pace = Pace(SECONDS_APART, runtime.monotonic, runtime.sleep)
    return SlackSender(client, config.flt_channel, check, pace, lambda message: post_of(message, look))


def _channel_check(
    client: SlackClient, people: People, current: CurrentWorld, config: SlackConfig, state: ChannelState
) -> ChannelCheck:
    roster, texts = RosterAccounts(current, PLATFORM), current.world.door.private
    return ChannelCheck(client.reads, people, config.flt_channel, roster, texts, state)


class Door:
    """Everything of it that lives as long as the application does."""

    def __init__(
        self, desk: Desk, client: SlackClient, check: ChannelCheck, config: SlackConfig, runtime: Runtime
    ) -> None:
        self.bolt = bolt_app(desk, config)
        self._desk = desk
        self._client = client
        self._check = check
        self._runtime = runtime
        self._socket = Socket(self.bolt, config) if config.app_token else None

    async def lifetime(self, _app: web.Application) -> AsyncIterator[None]:
        """Connected, and the FLT's channel watched, until the application ends."""
        await self._client.open()
        start, sleep = self._runtime.start, self._runtime.sleep
        beside = [start(self._introduced()), start(self._check.watch(sleep))]
        if self._socket is not None:
            beside.append(start(self._socket.connect(sleep)))
        yield
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await self._client.close()

    async def close(self, _app: web.Application) -> None:
        """Take nothing more, and finish what is under way, while the core still answers."""
        if self._socket is not None:
            await self._socket.close()
        await self._desk.background.finish(_FINISH_S)

    async def _introduced(self) -> None:
        """Ask who we are before anybody waits for it: a token that is wrong is in the log at once."""
        wait = _RETRY_S
        while True:
            try:
                await self._desk.people.team()
            except Exception as fault:
                log.error("slack.not_introduced", fault=code_of(fault) or type(fault).__name__)
                await self._runtime.sleep(wait)
                wait = min(2 * wait, _LONGEST_RETRY_S)
            else:
                log.info("slack.introduced")
                return
