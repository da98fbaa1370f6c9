"""Teams' address, POST /api/messages: who is let in, what is taken, and how soon it is answered.

The statuses are ours (the SDKs answer 500 to most bad input): 400 for what is no activity, 401 without a
good token, 403 for a stranger (another tenant, another machine in the emulator), 413, 415, and 503 while
nobody can be told from anybody. Words are answered at once and worked on after; a press is worked on
first, so that what was sent is stored before Teams hears that it was.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

import structlog
from aiohttp import web

from bot.channels.teams import hosts
from bot.channels.teams.activities import Activity, Backend, Handler, Turn, Unreadable
from bot.channels.teams.auth import Gate, Identity, Refused
from bot.channels.teams.config import TeamsConfig
from bot.channels.teams.invokes import excuse
from bot.channels.teams.outbound import PATIENCE, Outbound
from bot.channels.teams.payloads import read
from bot.channels.teams.tokens_keys import SigningKeys
from bot.channels.teams.tokens_out import AppToken, Fetch, msal_fetch
from bot.channels.teams.work import Busy, Reply, Spawn, Work

PATH = "/api/messages"
BODY_LIMIT = 256 * 1024
# Teams shows an error of its own after about 10 s.
WITHIN = 5.0
_DRAIN = 10.0
# A proxy on this machine would make the whole world look local.
_PROXIED = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-IP", "Via")

log = structlog.get_logger()


def backend_of(config: TeamsConfig, fetch: Fetch | None = None, patience: float = PATIENCE) -> Backend:
    """The configured SDK behind the port; the other is not imported. Raises ValueError for a bad config.

    `fetch` gets the bot's own token, by default from Microsoft through MSAL.
    """
    if faults := config.faults():
        raise ValueError(" ".join(faults))
    outbound = Outbound(config, AppToken(fetch or msal_fetch(config)), patience)
    if config.sdk == "agents":
        from bot.channels.teams.agents_backend import AgentsBackend

        return AgentsBackend(outbound)
    from bot.channels.teams.botbuilder_backend import BotbuilderBackend

    return BotbuilderBackend(outbound)


def mount(
    app: web.Application,
    backend: Backend,
    handler: Handler,
    config: TeamsConfig,
    spawn: Spawn,
    clock: Callable[[], float],
    failed: str,
    within: float = WITHIN,
) -> None:
    """Add the door to `app`: each checked activity goes to `handler`, once.

    `spawn` starts a task that the composition root watches; `clock` gives seconds since 1970; `failed` is
    what a person reads in whose press the handler failed or took longer than `within` seconds.
    """
    if faults := config.faults():
        raise ValueError(" ".join(faults))
    keys = SigningKeys(config.openid_url, time.monotonic)
    door = Door(config, Gate(config, keys, clock), backend, handler, Work(spawn), failed, within)
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
        gate: Gate,
        backend: Backend,
        handler: Handler,
        work: Work,
        failed: str,
        within: float,
    ) -> None:
        self._config = config
        self._gate = gate
        self._backend = backend
        self._handler = handler
        self._work = work
        self._failed = failed
        self._within = within

    async def receive(self, request: web.Request) -> web.Response:
        """One activity: checked, then worked on."""
        try:
            activity, turn = await self._admitted(request)
            return await self._answered(activity, turn)
        except Refused as refusal:
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
            raise Refused(403, "the emulator's door answers this machine only")
        identity = await self._gate.identify(request.headers.get("Authorization", ""))
        activity = read(await _body(request))
        self._gate.admit(identity, activity)
        return activity, self._backend.turn(activity, _told(identity), self._handler)

    async def _answered(self, activity: Activity, turn: Turn) -> web.Response:
        if activity.kind == "other":
            return web.Response(status=200)
        task = self._work.begin(activity, turn)
        if activity.kind == "invoke":
            return _response(await self._invoked(activity, task))
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
    straight = not any(name in request.headers for name in (*_PROXIED, "Origin"))
    return straight and hosts.local_peer(request.remote) and hosts.local_name(request.host)


async def _body(request: web.Request) -> bytes:
    """The body. Raises Refused: 415 for what is not said to be JSON, 413 for more than `BODY_LIMIT`."""
    if request.content_type != "application/json":
        raise Refused(415, "not application/json")
    if (request.content_length or 0) > BODY_LIMIT:
        raise Refused(413, "too long")
    found = bytearray()
    async for chunk in request.content.iter_chunked(16 * 1024):
        found += chunk
        if len(found) > BODY_LIMIT:
            raise Refused(413, "too long")
    return bytes(found)
