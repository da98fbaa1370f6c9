from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

from bot.casework.context import Context
from bot.delivery.worker import Worker
from tests.support.desk import START


class Looks:
    """Counts how often the outbox is looked at; each look finds nothing."""

    def __init__(self) -> None:
        self.count = 0

    async def run(self, _claim: Callable[..., Any], *_args: Any) -> tuple[Any, ...]:
        self.count += 1
        return ()


def test_one_hand_looks_for_all_that_rest() -> None:
    """Being woken costs one look at the outbox, however many hands rest; the next one hears the next call."""
    looks = Looks()

    async def woken_twice() -> list[int]:
        nowhere = cast(Context, None)
        worker = Worker(nowhere, {}, looks.run, lambda: START, lambda: 0.5)
        working = asyncio.ensure_future(worker.forever())
        counts = []
        for _ in range(3):
            await asyncio.sleep(0.05)
            counts.append(looks.count)
            worker.wake.set()
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
        return counts

    first, second, third = asyncio.run(woken_twice())
    assert (second - first, third - second) == (1, 1)
