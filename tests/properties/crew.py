"""Workers that can die, or stand still, between any two of their steps, on a time that the test moves."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Any, ClassVar

from bot.casework.context import Context
from bot.delivery.sender import PermanentFault, Target, WithheldFault
from bot.delivery.worker import Worker
from bot.domain.messages import Message
from tests.support.desk import Desk, Notebook


class Killed(BaseException):
    """The process is gone: nothing that it would have done next happens."""


class Loop(asyncio.SelectorEventLoop):
    """An event loop whose time passes when the test says so, and never goes back."""

    passed = 0.0

    def time(self) -> float:
        return self.passed

    def turns(self, count: int = 5) -> None:
        """Let what is ready go on: timers that are over come first."""
        for _ in range(count):
            self.run_until_complete(asyncio.sleep(0))


@dataclass
class Life:
    """One process's. Its `dies_at`-th step kills it; at its `stops_at`-th it stands still until let go."""

    dies_at: int = 0
    stops_at: int = 0
    step: int = 0
    is_dead: bool = False
    _go: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def stands_still(self) -> bool:
        """Whether it has come to the step where it stops, and was not let go since."""
        return self.stops_at != 0 and self.step >= self.stops_at and not self._go.is_set()

    async def next_step(self) -> None:
        """Between two steps."""
        self.step += 1
        if self.step == self.dies_at:
            self.is_dead = True
        if self.stands_still:
            await self._go.wait()
        if self.is_dead:
            raise Killed

    def ends(self, dies_at: int = 0, stops_at: int = 0) -> None:
        """Counted from now, in steps: when a process that has worked dies, or stands still."""
        self.step, self.dies_at, self.stops_at = 0, dies_at, stops_at

    def let_go(self) -> None:
        """It moves again."""
        self._go.set()


@dataclass
class Platform(Notebook):
    """What people see on it, whichever process wrote it; `taken` is each key that it took."""

    context: Context | None = None
    taken: list[tuple[str, str]] = field(default_factory=list)
    # The messages under each key, and which of them could be rewritten no more.
    stood: defaultdict[tuple[str, str], list[str]] = field(default_factory=lambda: defaultdict(list))
    fixed: set[str] = field(default_factory=set)
    # Called with the conversation and the key of everything new that somebody sees.
    watcher: Callable[[str, str], None] = lambda conversation, key: None

    def check(self, target: Target) -> None:
        """Raise what stands in the way."""
        reason = self.context.channel.reason if self.context else ""
        if reason and target.conversation == "flt":
            raise WithheldFault(reason)

    async def post(self, target: Target, message: Message, key: str, thread: str = "") -> str:
        self.check(target)
        name = (target.conversation, key)
        before = self.keys.get(name)
        try:
            return await super().post(target, message, key, thread)
        finally:
            if (message_id := self.keys.get(name)) and message_id != before:
                self.taken.append(name)
                self.stood[name].append(message_id)
                self.watcher(*name)

    async def edit(self, target: Target, message_id: str, message: Message) -> None:
        try:
            await super().edit(target, message_id, message)
        except PermanentFault:
            self.fixed.add(message_id)
            raise

    def is_double(self, conversation: str, key: str) -> bool:
        """Whether it was posted again although what stood there could have been rewritten."""
        return len([one for one in self.stood[conversation, key] if one not in self.fixed]) > 1


@dataclass
class Line:
    """One process's line to the platform: it may be cut before the platform hears, and after."""

    finds: ClassVar[bool] = True
    platform: Platform
    life: Life

    async def post(self, target: Target, message: Message, key: str, thread: str = "") -> str:
        await self.life.next_step()
        try:
            return await self.platform.post(target, message, key, thread)
        finally:
            await self.life.next_step()

    async def edit(self, target: Target, message_id: str, message: Message) -> None:
        await self.life.next_step()
        try:
            self.platform.check(target)
            await self.platform.edit(target, message_id, message)
        finally:
            await self.life.next_step()

    async def remove(self, target: Target, message_id: str, instead: Message) -> None:
        await self.life.next_step()
        try:
            self.platform.check(target)
            await self.platform.remove(target, message_id, instead)
        finally:
            await self.life.next_step()

    async def find(
        self, target: Target, key: str, thread: str = "", besides: Collection[str] = ()
    ) -> str | None:
        await self.life.next_step()
        return await self.platform.find(target, key, thread, besides)


@dataclass
class Process:
    """A worker's: a turn of it can be begun and end much later, or never."""

    desk: Desk
    platform: Platform
    loop: Loop
    life: Life = field(default_factory=Life)
    turn: asyncio.Task[int] | None = None

    def __post_init__(self) -> None:
        line = Line(self.platform, self.life)
        self.worker = Worker(
            self.desk.product.context,
            {"playground": line},
            self._run,
            lambda: self.desk.now,
            lambda: 0.5,
        )

    async def _run(self, function: Callable[..., Any], *args: Any) -> Any:
        await self.life.next_step()
        found = function(*args)
        await self.life.next_step()
        return found

    def begin(self) -> None:
        """A turn: to its end, unless it dies or stands still before."""
        self.turn = self.loop.create_task(self.worker.once())
        self._go_on()

    def wake(self) -> None:
        """Let it go on where it stood still. What took too long meanwhile is over first."""
        self.loop.turns()
        self.life.let_go()
        self._go_on()

    def _go_on(self) -> None:
        assert self.turn is not None
        while not self.turn.done() and not self.life.stands_still:
            self.loop.turns(1)
        # The others of its conversations come to where they stand still as well.
        self.loop.turns()

    def end(self) -> int:
        """How many rows its turn claimed; 0 where it died. Raises what it raised."""
        assert self.turn is not None
        try:
            return self.turn.result()
        except Killed:
            return 0
