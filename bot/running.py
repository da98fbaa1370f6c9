"""What runs as long as the process does: the worker, what wakes it, and the time that all processes share."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from aiohttp import web

from bot.casework.context import Context, Work
from bot.connections import Networks, Patience, listening, room
from bot.delivery import doors
from bot.delivery.worker import Worker
from bot.settings import SettingsFaults
from bot.storage import audit
from bot.storage.crypto import KeyRing
from bot.storage.database import Database, StorageUnavailable
from bot.storage.postgres import Listener
from bot.storage.vault import RING_SAID_EVERY_S, say_ring

log = structlog.get_logger()
_LISTENER_ENDS_S = 3.0
_DAY_S = 86_400.0
DOORS_EVERY_S = 15.0
Run = Callable[..., Awaitable[Any]]
Beside = Callable[[web.Application], AsyncIterator[None]]


class SharedClock:
    """The database's time, so that all processes agree on it, whatever their own machines' clocks say.

    Else a worker whose clock is behind would take every lease for one that ran out, and send again what is
    on its way. `ask` gives the database's time; a `steady` clock in seconds, which never goes back and
    counts while the machine sleeps, carries it on until it is asked again.
    """

    ASKED_EVERY_S = 1.0

    def __init__(self, ask: Callable[[], datetime], steady: Callable[[], float]) -> None:
        self._ask = ask
        self._steady = steady
        self._known = (ask(), steady())

    def __call__(self) -> datetime:
        """The time, without asking anybody."""
        time, at = self._known
        return time + timedelta(seconds=self._steady() - at)

    def set(self) -> None:
        """Ask the database. Raises what it raises, and goes on as before."""
        # As it was when the answer came: later by the way back, never ahead of the database.
        self._known = (self._ask(), self._steady())


def bound(host: str, port: int) -> socket.socket:
    """A socket on this port that nobody else listens on. Raises SettingsFaults."""
    door = socket.socket()
    try:
        # As asyncio has it: connections of the last run that linger do not keep the port.
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        door.bind((host, port))
    except OSError as error:
        door.close()
        raise not_served_on(port, error) from None
    return door


def not_served_on(port: int, error: OSError) -> SettingsFaults:
    """The fault of a port that somebody else has, or that this user may not have."""
    why, other = os.strerror(error.errno or 0), port + 1 if 1024 <= port < 65535 else 3978
    return SettingsFaults(
        f"PORT: {port} cannot be served on ({why}): end the program that uses it, or give"
        f" another port, such as PORT={other}."
    )


def keep_what_was_read() -> None:
    """From here on the garbage collector passes over what there is now: that lives as long as the process.

    Else it lets garbage wait until it is a quarter of that, which is megabytes, and takes a tenth of a second
    each time to find it.
    """
    gc.collect()
    gc.freeze()
    # What it counts a quarter of is what the last full look found alive.
    gc.collect()


def working(worker: Worker, listener: Listener | None) -> Callable[[web.Application], AsyncIterator[None]]:
    """The worker, beside the application; woken by what `listener` hears of other processes."""

    async def running(_app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(_watched(worker.forever()))
        thread = _listening(listener, worker) if listener else None
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        if listener and thread:
            listener.end()
            await asyncio.to_thread(thread.join, _LISTENER_ENDS_S)

    return running


def ring_said(database: Database, ring: KeyRing, run: Run, clock: Callable[[], datetime]) -> Beside:
    """Say which keys this process serves with: `keys rotate` leaves nothing that it could not open."""

    def say() -> None:
        with database.transaction() as tx:
            say_ring(tx, ring, clock())

    return repeating(lambda: run(say), RING_SAID_EVERY_S)


def doors_told(context: Context, run: Run, clock: Callable[[], datetime]) -> Beside:
    """Owe the IT Manager word of each platform that is cut off from this process."""

    def owe() -> None:
        if any(state.troubles for state in context.doors.values()):
            with context.database.transaction() as tx:
                doors.owe(Work(tx, context, clock()))

    return repeating(lambda: run(owe), DOORS_EVERY_S)


def head_logged(database: Database, run: Run) -> Beside:
    """Log the audit's newest hash once a day: kept apart from the database, it shows a cut-off end."""

    def say() -> None:
        with database.transaction() as tx:
            found = audit.head(tx)
        log.info("audit_head", number=found.number, hash=found.hash)

    return repeating(lambda: run(say), _DAY_S)


def repeating(do: Callable[[], Awaitable[object]], every_s: float) -> Beside:
    """Do it now and again, beside the application; where the database is away, later."""

    async def running(_app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(_watched(_for_ever(do, every_s)))
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

    return running


async def _for_ever(do: Callable[[], Awaitable[object]], every_s: float) -> None:
    while True:
        try:
            await do()
        except StorageUnavailable as error:
            log.error("repeated_work_waits", reason=str(error))
        await asyncio.sleep(every_s)


def _listening(listener: Listener, worker: Worker) -> threading.Thread:
    loop = asyncio.get_running_loop()

    def wake() -> None:
        loop.call_soon_threadsafe(worker.wake.set)

    thread = threading.Thread(target=listener.listen, args=(wake,), name="listener", daemon=True)
    thread.start()
    return thread


async def _watched(work: Awaitable[None]) -> None:
    try:
        await work
    except asyncio.CancelledError:
        raise
    except BaseException:
        # Nothing is delivered without the worker: better to end, and be started again.
        log.exception("worker_died")
        raise SystemExit(1) from None


async def until_stopped(app: web.Application) -> None:
    """Run what belongs to `app`, and listen on no port, until the process is asked to end."""
    asked = _asked_to_end()
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await asked.wait()
    finally:
        await runner.cleanup()


async def serving(app: web.Application, door: socket.socket, trusted: Networks) -> None:
    """Run `app` and serve it on this socket, until the process is asked to end."""
    asked = _asked_to_end()
    async with listening(app, door, Patience(together=room(), trusted=trusted)):
        await asked.wait()


def _asked_to_end() -> asyncio.Event:
    asked = asyncio.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(sign, asked.set)
    return asked
