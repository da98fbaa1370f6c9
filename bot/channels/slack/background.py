"""Work beside the acknowledgement: watched, in the order of each person's acts, finished at the end."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import structlog

log = structlog.get_logger()
T = TypeVar("T")
# Starts a task that runs by itself: asyncio.create_task, handed in by the composition root.
Start = Callable[[Coroutine[Any, Any, Any]], asyncio.Task[Any]]


class Background:
    """Every task that is under way. None is forgotten: a fault is logged, the end waits for all."""

    def __init__(self, start: Start) -> None:
        self._start = start
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run `work` beside everything else."""
        task: asyncio.Task[T] = self._start(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def finish(self, within: float) -> None:
        """Wait for what is under way and what comes of it, `within` seconds at most; the rest is stopped."""
        now = asyncio.get_running_loop().time
        ends = now() + within
        while self._tasks and (left := ends - now()) > 0:
            await asyncio.wait(tuple(self._tasks), timeout=left)
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            # No text of it anywhere: it may hold what somebody wrote.
            log.error("slack.work_failed", fault=type(fault).__name__)


class Turns:
    """One act of a person at a time, so that their answers come in the order of what they did."""

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @asynccontextmanager
    async def of(self, user: str, patience: float | None = None) -> AsyncIterator[None]:
        """This person's turn. After `patience` seconds it begins though the one before has not ended."""
        lock = self._locks[user]
        try:
            await asyncio.wait_for(lock.acquire(), patience)
        except TimeoutError:
            yield
            return
        try:
            yield
        finally:
            lock.release()
