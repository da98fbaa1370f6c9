"""What is posted, and what open pages are told of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from bot.channels.playground.hub import EVERYONE, Hub, StreamEvent
from bot.channels.playground.parts import parts_of
from bot.channels.playground.sender import PlaygroundSender
from bot.delivery.sender import PermanentFault, Target, UnclearFault
from bot.domain.messages import Message, Paragraph
from tests.channels.fake_core import CLOSE, FEDERATION, START, MemoryStore, card, run
from tests.channels.playground_client import Page, with_page

CHANNEL = Target("playground", "flt")


def test_a_posted_card_arrives_and_is_rewritten_in_place() -> None:
    """An open page is told of a new card at once, and of its new text under the same id."""

    async def story(page: Page) -> None:
        async with page.live("staff=mira&me=amara") as wait_for:
            message_id = await page.sender.post(CHANNEL, card(), "FED-7K3Q")
            posted = await wait_for("put")
            await page.sender.edit(CHANNEL, message_id, card("Closed"))
            edited = await wait_for("put")
        assert posted["id"] == edited["id"] == f"post-{message_id}"
        assert "Waiting for someone" in posted["html"]
        assert "Closed" in edited["html"]
        assert edited["seq"] > posted["seq"]

    with_page(story)


def test_a_card_that_is_taken_away_leaves_the_open_page() -> None:
    """An open page drops it at once, one opened later never shows it, and a second time is no fault."""

    async def story(page: Page) -> None:
        async with page.live("staff=mira&me=amara") as wait_for:
            message_id = await page.sender.post(CHANNEL, card(), "FED-7K3Q")
            await wait_for("put")
            await page.sender.remove(CHANNEL, message_id, card())
            assert (await wait_for("drop"))["id"] == f"post-{message_id}"
            await page.sender.remove(CHANNEL, message_id, card())

    with_page(story)


def test_a_reply_reaches_the_other_open_page() -> None:
    """The same person's second window shows what was said in the first."""

    async def story(page: Page) -> None:
        async with page.live("staff=mira") as wait_for:
            await page.send(text="Can I follow a former student?")
            assert "former student" in (await wait_for("put"))["html"]
            assert "lines 328–329" in (await wait_for("put"))["html"]

    with_page(story)


def test_nobody_else_is_told_what_a_private_message_says() -> None:
    """A page of other people learns how many messages there are, and nothing of them."""

    async def story(page: Page) -> None:
        async with page.live("staff=jon&me=grace") as wait_for:
            await page.sender.post(CHANNEL, card(), "FED-7K3Q")
            await page.send(text="private words")
            await page.sender.post(
                Target("playground", "jon"), Message((Paragraph("for Jon"),), "A note"), "jon-1"
            )
            assert "for Jon" in (await wait_for("put"))["html"]

    with_page(story)


def test_unread_counts_are_told() -> None:
    """Every page is told how many messages each conversation holds."""

    async def story(page: Page) -> None:
        await page.sender.post(Target("playground", "grace"), card(), "FED-7K3Q")
        async with page.live("me=amara") as wait_for:
            counts = [await wait_for("total") for _ in range(9)]
        assert {one["of"]: one["count"] for one in counts}["dm:grace"] == 1

    with_page(story)


def test_a_page_that_missed_something_can_tell() -> None:
    """The mark of the page differs from the mark of the connection as soon as something happened between."""

    async def story(page: Page) -> None:
        _, before = await page.get("/")
        await page.sender.post(CHANNEL, card(), "FED-7K3Q")
        _, after = await page.get("/")
        marks = [html.split('signpost-mark" content="')[1].split('"')[0] for html in (before, after)]
        runs, numbers = zip(*(mark.rsplit("/", 1) for mark in marks), strict=True)
        assert runs[0] == runs[1]
        assert int(numbers[1]) - int(numbers[0]) == 1

    with_page(story)


def test_the_same_key_is_posted_once() -> None:
    """A message that is delivered twice is seen once, and can be found by its key."""

    async def story(page: Page) -> None:
        first = await page.sender.post(CHANNEL, card(), "FED-7K3Q")
        second = await page.sender.post(CHANNEL, card("Another text"), "FED-7K3Q")
        assert first == second == await page.sender.find(CHANNEL, "FED-7K3Q")
        assert await page.sender.find(CHANNEL, "other") is None
        assert [one.id for one in page.store.messages("flt")] == [first]

    with_page(story)


def test_a_form_of_a_rewritten_card_keeps_its_ids_apart() -> None:
    """Two cards with the same form never share a field id."""

    async def story(page: Page) -> None:
        await page.sender.post(CHANNEL, CLOSE, "one")
        await page.sender.post(CHANNEL, CLOSE, "two")
        one, two = (message.html.split('for="')[1].split('"')[0] for message in page.store.messages("flt"))
        assert one != two

    with_page(story)


def sender_over(store: MemoryStore, executor: Callable[..., Any]) -> PlaygroundSender:
    return PlaygroundSender(parts_of(FEDERATION, store, executor, lambda: START))


async def broken_run(function: Callable[..., Any], *arguments: object) -> Any:
    raise OSError("a secret path")


def test_a_person_who_is_not_here_is_a_lasting_fault() -> None:
    """A message for nobody is not tried again."""
    sender = sender_over(MemoryStore(), run)
    with pytest.raises(PermanentFault):
        asyncio.run(sender.post(Target("playground", "stranger"), card(), "key"))


def test_a_message_that_is_not_there_is_a_lasting_fault() -> None:
    """Rewriting what was never posted is not tried again."""
    sender = sender_over(MemoryStore(), run)
    with pytest.raises(PermanentFault):
        asyncio.run(sender.edit(CHANNEL, "99", card()))


def test_a_store_without_an_answer_is_an_unclear_fault() -> None:
    """When the store fails, the message may have been kept: the fault says so, and nothing more."""
    sender = sender_over(MemoryStore(), broken_run)
    with pytest.raises(UnclearFault) as caught:
        asyncio.run(sender.post(CHANNEL, card(), "key"))
    assert "secret" not in str(caught.value)


def test_a_page_that_does_not_keep_up_is_cut_off() -> None:
    """A page that reads nothing costs no memory: its connection ends, and it reads afresh."""

    async def go() -> None:
        hub = Hub("boot")
        with hub.subscribe([EVERYONE]) as page:
            hub.publish(StreamEvent("total", EVERYONE, {"n": n}) for n in range(501))
            assert await page.next() is None

    asyncio.run(go())


def test_stopping_lets_every_page_go() -> None:
    """When the server stops, no live connection holds it up."""

    async def go() -> None:
        hub = Hub("boot")
        with hub.subscribe(["flt"]) as page:
            hub.close()
            assert await page.next() is None

    asyncio.run(go())
