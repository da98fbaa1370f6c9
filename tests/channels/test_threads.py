from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime
from typing import Any, cast

from bot.assistant.assistant import Assistant
from bot.channels.common.runtime import AsyncCore
from bot.domain.turns import Content, Incoming, Pressed, Said, Sender

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)


def incoming(content: Content) -> Incoming:
    return Incoming("e1", Sender("slack", "U1"), content)


class Slow:
    """An assistant that reads questions for as long as it is told to."""

    def __init__(self) -> None:
        self.go = threading.Event()

    def wait_s(self, _came: Incoming, _now: datetime) -> float:
        return 0.0

    def handle(self, came: Incoming, _now: datetime, _in_time: object) -> tuple[Any, ...]:
        if isinstance(came.content, Said):
            self.go.wait(10)
        return ()


def test_a_press_does_not_wait_behind_questions() -> None:
    """However many questions are being read, a press and what the worker does go on at once."""
    slow = Slow()

    async def presses_among_questions() -> int:
        core = AsyncCore(cast(Assistant, slow), lambda: NOW)
        asked = [asyncio.ensure_future(core.handle(incoming(Said("may I?")))) for _ in range(20)]
        await asyncio.wait_for(core.handle(incoming(Pressed("report.start"))), 5)
        await asyncio.wait_for(core.handle(incoming(Pressed("journey.send")), 2.0), 5)
        assert await asyncio.wait_for(core.run(int, "7"), 5) == 7
        waiting = sum(not one.done() for one in asked)
        slow.go.set()
        await asyncio.gather(*asked)
        core.close()
        return waiting

    assert asyncio.run(presses_among_questions()) == 20


def test_the_outbox_is_looked_at_after_presses_alone() -> None:
    """A press wakes the worker; words do not, since they hardly ever owe anybody anything."""
    slow, woken = Slow(), list[str]()
    slow.go.set()

    async def one_of_each() -> None:
        core = AsyncCore(cast(Assistant, slow), lambda: NOW)
        core.handled = lambda: woken.append("now")
        await core.handle(incoming(Said("may I?")))
        assert woken == []
        await core.handle(incoming(Pressed("journey.send")), 2.0)
        core.close()

    asyncio.run(one_of_each())
    assert woken == ["now"]
