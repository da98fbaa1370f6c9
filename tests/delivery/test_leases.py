import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest

from bot.delivery import worker as workers
from bot.delivery.sender import PassingFault, Target
from bot.delivery.worker import LEASE, Leases, Worker
from bot.domain.messages import Message
from bot.storage import outbox
from bot.storage.outbox import Claimed
from tests.support.desk import Desk, Notebook, inline


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A product with the demo Federation and a database of its own."""
    desk = Desk.open(tmp_path)
    yield desk
    desk.close()


@dataclass
class Stuck(Notebook):
    """A platform that does not answer until it is let."""

    begun: asyncio.Event = field(default_factory=asyncio.Event)
    answers: asyncio.Event = field(default_factory=asyncio.Event)

    async def post(self, target: Target, message: Message, key: str, thread: str = "") -> str:
        self.begun.set()
        await self.answers.wait()
        return await super().post(target, message, key, thread)


def worker(desk: Desk, notebook: Notebook) -> Worker:
    return Worker(desk.product.context, {"playground": notebook}, inline, lambda: desk.now, lambda: 0.5)


def rescued(desk: Desk) -> tuple[Claimed, ...]:
    with desk.product.database.transaction() as tx:
        return outbox.claim(tx, "rescuer", desk.now, LEASE, 20)


def test_a_worker_that_lives_keeps_its_rows(desk: Desk) -> None:
    """While a send goes on and the lease is renewed nobody takes the row over; without, somebody does."""
    desk.report("ana", kind="colleague")

    async def work() -> tuple[int, int]:
        stuck = Stuck()
        one = worker(desk, stuck)
        hand = asyncio.ensure_future(one.once())
        await stuck.begun.wait()
        desk.later(seconds=9)
        await one.renew()
        desk.later(seconds=9)
        while_alive = len(rescued(desk))
        desk.later(seconds=9)
        hand.cancel()
        return while_alive, len(rescued(desk))

    assert asyncio.run(work()) == (0, 2)


def test_a_send_ends_before_its_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is on its way is cut while the lease still holds, since its rescuer looks for what was done."""
    monkeypatch.setattr(workers, "LEASE", timedelta(seconds=0.05))

    async def work() -> float:
        held, loop = Leases(), asyncio.get_running_loop()
        began = loop.time()
        held.take("one", began)
        with pytest.raises(TimeoutError):
            async with held.sending("one", 60):
                await asyncio.Event().wait()
        return loop.time() - began

    assert 0.04 <= asyncio.run(work()) < 30


def test_a_renewal_gives_what_is_on_its_way_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A send goes on beyond the first lease where it was renewed, and never beyond its own limit."""
    monkeypatch.setattr(workers, "LEASE", timedelta(seconds=0.05))

    async def work() -> bool:
        held, loop = Leases(), asyncio.get_running_loop()
        held.take("one", loop.time())
        async with held.sending("one", 60):
            held.renewed(("one", "gone"), loop.time() + 60)
            await asyncio.sleep(0.1)
        held.drop("one")
        return held.tokens == ()

    assert asyncio.run(work())


def test_too_many_requests_pause_the_whole_conversation(desk: Desk) -> None:
    """After a 429 nothing else is tried there before the time that the platform asked for."""
    for _ in range(3):
        desk.report("ana", kind="colleague")
        desk.later(seconds=1)

    async def tries() -> list[int]:
        notebook = Notebook(refuses={"flt": PassingFault("ratelimited", retry_after=40)})
        counted = []
        for seconds in (0, 20, 19, 2):
            desk.later(seconds=seconds)
            await worker(desk, notebook).once()
            with desk.product.database.transaction() as tx:
                query = "SELECT sum(attempts) FROM outbox WHERE recipient = 'flt_channel'"
                counted.append(int(tx.exec_driver_sql(query).scalar_one()))
        return counted

    first, *later, last = asyncio.run(tries())
    assert later == [first, first]
    assert last > first


def test_nothing_is_begun_under_a_lease_that_has_ended() -> None:
    """A process that was stopped for longer than its lease sends nothing when it goes on: another has."""
    begun = []

    async def work() -> None:
        held, now = Leases(), asyncio.get_running_loop().time()
        held.take("fresh", now)
        held.take("old", now - LEASE.total_seconds())
        for token in ("fresh", "old"):
            async with held.sending(token, 15.0):
                # As a connection that is open already takes it: at once.
                begun.append(token)

    with pytest.raises(TimeoutError):
        asyncio.run(work())
    assert begun == ["fresh"]
