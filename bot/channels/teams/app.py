"""Teams' door, put together: its address, its handler, and its way out."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import structlog
from aiohttp import web

from bot.casework.context import ChannelState, CurrentWorld, DoorState, RosterAccounts
from bot.channels.common.hearing import Hearing
from bot.channels.common.look import Look
from bot.channels.common.remembered import Remembered
from bot.channels.common.request import body_of, is_proxied, local_name, local_peer
from bot.channels.common.runtime import Core, Pace
from bot.channels.common.sharing import SharedOnce
from bot.channels.common.work import MOST_AT_ONCE, Background, Runtime, Turns, alongside
from bot.channels.teams.activities import Activity, Backend, Handler, InvokeReply, TeamsPort, Turn, Unreadable
from bot.channels.teams.auth import Identity, SigningKeys, TokenCheck, TokenRefused
from bot.channels.teams.channel import ChannelCheck
from bot.channels.teams.chats import Chats
from bot.channels.teams.client import PATIENCE, AppToken, Fetch, Outbound, msal_fetch
from bot.channels.teams.config import PLATFORM, TeamsConfig
from bot.channels.teams.desk import TeamsDesk
from bot.channels.teams.handlers import TeamsDoor
from bot.channels.teams.payloads import read
from bot.channels.teams.people import People
from bot.channels.teams.posts import excuse, post_of, words_of
from bot.channels.teams.references import Hidings, KeptReferences, References
from bot.channels.teams.sender import GAP_S, TeamsSender
from bot.delivery.sender import DeliveryFault, OutageFault

Reply = InvokeReply | None
# Starts a task that the composition root watches.
Spawn = Callable[[Coroutine[Any, Any, Reply]], asyncio.Task[Reply]]

_MOST_DONE = 2000

log = structlog.get_logger()


class Busy(Exception):
    """More is under way than can be done in time: to be sent again."""


class UnderWay:
    """What is under way, and what was done lately."""

    def __init__(self, spawn: Spawn) -> None:
        self._spawn = spawn
        self._under_way: dict[str, asyncio.Task[Reply]] = {}
        self._done: Remembered[str, None] = Remembered(_MOST_DONE)
        self._turns = Turns()

    def begin(self, activity: Activity, turn: Turn) -> asyncio.Task[Reply] | None:
        """The work on this activity, begun now or before; None where it was done. Raises Busy."""
        key = activity.key if activity.id else ""
        if key in self._done:
            return None
        if key in self._under_way:
            return self._under_way[key]
        if len(self._under_way) >= MOST_AT_ONCE:
            raise Busy
        return self._started(key or str(id(turn)), activity, turn)

    async def finish(self, seconds: float) -> None:
        """Wait for what is under way, so long at most."""
        if self._under_way:
            await asyncio.wait(tuple(self._under_way.values()), timeout=seconds)

    def _started(self, key: str, activity: Activity, turn: Turn) -> asyncio.Task[Reply]:
        waits = activity.kind == "message" and not activity.value
        task = self._spawn(self._in_order(activity, turn) if waits else turn())
        self._under_way[key] = task
        task.add_done_callback(lambda ended: self._ended(key, activity, ended))
        return task

    async def _in_order(self, activity: Activity, turn: Turn) -> Reply:
        """Words are worked on in the order in which they came; a press is not held up by them."""
        person = f"{activity.reference.conversation}|{activity.sender.id}"
        async with self._turns.of(person):
            return await turn()

    def _ended(self, key: str, activity: Activity, task: asyncio.Task[Reply]) -> None:
        self._under_way.pop(key, None)
        if task.cancelled():
            log.warning("teams.turn_cut", kind=activity.kind)
        elif (fault := task.exception()) is not None:
            # No text of it anywhere: it may hold what somebody wrote.
            log.error("teams.turn_failed", kind=activity.kind, fault=type(fault).__name__)
        elif activity.kind == "message":
            self._done[key] = None


PATH = "/api/messages"
BODY_LIMIT = 256 * 1024
# Teams waits five seconds for the answer of a dialog, its way there and back among them.
WITHIN = 4.0
# Together with what is hidden at the end (2.5 s) less than the ten seconds that an orchestrator waits.
_DRAIN, _FINISH_S = 4.0, 2.0


def backend_of(
    config: TeamsConfig, fetch: Fetch | None = None, patience: float = PATIENCE, token: AppToken | None = None
) -> Backend:
    """The configured SDK behind the port; the other is not imported. Raises ValueError for a bad config.

    `fetch` gets the bot's own token, by default from Microsoft through MSAL; or it is `token`.
    """
    if faults := config.faults():
        raise ValueError(" ".join(faults))
    outbound = Outbound(config, token or AppToken(fetch or msal_fetch(config)), patience)
    if config.sdk == "agents":
        from bot.channels.teams.agents_backend import AgentsBackend

        return AgentsBackend(outbound)
    from bot.channels.teams.botbuilder_backend import BotbuilderBackend

    return BotbuilderBackend(outbound)


def add_routes(
    app: web.Application,
    backend: Backend,
    handler: Handler,
    config: TeamsConfig,
    spawn: Spawn,
    clock: Callable[[], float],
    failed: str,
    hearing: Hearing,
    within: float = WITHIN,
) -> None:
    """Add the door to `app`: each checked activity goes to `handler`, once.

    `spawn` starts a task that the composition root watches; `clock` gives seconds since 1970; `failed` is
    what a person reads in whose press the handler failed or took longer than `within` seconds. What is
    refused and what is let in, `hearing` is told.
    """
    if faults := config.faults():
        raise ValueError(" ".join(faults))
    keys = SigningKeys(config.openid_url, time.monotonic, hearing.clock)
    gate = TokenCheck(config, keys, clock)
    door = Door(config, gate, backend, handler, UnderWay(spawn), failed, hearing, within)
    app.router.add_post(PATH, door.receive)
    if config.signed:
        app.on_startup.append(lambda _app: keys.prefetch())
    app.on_shutdown.append(door.drain)
    app.on_cleanup.append(lambda _app: backend.close())


class Door:
    """The handler of the one address."""

    def __init__(
        self,
        config: TeamsConfig,
        gate: TokenCheck,
        backend: Backend,
        handler: Handler,
        work: UnderWay,
        failed: str,
        hearing: Hearing,
        within: float,
    ) -> None:
        self._config = config
        self._gate = gate
        self._backend = backend
        self._handler = handler
        self._work = work
        self._failed = failed
        self._hearing = hearing
        self._within = within

    async def receive(self, request: web.Request) -> web.Response:
        """One activity: checked, then worked on."""
        try:
            activity, turn = await self._admitted(request)
            return await self._answered(activity, turn)
        except TokenRefused as refusal:
            if refusal.status == 401:
                # Anybody can send these, as fast as they like: counted, and told once a minute.
                self._hearing.refused(str(refusal))
                return web.Response(status=401)
            return _refused(refusal.status, str(refusal))
        except Unreadable as fault:
            return _refused(400, str(fault))
        except Busy:
            return _refused(503, "too much under way")

    async def drain(self, _app: web.Application) -> None:
        """Let what was answered with 202 be done before the end."""
        await self._work.finish(_DRAIN)

    async def _admitted(self, request: web.Request) -> tuple[Activity, Turn]:
        """The token is checked before the body is read, and the body before anything is done with it."""
        if self._config.emulator and not _from_here(request):
            raise TokenRefused(403, "the emulator's door answers this machine only")
        identity = await self._gate.identify(request.headers.get("Authorization", ""))
        activity = read(await _body(request))
        self._gate.admit(identity, activity)
        self._hearing.heard()
        return activity, self._backend.turn(activity, _told(identity), self._handler)

    async def _answered(self, activity: Activity, turn: Turn) -> web.Response:
        if activity.kind == "other":
            self._hearing.odd("unknown", str(activity.raw.get("type")))
            return web.Response(status=200)
        task = self._work.begin(activity, turn)
        if activity.kind == "invoke":
            if (reply := await self._invoked(activity, task)) is None and task is not None:
                self._hearing.odd("unknown_invoke", activity.name)
            return _response(reply)
        if task is None or not activity.value:
            return web.Response(status=202)
        return await self._submitted(task)

    async def _invoked(self, activity: Activity, task: asyncio.Task[Reply] | None) -> Reply:
        if task is None:
            return None
        # Waited for, not cancelled when it is late: a second copy may wait on the same work.
        done, _ = await asyncio.wait((task,), timeout=self._within)
        if done and not _has_failed(task):
            return task.result()
        log.warning("teams.invoke_failed" if done else "teams.invoke_late", name=activity.name)
        return excuse(activity.name, self._failed)

    async def _submitted(self, task: asyncio.Task[Reply]) -> web.Response:
        """A card that was sent as a message: stored before it is acknowledged, where that is soon."""
        done, _ = await asyncio.wait((task,), timeout=self._within)
        if done and _has_failed(task):
            return web.Response(status=500)
        return web.Response(status=200 if done else 202)


def _has_failed(task: asyncio.Task[Reply]) -> bool:
    return task.cancelled() or task.exception() is not None


def _response(reply: Reply) -> web.Response:
    if reply is None:
        return web.Response(status=501)
    if reply.body is None:
        return web.Response(status=reply.status)
    return web.json_response(dict(reply.body), status=reply.status)


def _refused(status: int, why: str) -> web.Response:
    log.warning("teams.refused", status=status, why=why)
    return web.Response(status=status)


def _told(identity: Identity) -> dict[str, object]:
    """What the SDK hears of the token: enough to be no stranger, nothing that changes what it does."""
    return {name: identity.claims[name] for name in ("aud", "iss", "serviceurl") if name in identity.claims}


def _from_here(request: web.Request) -> bool:
    """This machine, by its own name, through no proxy, and not from a page in a browser."""
    straight = not is_proxied(request) and "Origin" not in request.headers
    return straight and local_peer(request.remote) and local_name(request.host)


async def _body(request: web.Request) -> bytes:
    """The body. Raises Refused: 415 for what is not said to be JSON, 413 for more than `BODY_LIMIT`."""
    if request.content_type != "application/json":
        raise TokenRefused(415, "not application/json")
    if (found := await body_of(request, BODY_LIMIT)) is None:
        raise TokenRefused(413, "too long")
    return found


def mount(
    app: web.Application,
    core: Core,
    current: CurrentWorld,
    config: TeamsConfig,
    kept: KeptReferences,
    state: ChannelState,
    heard: DoorState,
    shared: SharedOnce,
    runtime: Runtime,
) -> TeamsSender:
    """Add Teams' door to `app` at `POST /api/messages`, and return its way out.

    `state` is kept at why nothing may be posted in the FLT's conversation, `heard` at how the door stands
    with Teams.
    """
    token = AppToken(msal_fetch(config))
    look, port = Look.of(current.world), backend_of(config, token=token)
    hearing = Hearing(PLATFORM, heard, runtime.now)
    background = Background(runtime.start, PLATFORM)
    references = References(kept, runtime.run, runtime.now)
    people = People(port, config, runtime.monotonic, references.person)
    desk = TeamsDesk(core, current, look, people, shared)
    hidings = Hidings(kept, runtime.run, runtime.now)
    chats = Chats(port, look, background.start, runtime.sleep, hidings)
    door = TeamsDoor(desk, port, references, chats)
    check = channel_check(port, references, current, config, state)
    failed = words_of(list(desk.unsaved.blocks))
    clock: Callable[[], float] = lambda: runtime.now().timestamp()  # noqa: E731 - a clock in seconds
    add_routes(app, port, door.handle, config, runtime.start, clock, failed, hearing)
    runtime.ends.append(lambda: _ended(chats, background))
    app.cleanup_ctx.append(
        _beside(lambda: hearing.watch(lambda: _probe(token, hearing), runtime.sleep), runtime)
    )
    if config.flt_conversation:
        app.cleanup_ctx.append(_beside(lambda: check.watch(runtime.sleep), runtime))
    pace = Pace(GAP_S, runtime.monotonic, runtime.sleep)
    return TeamsSender(port, references, check, config, pace, lambda message: post_of(message, look))


async def _ended(chats: Chats, background: Background) -> None:
    """After the address's own end: what the last presses have shown is hidden too."""
    await chats.close()
    await background.finish(_FINISH_S)


def channel_check(
    port: TeamsPort, references: References, current: CurrentWorld, config: TeamsConfig, state: ChannelState
) -> ChannelCheck:
    """The check of the FLT's conversation against everybody on the roster."""
    roster, texts = RosterAccounts(current, PLATFORM), current.world.door.private
    return ChannelCheck(port, references, config, roster, texts, state)


async def _probe(token: AppToken, hearing: Hearing) -> None:
    """Whether Microsoft still gives us a token. Never raises."""
    try:
        await token.bearer()
    except OutageFault as fault:
        hearing.failing("access", str(fault))
        hearing.works("unreachable")
    except DeliveryFault as fault:
        hearing.failing("unreachable", str(fault))
    else:
        hearing.works("access")
        hearing.works("unreachable")


def _beside(
    work: Callable[[], Coroutine[Any, Any, None]], runtime: Runtime
) -> Callable[[web.Application], AsyncIterator[None]]:
    async def running(_app: web.Application) -> AsyncIterator[None]:
        async with alongside(runtime.start, work()):
            yield

    return running
