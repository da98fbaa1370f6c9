"""The core for doors that are async: plain functions below, crossed once through threads of its own."""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from prometheus_client import Counter

from bot.assistant.assistant import Assistant
from bot.domain.messages import Message
from bot.domain.turns import Incoming, Said

EVENTS = Counter("signpost_events", "What came in through a door, by kind.", ["kind"])


class AsyncCore:
    """The conversation and the cases for async doors. `clock` is the time."""

    def __init__(self, assistant: Assistant, clock: Callable[[], datetime]) -> None:
        self._assistant = assistant
        self._clock = clock
        # Few: SQLite has one writer, and a longer queue in front of it helps nobody.
        self._pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="core")
        # Reading a question costs ten times a press: however many wait, no press waits behind them.
        self._questions = ThreadPoolExecutor(max_workers=2, thread_name_prefix="questions")
        self.handled: Callable[[], None] = lambda: None

    async def run(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run a plain function off the event loop."""
        return await _off_the_loop(self._pool, function, *args, **kwargs)

    async def handle(self, incoming: Incoming, within: float | None = None) -> tuple[Message, ...]:
        """What to show the sender; what it left in the outbox is sent at once, after words within a second.

        What is not stored `within` so many seconds is not stored at all, and the sender is told so.
        """
        EVENTS.labels(type(incoming.content).__name__.lower()).inc()
        ends = None if within is None else time.monotonic() + within
        if wait := self._assistant.wait_s(incoming, self._clock()):
            await asyncio.sleep(wait)
        in_time = None if ends is None else lambda: time.monotonic() < ends
        words = isinstance(incoming.content, Said)
        pool = self._questions if words and within is None else self._pool
        handle, now = self._assistant.handle, self._clock()
        replies: tuple[Message, ...] = await _off_the_loop(pool, handle, incoming, now, in_time)
        if not words:
            # Words hardly ever owe anybody a notice: for those the worker's next look is soon enough.
            self.handled()
        return replies

    def close(self) -> None:
        """Wait for what is under way."""
        self._questions.shutdown()
        self._pool.shutdown()


async def _off_the_loop(
    pool: ThreadPoolExecutor, function: Callable[..., Any], *args: Any, **kwargs: Any
) -> Any:
    call = functools.partial(function, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(pool, call)
