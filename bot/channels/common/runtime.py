"""What every door runs on: the core in threads, and the pace of a conversation."""

from __future__ import annotations

import asyncio
import functools
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Protocol

from prometheus_client import Counter

from bot.assistant.assistant import Assistant, tries_code
from bot.channels.common.remembered import Remembered
from bot.channels.common.work import Turns
from bot.delivery.sender import PassingFault
from bot.domain.messages import Message
from bot.domain.turns import Incoming, Said, Sender


class Core(Protocol):
    """The one entry to the conversation and the cases."""

    async def handle(self, incoming: Incoming, within: float | None = None) -> tuple[Message, ...]:
        """What to show the sender now. A second copy of the same event changes nothing and shows nothing.

        `within`: seconds after which nothing is stored any more; the sender is then told that nothing is
        saved, and whom to phone. For doors whose platform wants its answer by then.
        """


# A longer wait is left to the outbox, which holds no other conversation up.
_LONGEST_WAIT_S = 12.0
# Far more than are written to in a minute: what is forgotten is free again.
_MOST_PACED = 5000


class Pace:
    """One message every `gap` seconds in each conversation. `monotonic` is a clock in seconds."""

    def __init__(
        self, gap: float, monotonic: Callable[[], float], sleep: Callable[[float], Awaitable[object]]
    ) -> None:
        self._gap = gap
        self._monotonic = monotonic
        self._sleep = sleep
        self._free_at: Remembered[str, float] = Remembered(_MOST_PACED)
        self._turns = Turns()

    @asynccontextmanager
    async def turn(self, conversation: str) -> AsyncIterator[None]:
        """One's turn in a conversation, awaited; the next comes a gap after it ends.

        A PassingFault inside it holds the conversation for as long as the platform asked. Raises
        PassingFault where the wait would be long.
        """
        async with self._turns.of(conversation):
            wait = self._free_at.get(conversation, 0.0) - self._monotonic()
            if wait > _LONGEST_WAIT_S:
                raise PassingFault("waiting for a turn", wait)
            if wait > 0:
                await self._sleep(wait)
            try:
                yield
            except PassingFault as fault:
                self.hold(conversation, fault.retry_after or 0.0)
                raise
            finally:
                # From the end: a platform counts when a message arrives, not when it was begun.
                self.hold(conversation, self._gap)

    def hold(self, conversation: str, seconds: float) -> None:
        """The platform asked to wait: nobody's turn comes before that."""
        until = self._monotonic() + seconds
        self._free_at[conversation] = max(until, self._free_at.get(conversation, until))


EVENTS = Counter("signpost_events", "What came in through a door, by kind.", ["kind"])


_BROUGHT_WITHIN_S, _LOOK_S = 2.0, 0.1


class AsyncCore:
    """The conversation and the cases for async doors. `clock` is the time."""

    def __init__(self, assistant: Assistant, clock: Callable[[], datetime]) -> None:
        self._assistant = assistant
        self._clock = clock
        # Few: SQLite has one writer, and a longer queue in front of it helps nobody.
        self._pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="core")
        # Reading a question costs ten times a press: however many wait, no press waits behind them.
        self._questions = ThreadPoolExecutor(max_workers=2, thread_name_prefix="questions")
        # One: of codes guessed at once none gets ahead of the count, and no report waits behind them.
        self._codes = ThreadPoolExecutor(max_workers=1, thread_name_prefix="codes")
        self._turns = Turns()
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
        if not tries_code(incoming):
            return await self._handled(incoming, within, ends)
        # One code per person at a time: a person who tries many holds nobody else up by more than one.
        async with self._turns.of(f"{incoming.sender.platform}|{incoming.sender.user}"):
            return await self._handled(incoming, within, ends)

    async def _handled(
        self, incoming: Incoming, within: float | None, ends: float | None
    ) -> tuple[Message, ...]:
        if wait := self._assistant.wait_s(incoming, self._clock()):
            await asyncio.sleep(wait)
        in_time = None if ends is None else lambda: time.monotonic() < ends
        words = isinstance(incoming.content, Said)
        pool = self._questions if words and within is None else self._pool
        pool = self._codes if tries_code(incoming) else pool
        handle, now = self._assistant.handle, self._clock()
        replies: tuple[Message, ...] = await _off_the_loop(pool, handle, incoming, now, in_time)
        if not words or incoming.thread is not None:
            # Other words hardly ever owe anybody a notice: for those the worker's next look is soon enough.
            self.handled()
        if replies and incoming.thread is not None:
            # The answer first, and then what is left to say.
            await self._brought(incoming.sender)
        return replies

    async def _brought(self, asker: Sender) -> None:
        """Wait until what is owed to this person's question is there, a moment at most."""
        ends = time.monotonic() + _BROUGHT_WITHIN_S
        while await self.run(self._assistant.owes, asker) and time.monotonic() < ends:
            await asyncio.sleep(_LOOK_S)

    def close(self) -> None:
        """Wait for what is under way."""
        self._questions.shutdown()
        self._codes.shutdown()
        self._pool.shutdown()


async def _off_the_loop(
    pool: ThreadPoolExecutor, function: Callable[..., Any], *args: Any, **kwargs: Any
) -> Any:
    call = functools.partial(function, *args, **kwargs)
    return await asyncio.get_running_loop().run_in_executor(pool, call)
