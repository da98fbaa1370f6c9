"""The connections of the doors: who never says what they want, or too slowly, makes room for others."""

from __future__ import annotations

import asyncio
import logging
import resource
import socket
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Any

import structlog
from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError
from aiohttp.typedefs import Handler

log = structlog.get_logger()
Networks = Sequence[IPv4Network | IPv6Network]
# Of the files that this process may hold open, those that the database and the ways out have.
_KEPT_FREE = 256
_MOST, _LEAST = 10_000, 64
_BACKLOG = 128
_LINE_EVERY_S = 60.0
# At the end: longer than any platform waits for its answer.
_FINISHED_WITHIN_S = 5.0


@dataclass(frozen=True)
class Patience:
    """Seconds for the headers of a first request and for each body; how many may be waited for.

    A connection is waited for while it is no whole request: `of_peer` those of one address (of IPv6, one
    network of 64 bits), but for `trusted` ones; `together` is the most connections of everybody.
    """

    headers_s: float = 10.0
    body_s: float = 15.0
    of_peer: int = 100
    together: int = _MOST
    trusted: Networks = ()


def room() -> int:
    """How many connections this process can hold, by the limit on its open files."""
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = soft == resource.RLIM_INFINITY
    return _MOST if unlimited else min(_MOST, max(_LEAST, soft - _KEPT_FREE))


class Connections:
    """Those that are open. Where there are too many the oldest that is waited for is closed."""

    def __init__(self, patience: Patience) -> None:
        self.patience = patience
        self._open = 0
        # Dicts, for their order: the oldest stands first.
        self._waiting: dict[Connection, None] = {}
        self._of_peer: defaultdict[str, dict[Connection, None]] = defaultdict(dict)

    def enter(self, one: Connection) -> None:
        """One more; nothing is known of it yet."""
        self._open += 1
        if self._open > self.patience.together and self._waiting:
            next(iter(self._waiting)).cut()
        self.wait_for(one)

    def leave(self, one: Connection) -> None:
        """It is closed."""
        self._open -= 1
        self.came(one)

    def wait_for(self, one: Connection) -> None:
        """It is to say something."""
        theirs = self._of_peer[one.peer]
        self._waiting[one] = theirs[one] = None
        if len(theirs) > self.patience.of_peer and not self._is_trusted(one.peer):
            next(iter(theirs)).cut()

    def came(self, one: Connection) -> None:
        """It has said all of it."""
        self._waiting.pop(one, None)
        theirs = self._of_peer[one.peer]
        theirs.pop(one, None)
        if not theirs:
            del self._of_peer[one.peer]

    def hurry(self) -> None:
        """No more time for what is not there yet."""
        for one in tuple(self._waiting):
            one.hurry()

    def _is_trusted(self, peer: str) -> bool:
        network = ip_network(peer, strict=False) if peer else None
        return any(
            network is not None and network.version == one.version and network.network_address in one
            for one in self.patience.trusted
        )


def _peer(transport: asyncio.BaseTransport) -> str:
    name = transport.get_extra_info("peername")
    try:
        found = ip_address(name[0])
    except (TypeError, IndexError, ValueError):
        return ""
    mapped = getattr(found, "ipv4_mapped", None)
    if found.version == 4 or mapped:
        return str(mapped or found)
    # One customer of a provider has a whole network of them.
    return str(ip_network(f"{found}/64", strict=False))


def _not_yet() -> bool:
    return False


class Connection(asyncio.Protocol):
    """One connection, handed on to the server's own protocol, with a time by which each part is there."""

    def __init__(self, server: asyncio.Protocol, all_of_them: Connections) -> None:
        self._server = server
        self._all = all_of_them
        self._transport: asyncio.Transport | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._is_whole: Callable[[], bool] = _not_yet
        self.peer = ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """See asyncio.Protocol."""
        assert isinstance(transport, asyncio.Transport)
        self._transport, self.peer = transport, _peer(transport)
        self._server.connection_made(transport)
        self._all.enter(self)
        self._hurry_in(self._all.patience.headers_s)

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.Protocol."""
        self._stop()
        self._all.leave(self)
        self._server.connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """See asyncio.Protocol."""
        self._server.data_received(data)

    def eof_received(self) -> bool | None:
        """See asyncio.Protocol."""
        return self._server.eof_received()

    def pause_writing(self) -> None:
        """See asyncio.Protocol."""
        self._server.pause_writing()

    def resume_writing(self) -> None:
        """See asyncio.Protocol."""
        self._server.resume_writing()

    def began(self, request: web.Request) -> None:
        """The headers of a request are there."""
        self._stop()
        self._is_whole = request.content.is_eof
        if self._is_whole():
            self._all.came(self)
        else:
            self._hurry_in(self._all.patience.body_s)

    def ended(self) -> None:
        """It is answered. For the next one on the same connection the server's own patience counts."""
        self._stop()
        self._is_whole = _not_yet
        if self._transport is not None and not self._transport.is_closing():
            self._all.wait_for(self)

    def hurry(self) -> None:
        """Close it, unless all of what it has to say is there."""
        if self._is_whole():
            self._all.came(self)
        else:
            self.cut()

    def cut(self) -> None:
        """Close it at once."""
        # Not counted any more, before the transport says that it is closed.
        self._all.came(self)
        if self._transport is not None:
            self._transport.abort()

    def _hurry_in(self, seconds: float) -> None:
        self._timer = asyncio.get_running_loop().call_later(seconds, self.hurry)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


@web.middleware
async def _watched(request: web.Request, handler: Handler) -> web.StreamResponse:
    one = request.transport.get_protocol() if request.transport is not None else None
    if not isinstance(one, Connection):
        return await handler(request)
    one.began(request)
    try:
        return await handler(request)
    finally:
        one.ended()


@asynccontextmanager
async def listening(app: web.Application, door: socket.socket, patience: Patience) -> AsyncIterator[None]:
    """Serve `app` on this socket, until the end of the block; what is under way then is finished."""
    app.middlewares.append(_watched)
    logging.getLogger("aiohttp.server").addFilter(_is_of_ours)
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(_quietly(loop))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_FINISHED_WITHIN_S)
    all_of_them = Connections(patience)
    await runner.setup()
    make = runner.server
    assert make is not None
    server = await loop.create_server(lambda: Connection(make(), all_of_them), sock=door, backlog=_BACKLOG)
    try:
        yield
    finally:
        server.close()
        # The server itself would wait for them as for what is under way.
        all_of_them.hurry()
        await runner.cleanup()


def _is_of_ours(record: logging.LogRecord) -> bool:
    """Whether a line is of a fault here: what is no HTTP gets its 400, and is not for strangers to log."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


def _quietly(loop: asyncio.AbstractEventLoop) -> Callable[[asyncio.AbstractEventLoop, dict[str, Any]], None]:
    """An exception handler that says once a minute that nobody can be let in; else it is the loop's own."""
    said = float("-inf")

    def handle(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        nonlocal said
        if not str(context.get("message", "")).startswith("socket.accept()"):
            loop.default_exception_handler(context)
        elif loop.time() - said > _LINE_EVERY_S:
            said = loop.time()
            log.error("connections_refused", fault=type(context.get("exception")).__name__)

    return handle
