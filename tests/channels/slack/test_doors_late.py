"""What is stored in time, what is not, and what is stored after all."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from unittest.mock import Mock

import pytest
from slack_bolt.async_app import AsyncBoltRequest

from bot.casework.context import CurrentWorld
from bot.channels.common import work
from bot.channels.common.look import Look
from bot.channels.common.people import Standing
from bot.channels.common.work import Background, Turns, now
from bot.channels.slack import desk as desks
from bot.channels.slack import handlers
from bot.channels.slack.app import bolt_app
from bot.channels.slack.config import SlackConfig
from bot.channels.slack.desk import SlackDesk
from bot.channels.slack.handlers import Homes, Presses, Submissions, Windows
from bot.channels.slack.hearing import SlackHearing
from bot.channels.slack.payloads import Press, SlackEvent, Submission
from bot.content.world import World
from bot.domain.messages import Message, Paragraph
from bot.domain.turns import Content, Incoming, Pressed
from tests.channels.test_hearing import Door

STAFF = Standing("staff", "Ana")
SAVED = Message((Paragraph("Saved."),), summary="Saved.")
VIEW: dict[str, Any] = {"id": "V1", "type": "modal", "hash": "1.a", "blocks": [], "state": {"values": {}}}
VIEW["private_metadata"] = '{"action":"case.note","value":"FED-7K3Q"}'


class SlowCore:
    """Answers after a while, once for each event."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.seen: list[Incoming] = []

    async def handle(self, incoming: Incoming, within: float | None = None) -> tuple[Message, ...]:
        again = any(one.event_id == incoming.event_id for one in self.seen)
        self.seen.append(incoming)
        await asyncio.sleep(self.seconds)
        return () if again else (SAVED,)


class Somebody:
    """Slack's people and calls: everybody is staff, and what is shown is kept."""

    def __init__(self) -> None:
        self.shown: list[tuple[str, str]] = []

    async def standing(self, user: str, team: str = "", fresh: bool = False) -> Standing:
        return STAFF

    async def push_view(self, trigger: str, view: dict[str, Any]) -> str:
        return "V2"

    async def update_view(self, view_id: str, view: dict[str, Any], version: str = "") -> bool:
        self.shown.append((view_id, str(view)))
        return True


def a_desk(core: SlowCore, world: World, slack: Any) -> SlackDesk:
    """A desk over fakes."""
    background = Background(asyncio.ensure_future, "slack")
    shared: Any = None
    return SlackDesk(core, CurrentWorld(world), Look.of(world), slack, slack, background, Turns(), shared)


async def acknowledged(take: Callable[..., Awaitable[None]], act: SlackEvent) -> dict[str, Any]:
    """What Slack is told for an act."""
    said: list[dict[str, Any]] = []

    async def ack(**more: Any) -> None:
        said.append(more)

    await take(act, ack)
    assert len(said) == 1
    return said[0]


@pytest.fixture
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desks, "ANSWERED_WITHIN_S", 0.02)


@pytest.mark.usefixtures("_impatient")
def test_what_was_saved_too_late_is_shown_after_all(world: World) -> None:
    """A submission stored too late is called not saved; if it was saved after all, the modal says so."""
    slack = Somebody()

    async def play() -> dict[str, Any]:
        desk = a_desk(SlowCore(0.06), world, slack)
        windows, homes = Windows(desk), Homes(desk)
        take = Submissions(desk, windows, homes).take
        return await acknowledged(take, Submission("V1:1:x", "U1", "T1", VIEW))

    answer = asyncio.run(play())
    assert answer["response_action"] == "update"
    assert "NOT" in str(answer["view"]) or "not saved" in str(answer["view"]).casefold()
    assert [(view, "Saved." in words) for view, words in slack.shown] == [("V1", True)]


@pytest.mark.usefixtures("_impatient")
def test_a_press_that_is_late_is_shown_after_all(world: World) -> None:
    """A press in a modal that is not stored in time says so there, and then what came of it."""
    slack = Somebody()

    async def play() -> None:
        desk = a_desk(SlowCore(0.06), world, slack)
        take = Presses(desk, Windows(desk), Homes(desk)).take
        act = Press("t1", "U1", "T1", Pressed("case.note", "FED-7K3Q"), "t1", view=VIEW)
        await acknowledged(take, act)

    asyncio.run(play())
    assert ["Saved." in words for _, words in slack.shown] == [False, True]


def test_a_submission_that_comes_twice_gets_the_same_answer(world: World) -> None:
    """The same words sent twice are stored once, and answered as they were the first time."""
    core = SlowCore(0)

    async def play() -> list[dict[str, Any]]:
        desk = a_desk(core, world, Somebody())
        submissions = Submissions(desk, Windows(desk), Homes(desk))
        act = Submission("V1:1:x", "U1", "T1", VIEW)
        return [await acknowledged(submissions.take, act) for _ in range(2)]

    first, second = asyncio.run(play())
    assert first == second
    assert len(core.seen) == 1


def test_the_answer_to_a_submission_is_forgotten(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some minutes later nothing of what was written is in memory, though nobody sends anything more."""
    monkeypatch.setattr(handlers, "ANSWERED_FOR_S", 0.01)

    async def play() -> list[int]:
        desk = a_desk(SlowCore(0), world, Somebody())
        submissions = Submissions(desk, Windows(desk), Homes(desk))
        await acknowledged(submissions.take, Submission("V1:1:x", "U1", "T1", VIEW))
        kept = [len(submissions._answers)]
        await asyncio.sleep(0.05)
        return [*kept, len(submissions._answers)]

    assert asyncio.run(play()) == [1, 0]


def test_a_core_that_fails_is_met_with_whom_to_phone(world: World) -> None:
    """A fault of our own is told as not saved, with the phone list, and never as an error of Slack's."""

    class Broken(SlowCore):
        async def handle(self, incoming: Incoming, within: float | None = None) -> tuple[Message, ...]:
            raise ValueError("the tall boy")

    async def play() -> tuple[Message, ...]:
        desk = a_desk(Broken(0), world, Somebody())
        content: Content = Pressed("journey.resume")
        return (await desk.stored(SlackEvent("e1", "U1", "T1"), content, STAFF, now())).replies

    assert asyncio.run(play()) == (a_desk(SlowCore(0), world, Somebody()).unsaved,)


def test_more_than_can_be_done_is_given_back(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be begun in time is refused, so that Slack sends it again: no heap without an end."""

    class Answered(Somebody):
        async def respond(self, url: str, post: dict[str, Any]) -> bool:
            return True

    slash = {"command": "/policy", "text": "hello", "user_id": "U1", "team_id": "T1", "trigger_id": "t"}
    body = {**slash, "channel_id": "C1", "response_url": "https://hooks.example/1"}
    core, nobody = SlowCore(0), Mock()

    async def play() -> list[int]:
        desk = a_desk(core, world, Answered())
        ears = SlackHearing(nobody, None, Door().hearing, desk.background)
        app = bolt_app(desk, SlackConfig("xoxb-1", "s", "", "C1", ""), nobody, ears)
        found = []
        for most in (1000, 0, 1000):
            monkeypatch.setattr(work, "MOST_AT_ONCE", most)
            answer = await app.async_dispatch(AsyncBoltRequest(body=body, mode="socket_mode"))
            found.append(answer.status)
        await desk.background.finish(1)
        return found

    assert asyncio.run(play()) == [200, 429, 200]
    assert len(core.seen) == 2
