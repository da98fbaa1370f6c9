"""Teams' door, put together: its address, its handler, and its way out."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from bot.casework.context import ChannelState, CurrentWorld, RosterAccounts
from bot.channels.common.look import Look
from bot.channels.common.pace import Pace
from bot.channels.common.runtime import Core
from bot.channels.teams import routes
from bot.channels.teams.activities import TeamsPort
from bot.channels.teams.channel import ConversationCheck
from bot.channels.teams.chats import Chats
from bot.channels.teams.config import PLATFORM, TeamsConfig
from bot.channels.teams.desk import Desk
from bot.channels.teams.handlers import TeamsDoor
from bot.channels.teams.people import People
from bot.channels.teams.posts import post_of, words_of
from bot.channels.teams.references import KeptReferences, References, Run
from bot.channels.teams.sender import GAP_S, TeamsSender

_FINISH_S = 8.0


@dataclass(frozen=True)
class Runtime:
    """What only the composition root may make: tasks, the clocks, waiting, and a way off the event loop."""

    start: Callable[[Coroutine[Any, Any, Any]], asyncio.Task[Any]]
    run: Run
    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    sleep: Callable[[float], Awaitable[object]]


def mount(
    app: web.Application,
    core: Core,
    current: CurrentWorld,
    config: TeamsConfig,
    kept: KeptReferences,
    state: ChannelState,
    runtime: Runtime,
) -> TeamsSender:
    """Add Teams' door to `app` at `POST /api/messages`, and return its way out.

    `state` is kept at why nothing may be posted in the FLT's conversation.
    """
    look, port = Look.of(current.world), routes.backend_of(config)
    background = _Background(runtime.start)
    references = References(kept, runtime.run, runtime.now)
    people = People(port, config, runtime.monotonic, references.person)
    desk = Desk(core, current, look, people)
    chats = Chats(port, look, background.start, runtime.sleep, native=not config.emulator)
    door = TeamsDoor(desk, port, references, chats)
    check = conversation_check(port, references, current, config, state)
    failed = words_of(list(desk.unsaved.blocks))
    clock: Callable[[], float] = lambda: runtime.now().timestamp()  # noqa: E731 - a clock in seconds
    routes.mount(app, port, door.handle, config, runtime.start, clock, failed)
    # After the door's own end: what the last presses have shown is hidden too.
    app.on_shutdown.append(lambda _app: chats.close())
    app.on_shutdown.append(background.finish)
    if config.flt_conversation:
        app.cleanup_ctx.append(_watching(check, runtime))
    pace = Pace(GAP_S, runtime.monotonic, runtime.sleep)
    return TeamsSender(port, references, check, config, pace, lambda message: post_of(message, look))


def conversation_check(
    port: TeamsPort, references: References, current: CurrentWorld, config: TeamsConfig, state: ChannelState
) -> ConversationCheck:
    """The check of the FLT's conversation against everybody on the roster."""
    roster, texts = RosterAccounts(current, PLATFORM), current.world.door.private
    return ConversationCheck(port, references, config, roster, texts, state)


def _watching(check: ConversationCheck, runtime: Runtime) -> Callable[[web.Application], AsyncIterator[None]]:
    async def watched(_app: web.Application) -> AsyncIterator[None]:
        task = runtime.start(check.watch(runtime.sleep))
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    return watched


class _Background:
    """Work beside the answers: none is forgotten, and the end waits for it."""

    def __init__(self, start: Callable[[Coroutine[Any, Any, Any]], asyncio.Task[Any]]) -> None:
        self._start = start
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Run it; it raises nothing by its own promise."""
        task = self._start(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def finish(self, _app: web.Application) -> None:
        """Wait for what is under way."""
        if self._tasks:
            await asyncio.wait(set(self._tasks), timeout=_FINISH_S)
