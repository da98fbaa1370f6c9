"""Work beside the answers: watched, in order, tried again, finished; and what a door remembers."""

from __future__ import annotations

import asyncio
import tracemalloc

import pytest
from structlog.testing import capture_logs

from bot.channels.common.remembered import Remembered
from bot.channels.common.runtime import Pace
from bot.channels.common.sharing import SharedOnce
from bot.channels.common.work import (
    FINISH_S,
    Background,
    Runtime,
    Turns,
    a_few_times,
    alongside,
    until_done,
)
from bot.channels.teams import app, chats
from bot.delivery.sender import DeliveryFault, PassingFault, PermanentFault, UnclearFault
from bot.storage.database import Database, StorageUnavailable
from tests.support.desk import START, Desk, inline


def test_the_end_waits_for_what_is_under_way() -> None:
    """What was begun is finished before the application ends, and what hangs is stopped."""

    async def play() -> list[str]:
        background, done = Background(asyncio.ensure_future, "slack"), list[str]()

        async def after() -> None:
            await asyncio.sleep(0.01)
            done.append("after")

        async def quick() -> None:
            await asyncio.sleep(0.01)
            done.append("quick")
            background.start(after())

        background.start(quick())
        background.start(asyncio.sleep(60))
        await background.finish(0.1)
        return done

    assert asyncio.run(play()) == ["quick", "after"]


def test_a_fault_is_logged_without_a_word_of_it() -> None:
    """A fault in the background is in the log by its kind, never with what it says."""

    async def play() -> None:
        background = Background(asyncio.ensure_future, "slack")

        async def fail() -> None:
            raise ValueError("the tall boy")

        background.start(fail())
        await background.finish(1)

    with capture_logs() as logs:
        asyncio.run(play())
    assert [(line["event"], line["fault"]) for line in logs] == [("slack.work_failed", "ValueError")]
    assert "tall boy" not in str(logs)


def test_a_persons_acts_are_answered_in_their_order() -> None:
    """The second act of a person waits for the first; another person's does not."""

    async def play() -> list[str]:
        turns, done = Turns(), list[str]()

        async def act(user: str, name: str, seconds: float) -> None:
            async with turns.of(user):
                await asyncio.sleep(seconds)
                done.append(name)

        await asyncio.gather(act("ana", "first", 0.03), act("ana", "second", 0), act("joe", "other", 0))
        return done

    assert asyncio.run(play()) == ["other", "first", "second"]


def test_nobody_waits_longer_than_the_platform_does() -> None:
    """An act that a platform waits for begins after a while though the one before has not ended."""

    async def play() -> bool:
        turns, ended = Turns(), asyncio.Event()

        async def slow() -> None:
            async with turns.of("ana"):
                await ended.wait()

        first = asyncio.ensure_future(slow())
        await asyncio.sleep(0)
        async with turns.of("ana", patience=0.01):
            early = not ended.is_set()
        ended.set()
        await first
        async with turns.of("ana", patience=0.01):
            return early

    assert asyncio.run(play())


class Trying:
    """Fails with each fault in turn, then works; `slept` is how long was waited between."""

    def __init__(self, *faults: Exception) -> None:
        self._faults = list(faults)
        self.slept = list[float]()

    async def attempt(self) -> str:
        if self._faults:
            raise self._faults.pop(0)
        return "done"

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def test_what_must_work_is_tried_ever_more_slowly() -> None:
    """Waits double from a second to a minute, each fault is told, and it ends when it works."""
    trying, told = Trying(*(OSError() for _ in range(8))), list[Exception]()
    asyncio.run(until_done(trying.attempt, told.append, trying.sleep))
    assert trying.slept == [1, 2, 4, 8, 16, 32, 60, 60]
    assert len(told) == 8


def test_what_somebody_waits_for_is_tried_three_times() -> None:
    """A fault that passes is tried again after a second, or when the platform says."""
    trying = Trying(PassingFault("busy"), PassingFault("busy", 2.5))
    assert asyncio.run(a_few_times(trying.attempt, (PassingFault,), trying.sleep)) == "done"
    assert trying.slept == [1, 2.5]


@pytest.mark.parametrize(
    ("faults", "waited"),
    [
        ([PermanentFault("gone")], []),
        ([UnclearFault("cut")], []),
        ([PassingFault("busy", 3.5)], []),
        ([PassingFault("busy"), PassingFault("busy"), PassingFault("busy")], [1, 2]),
    ],
)
def test_the_fault_is_told_where_trying_is_no_help(faults: list[DeliveryFault], waited: list[float]) -> None:
    """One that does not pass, one that asks for a long wait, and the third: each is raised at once."""
    trying = Trying(*faults)
    with pytest.raises(type(faults[-1])):
        asyncio.run(a_few_times(trying.attempt, (PassingFault,), trying.sleep))
    assert trying.slept == waited


def test_what_runs_alongside_ends_with_it() -> None:
    """Work beside something has begun inside it, and is stopped at its end."""

    async def play() -> bool:
        seen = list[asyncio.Task[object]]()

        def start(work: object) -> asyncio.Task[object]:
            seen.append(asyncio.ensure_future(work))  # type: ignore[call-overload]
            return seen[-1]

        async with alongside(start, asyncio.sleep(60)):
            await asyncio.sleep(0)
            assert not seen[0].done()
        return seen[0].cancelled()

    assert asyncio.run(play())


def test_an_answer_is_shared_once(desk: Desk) -> None:
    """A second press shares nothing again, nor one meanwhile; what failed can be shared after all."""
    shares = SharedOnce(desk.product.database, desk.product.context.vault, inline, lambda: desk.now)

    async def play() -> list[bool]:
        outcomes, posted = [False, True], list[bool]()

        async def post() -> bool:
            await asyncio.sleep(0)
            posted.append(outcomes.pop(0))
            return posted[-1]

        first = await shares.share("slack", "ana", "topic", post)
        both = await asyncio.gather(*(shares.share("slack", "ana", "topic", post) for _ in range(2)))
        assert posted == [False, True]
        return [first, *both]

    assert asyncio.run(play()) == [False, True, True]


def test_nothing_is_shared_without_a_database(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be remembered is not posted, and counts as not shared."""
    database = desk.product.database
    shares = SharedOnce(database, desk.product.context.vault, inline, lambda: desk.now)

    async def post() -> bool:
        raise AssertionError("posted")

    with monkeypatch.context() as broken:
        broken.setattr(type(database), "transaction", _unavailable)
        assert asyncio.run(shares.share("slack", "ana", "topic", post)) is False


def _unavailable(_database: Database) -> None:
    raise StorageUnavailable("busy")


def test_only_the_newest_are_remembered() -> None:
    """What was set first goes first; what is set again is new."""
    remembered: Remembered[str, int] = Remembered(2)
    for name in ("a", "b", "a", "c"):
        remembered[name] = len(remembered)
    assert list(remembered) == ["a", "c"]


def test_the_pace_of_a_conversation_is_forgotten() -> None:
    """However many people are written to, what their turns leave behind does not grow with them."""
    pace = Pace(1.0, lambda: 0.0, asyncio.sleep)

    async def play() -> None:
        for number in range(6000):
            async with pace.turn(f"D{number}"):
                pass

    tracemalloc.start()
    try:
        asyncio.run(play())
        assert tracemalloc.get_traced_memory()[0] < 6000 * 200
    finally:
        tracemalloc.stop()


def test_doors_end_together_in_time() -> None:
    """Both platforms hang: neither waits for the other's end, and ten seconds are not over then."""

    async def play() -> None:
        other = asyncio.Event()
        runtime = Runtime(asyncio.ensure_future, inline, lambda: START, lambda: 0.0, asyncio.sleep)

        async def second() -> None:
            other.set()

        runtime.ends.extend((lambda: asyncio.wait_for(ended(other), 5), second))
        await runtime.ended(None)

    async def ended(one: asyncio.Event) -> None:
        await one.wait()

    asyncio.run(play())
    assert app._DRAIN + max(FINISH_S, chats._HIDDEN_WITHIN_S + app._FINISH_S) <= 8.5
