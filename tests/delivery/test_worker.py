import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.delivery import worker as workers
from bot.delivery.sender import Target, WithheldFault
from bot.delivery.worker import Worker
from bot.domain.messages import Message
from bot.storage.database import StorageUnavailable
from tests.support.desk import Desk, Notebook, inline


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A product with the demo Federation and a database of its own."""
    desk = Desk.open(tmp_path)
    yield desk
    desk.close()


@dataclass
class Slow(Notebook):
    """A platform where posting in one conversation takes until something is said in another."""

    waits: dict[str, asyncio.Event] = field(default_factory=dict)
    said: dict[str, asyncio.Event] = field(default_factory=dict)
    order: list[str] = field(default_factory=list)

    async def post(self, target: Target, message: Message, key: str, thread: str = "") -> str:
        if target.conversation in self.waits:
            await self.waits[target.conversation].wait()
        self.order.append(f"{target.conversation} {message.summary}")
        if target.conversation in self.said:
            self.said[target.conversation].set()
        return await super().post(target, message, key, thread)


def worker(desk: Desk, notebook: Notebook) -> Worker:
    return Worker(desk.product.context, {"playground": notebook}, inline, lambda: desk.now, lambda: 0.5)


def test_a_slow_conversation_holds_up_no_other(desk: Desk) -> None:
    """While the FLT's channel takes its time, the reporter's receipt is delivered."""
    desk.report("ana", kind="colleague")

    async def work() -> list[str]:
        receipt = asyncio.Event()
        slow = Slow(said={"ana": receipt}, waits={"flt": receipt})
        await worker(desk, slow).once()
        return [line.partition(" ")[0] for line in slow.order]

    assert asyncio.run(work()) == ["ana", "flt"]


def test_one_conversation_has_its_messages_in_order(desk: Desk) -> None:
    """The cards of several reports come to the FLT's channel in the order of the reports."""
    references = []
    for _ in range(4):
        references.append(desk.report("ana", kind="colleague").reference)
        desk.later(seconds=1)

    async def work() -> list[str]:
        slow = Slow()
        await worker(desk, slow).once()
        return [line for line in slow.order if line.startswith("flt ")]

    shown = asyncio.run(work())
    assert [line.split()[1] for line in shown] == references


def test_what_takes_too_long_is_cut_and_the_rest_given_back(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A send that never ends is cut within the lease; what is behind it keeps its place, untried."""
    monkeypatch.setattr(workers, "_SEND_S", 0.02)
    monkeypatch.setattr(workers, "_SHARE_S", 0.01)
    for _ in range(3):
        desk.report("ana", kind="colleague")

    async def work() -> tuple[list[str], int]:
        stuck = Slow(waits={"flt": asyncio.Event()})
        claimed = await worker(desk, stuck).once()
        return stuck.order, claimed

    order, claimed = asyncio.run(work())
    assert claimed == 6
    assert [line.partition(" ")[0] for line in order] == ["ana"] * 3
    assert desk.dump().count("timed out") == 1
    monkeypatch.undo()
    desk.work(rounds=1)
    assert len(desk.notebook.texts("flt")) == 2


def test_a_hanging_conversation_does_not_stop_what_comes_later(desk: Desk) -> None:
    """While the FLT's channel hangs, another hand delivers an alert that came after it to the DSL."""

    async def work() -> list[str]:
        arrived = asyncio.Event()
        stuck = Slow(said={"dina": arrived}, waits={"flt": asyncio.Event()})
        one = worker(desk, stuck)
        desk.report("ana", kind="colleague")
        hand = asyncio.ensure_future(one.once())
        await asyncio.sleep(0)
        desk.report("ana", kind="concern", danger="yes")
        await one.once()
        assert arrived.is_set()
        hand.cancel()
        return [line.partition(" ")[0] for line in stuck.order]

    assert "flt" not in asyncio.run(work())


def test_what_was_passed_by_is_looked_for_as_soon_as_its_conversation_is_free(desk: Desk) -> None:
    """What came for a channel while it was told something else waits for no slower one, and for no poll."""

    async def work() -> tuple[list[str], bool]:
        free = asyncio.Event()
        slow = Slow(waits={"flt": free, "ana": asyncio.Event()})
        one = worker(desk, slow)
        desk.report("ana", kind="colleague")
        hand = asyncio.ensure_future(one.once())
        await asyncio.sleep(0)
        desk.report("ana", kind="colleague")
        one.wake.clear()
        free.set()
        await asyncio.wait_for(one.wake.wait(), 5)
        other = asyncio.ensure_future(one.once())
        while len(slow.order) < 2:
            await asyncio.sleep(0)
        carried_still = not hand.done()
        hand.cancel()
        other.cancel()
        return [line.partition(" ")[0] for line in slow.order], carried_still

    assert asyncio.run(work()) == (["flt", "flt"], True)


def test_two_hands_keep_a_conversation_in_order(desk: Desk) -> None:
    """What is owed to a recipient whose message is on its way is claimed by nobody else."""
    desk.report("ana", kind="colleague")

    async def work() -> list[str]:
        release = asyncio.Event()
        slow = Slow(waits={"flt": release})
        one = worker(desk, slow)
        first = asyncio.ensure_future(one.once())
        await asyncio.sleep(0)
        desk.later(seconds=1)
        desk.report("ana", kind="mistake")
        await one.once()
        assert not [line for line in slow.order if line.startswith("flt")]
        slow.waits.clear()
        release.set()
        await first
        await one.once()
        return [line.partition("· ")[2] for line in slow.order if line.startswith("flt")]

    assert asyncio.run(work()) == ["Abuse by a colleague", "A mistake on social media"]


def test_a_database_that_is_gone_is_said_once_all_has_ended(desk: Desk) -> None:
    """Where storage fails in one conversation the others are finished first, then the worker is told."""
    desk.report("ana", kind="colleague")
    ended: list[str] = []

    @dataclass
    class Broken(Notebook):
        async def post(self, target: Target, message: Message, key: str, thread: str = "") -> str:
            if target.conversation == "flt":
                raise StorageUnavailable("gone")
            await asyncio.sleep(0)
            ended.append(target.conversation)
            return await super().post(target, message, key, thread)

    with pytest.raises(StorageUnavailable):
        asyncio.run(worker(desk, Broken()).once())
    assert ended == ["ana"]


def test_a_mended_channel_is_posted_in_at_once(desk: Desk) -> None:
    """The same worker sees that the channel is as it should be, and does not wait for the next try."""
    state = desk.product.context.channel
    state.reason = "it is not a private channel"
    notebook = Notebook(refuses={"flt": WithheldFault(state.reason)})
    desk.report("ana", kind="colleague")

    async def work() -> list[int]:
        one, counts = worker(desk, notebook), []
        for mended in (False, True):
            if mended:
                state.reason = ""
                notebook.refuses.clear()
            await one.once()
            await one.once()
            counts.append(len(notebook.texts("flt")))
            desk.later(seconds=1)
        return counts

    assert asyncio.run(work()) == [0, 1]


def test_who_has_been_told_can_be_told_more_while_another_hangs(desk: Desk) -> None:
    """A notice went out while the FLT's card of the same round hangs: the next notice goes out too."""

    async def work() -> list[str]:
        stuck = Slow(waits={"flt": asyncio.Event()})
        one = worker(desk, stuck)
        desk.report("ana", nudity="no", origin="me")
        hand = asyncio.ensure_future(one.once())
        for _ in range(50):
            await asyncio.sleep(0)
        desk.report("joe", nudity="no", origin="me")
        await one.once()
        hand.cancel()
        return [line.partition(" ")[0] for line in stuck.order]

    shown = asyncio.run(work())
    assert shown.count("dina") == 2
    assert "flt" not in shown
