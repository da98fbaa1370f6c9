"""Work after the acknowledgement: watched, in order, finished."""

from __future__ import annotations

import asyncio

from structlog.testing import capture_logs

from bot.channels.common.work import Background, Turns


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
