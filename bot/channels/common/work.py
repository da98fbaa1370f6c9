"""Work beside the answers: watched, in each person's order, within its time, tried again, finished."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any, TypeVar
from weakref import WeakValueDictionary

import structlog

from bot.delivery.sender import DeliveryFault

log = structlog.get_logger()
T = TypeVar("T")
# Starts a task that runs by itself: asyncio.create_task, handed in by the composition root.
Start = Callable[[Coroutine[Any, Any, Any]], asyncio.Task[Any]]
Sleep = Callable[[float], Awaitable[object]]
#: How long the end of the application waits for the work of a door: with all else that ends, less than the
#: ten seconds that an orchestrator gives.
FINISH_S = 4.5
#: Over so much under way a door takes nothing more, and its platform sends it again: no heap without an end.
MOST_AT_ONCE = 1000


@dataclass(frozen=True)
class Runtime:
    """What only the composition root may make: tasks, a way off the event loop, the clocks, and waiting."""

    start: Start
    run: Callable[..., Awaitable[Any]]
    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    sleep: Sleep
    #: What each door does at the end of the application.
    ends: list[Callable[[], Awaitable[None]]] = field(default_factory=list)

    async def ended(self, _app: object) -> None:
        """Every door ends, all at once: a platform that hangs costs the others none of their time."""
        await asyncio.gather(*(end() for end in self.ends))


class Background:
    """Every task that is under way. None is forgotten: a fault is logged, the end waits for all."""

    def __init__(self, start: Start, platform: str) -> None:
        self._start = start
        self._platform = platform
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def is_full(self) -> bool:
        """Whether more is under way than can be done in time."""
        return len(self._tasks) >= MOST_AT_ONCE

    def start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run `work` beside everything else."""
        task: asyncio.Task[T] = self._start(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def finish(self, within: float) -> None:
        """Wait for what is under way and what comes of it, `within` seconds at most; the rest is stopped."""
        ends = now() + within
        while self._tasks and (rest := ends - now()) > 0:
            await asyncio.wait(tuple(self._tasks), timeout=rest)
        await _stopped(tuple(self._tasks))

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            # No text of it anywhere: it may hold what somebody wrote.
            log.error(f"{self._platform}.work_failed", fault=type(fault).__name__)


@asynccontextmanager
async def alongside(start: Start, *work: Coroutine[Any, Any, Any]) -> AsyncIterator[None]:
    """All of `work` runs inside, and is stopped at its end."""
    tasks = tuple(map(start, work))
    yield
    await _stopped(tasks)


async def _stopped(tasks: tuple[asyncio.Task[Any], ...]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


class Turns:
    """One act of a person at a time, so that their answers come in the order of what they did."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    @asynccontextmanager
    async def of(self, user: str, patience: float | None = None) -> AsyncIterator[None]:
        """This person's turn. After `patience` seconds it begins though the one before has not ended."""
        lock = self._locks.setdefault(user, asyncio.Lock())
        try:
            await asyncio.wait_for(lock.acquire(), patience)
        except TimeoutError:
            yield
            return
        try:
            yield
        finally:
            lock.release()


def now() -> float:
    """Seconds on the event loop's clock."""
    return asyncio.get_running_loop().time()


def left(ends: float, least: float = 0.0) -> float:
    """Seconds until `ends` on the event loop's clock, `least` at least."""
    return max(least, ends - now())


_RETRY_S, _LONGEST_RETRY_S = 1.0, 60.0


async def until_done(
    attempt: Callable[[], Awaitable[object]], failed: Callable[[Exception], None], sleep: Sleep
) -> None:
    """Try until it works, after a second at first, then ever more slowly; `failed` hears of each fault."""
    wait = _RETRY_S
    while True:
        try:
            await attempt()
        except Exception as fault:
            failed(fault)
            await sleep(wait)
            wait = min(2 * wait, _LONGEST_RETRY_S)
        else:
            return


_TRIES, _FIRST_S, _LONGEST_S = 3, 0.5, 3.0


async def a_few_times(
    attempt: Callable[[], Awaitable[T]], passing: tuple[type[DeliveryFault], ...], sleep: Sleep
) -> T:
    """What came of it in three tries, while somebody waits.

    Raises the fault of the last one, one that is not `passing`, or one that asks for a long wait.
    """
    for tried in count(1):
        try:
            return await attempt()
        except passing as fault:
            wait = getattr(fault, "retry_after", None) or _FIRST_S * 2**tried
            if tried == _TRIES or wait > _LONGEST_S:
                raise
        await sleep(wait)
    raise AssertionError
