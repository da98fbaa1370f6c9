"""Each activity's work: begun once, in the order of a person's words, and never out of sight.

A second copy of an activity that is under way, or of a message that was done, starts nothing. What came
before a restart is recognised by the core, by its event id.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from typing import Any
from weakref import WeakValueDictionary

import structlog

from bot.channels.teams.activities import Activity, InvokeReply, Turn

Reply = InvokeReply | None
# Starts a task that the composition root watches.
Spawn = Callable[[Coroutine[Any, Any, Reply]], asyncio.Task[Reply]]

_MOST_AT_ONCE = 1000
_MOST_DONE = 2000

log = structlog.get_logger()


class Busy(Exception):
    """More is under way than can be done in time: to be sent again."""


class Work:
    """What is under way, and what was done lately."""

    def __init__(self, spawn: Spawn) -> None:
        self._spawn = spawn
        self._under_way: dict[str, asyncio.Task[Reply]] = {}
        self._done: OrderedDict[str, None] = OrderedDict()
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def begin(self, activity: Activity, turn: Turn) -> asyncio.Task[Reply] | None:
        """The work on this activity, begun now or before; None where it was done. Raises Busy."""
        key = activity.key if activity.id else ""
        if key in self._done:
            return None
        if key in self._under_way:
            return self._under_way[key]
        if len(self._under_way) >= _MOST_AT_ONCE:
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
        lock = self._turns.setdefault(person, asyncio.Lock())
        async with lock:
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
            if len(self._done) > _MOST_DONE:
                self._done.popitem(last=False)
