"""A Federation on Teams without a network: the real core and door over a port that keeps what goes out."""

from __future__ import annotations

import asyncio
import itertools
import json
import re
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bot.app import build
from bot.channels.common.look import Look
from bot.channels.common.runtime import Pace
from bot.channels.common.sharing import SharedOnce
from bot.channels.teams.activities import Account, Activity, InvokeReply, Member, Post, Reference
from bot.channels.teams.app import channel_check
from bot.channels.teams.chats import Chats
from bot.channels.teams.config import TeamsConfig
from bot.channels.teams.desk import TeamsDesk
from bot.channels.teams.handlers import TeamsDoor
from bot.channels.teams.people import People
from bot.channels.teams.posts import post_of
from bot.channels.teams.references import Hidings, KeptReferences, References
from bot.channels.teams.sender import TeamsSender
from bot.delivery.sender import PermanentFault
from bot.delivery.worker import Worker
from bot.domain.messages import Message
from bot.domain.roster import Federation, Person
from bot.domain.turns import Incoming
from tests.support.desk import DeafEngine, Desk, Notebook, inline, settings_in, world_of

TENANT, HOME = "tenant-1", "https://smba.trafficmanager.net/uk/"
FLT, BOT = "19:flt@thread.v2", "28:app"
# A longer wait than this never ends in a test: what was to come after it is done when the door closes.
LONG_S = 600
LEADERS = ("farid", "eleanor", "grace", "tom", "beth")


@dataclass
class PortBook:
    """A `TeamsPort` that keeps what it is given, and fails when it is told to."""

    sent: list[tuple[str, Post]] = field(default_factory=list)
    updated: list[tuple[str, Post]] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    shown: dict[str, Post] = field(default_factory=dict)
    people: dict[str, Member] = field(default_factory=dict)
    rooms: dict[str, tuple[str, ...]] = field(default_factory=lambda: {FLT: LEADERS})
    # Raised by the next calls of each kind.
    faults: dict[str, list[Exception]] = field(default_factory=dict)
    # Who has not installed Signpost.
    strangers: set[str] = field(default_factory=set)
    _ids: Any = field(default_factory=itertools.count)

    async def send(self, to: Reference, post: Post) -> str:
        self._fail("send")
        message_id = f"m{next(self._ids)}"
        self.sent.append((to.conversation, post))
        self.shown[message_id] = post
        return message_id

    async def update(self, to: Reference, message_id: str, post: Post) -> None:
        self._fail("update")
        self.updated.append((message_id, post))
        self.shown[message_id] = post

    async def delete(self, to: Reference, message_id: str) -> None:
        self._fail("delete")
        self.deleted.append(message_id)
        self.shown.pop(message_id, None)

    async def create_personal(self, user: str, near: Reference) -> Reference:
        self._fail("create_personal")
        if user in self.strangers:
            raise PermanentFault("not installed")
        return chat_of(user)

    async def members(self, of: Reference) -> tuple[Member, ...]:
        self._fail("members")
        return tuple(self._member(name) for name in self.rooms[of.conversation])

    async def member(self, of: Reference, user: str) -> Member:
        self._fail("member")
        return self._member(user.removeprefix("29:"))

    async def close(self) -> None:
        """Nothing was opened."""

    def _member(self, name: str) -> Member:
        there = Member(f"29:{name}", name, name.title(), TENANT, "user", f"{name}@harbour.example")
        return self.people.get(name, there)

    def _fail(self, call: str) -> None:
        if waiting := self.faults.get(call):
            raise waiting.pop(0)


def chat_of(user: str) -> Reference:
    """Somebody's own chat."""
    return Reference(HOME, f"a:{user}", "personal", TENANT, BOT)


def room(conversation: str = FLT) -> Reference:
    """A group chat."""
    return Reference(HOME, conversation, "groupChat", TENANT, BOT)


@dataclass
class Office:
    """The door, the way out, and everything that they stand on."""

    desk: Desk
    port: PortBook
    door: TeamsDoor
    references: References
    sender: TeamsSender
    chats: Chats
    slept: list[float]
    _ids: Any = field(default_factory=itertools.count)

    def started_again(self) -> None:
        """Forget, as a new process does, on which card each report stands."""
        self.chats._slots.clear()
        self.chats._held.clear()

    async def says(self, user: str, text: str, **changes: Any) -> None:
        """Somebody types."""
        await self.door.handle(self.activity(user, "message", text=text, **changes))

    async def presses(self, user: str, label: str, on: str = "", **changes: Any) -> InvokeReply:
        """Somebody presses a button of the newest card that has it, or of the message `on`."""
        message_id, action = self.action(label, on)
        value = {"action": {"type": "Action.Execute", "verb": action["verb"], "data": action["data"]}}
        return await self.invokes(user, "adaptiveCard/action", value, **{"reply_to": message_id, **changes})

    async def fills_in(self, user: str, label: str, **given: str) -> InvokeReply:
        """Somebody fills in the newest card that has this button, and presses it: days and times by kind."""
        message_id, action = self.action(label)
        card = json.dumps(self.port.shown[message_id].card)
        inputs = re.findall(r"(in:(\w+):[^\"]*:(\w+))", card)
        # One moment is asked as a day and a time.
        fields = {
            name: given.get(kind if kind in ("day", "time") else field, "") for name, kind, field in inputs
        }
        data = {**action["data"], **fields}
        value = {"action": {"type": "Action.Execute", "verb": action["verb"], "data": data}}
        return await self.invokes(user, "adaptiveCard/action", value, reply_to=message_id)

    async def invokes(self, user: str, name: str, value: dict[str, Any], **changes: Any) -> InvokeReply:
        """Somebody's client asks for an answer."""
        reply = await self.door.handle(self.activity(user, "invoke", name=name, value=value, **changes))
        assert reply is not None
        if reply.body and reply.body.get("type") == "application/vnd.microsoft.card.adaptive":
            # As Teams does: the card of the answer stands where the pressed one stood.
            self.port.shown[changes["reply_to"]] = Post(card=reply.body["value"])
        return reply

    def activity(self, user: str, kind: Any, **changes: Any) -> Activity:
        """One activity of somebody, in their own chat but for `changes`."""
        mine = {"reference": chat_of(user), "id": f"e{next(self._ids)}", "name": ""}
        account = Account(f"29:{user}", user, user.title())
        return Activity(kind=kind, sender=account, **{**mine, **changes})

    def action(self, label: str, on: str = "") -> tuple[str, dict[str, Any]]:
        """The newest action with this title, and the message that it stands on."""
        for message_id, post in reversed(self.port.shown.items()):
            found = [one for one in actions(post.card) if label in (one.get("title"), one.get("tooltip"))]
            if found and on in ("", message_id):
                return message_id, found[0]
        raise AssertionError(f"no button {label!r}")

    def told(self, conversation: str) -> list[str]:
        """The words of each message that went to a conversation."""
        return [words(post) for there, post in self.port.sent if there == conversation]

    async def work(self) -> None:
        """Let the worker do what is due."""
        worker = Worker(
            self.desk.product.context, {"teams": self.sender}, inline, lambda: self.desk.now, lambda: 0.5
        )
        for _ in range(5):
            if not await worker.once():
                return


def actions(part: Any) -> Iterator[dict[str, Any]]:
    """Every Action.Execute of a card."""
    if isinstance(part, dict):
        if part.get("type") == "Action.Execute":
            yield part
        for value in part.values():
            yield from actions(value)
    elif isinstance(part, list | tuple):
        for one in part:
            yield from actions(one)


def words(post: Post) -> str:
    """Everything that a message says, but for what its buttons send."""
    return f"{post.text}\n{_texts(post.card)}"


def shown_words(reply: InvokeReply) -> str:
    """Everything that the answer to an invoke says."""
    return _texts(reply.body)


def _texts(part: Any) -> str:
    if isinstance(part, dict):
        kept = {key: value for key, value in part.items() if key not in ("data", "fallbackText", "speak")}
        own = [
            str(kept[key]) for key in ("text", "title", "value", "label") if isinstance(kept.get(key), str)
        ]
        return "\n".join([*own, *(_texts(value) for value in kept.values())])
    return "\n".join(map(_texts, part)) if isinstance(part, list | tuple) else ""


class _Core:
    """The real one, on the clock of the test."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def handle(self, incoming: Incoming, within: float | None = None) -> tuple[Message, ...]:
        return self._desk.product.assistant.handle(incoming, self._desk.now)


@contextmanager
def office(folder: Path, core: Any = None) -> Iterator[Office]:
    """The Federation of the example, whose people are on Teams by their ids. `core` for another core."""
    config = TeamsConfig("app", "secret", "SingleTenant", TENANT, FLT)
    settings = settings_in(folder)
    federation = _on_teams(settings.federation)
    world = replace(world_of(settings), federation=federation)
    settings = replace(settings, playground=False, teams=config, federation=federation)
    desk = Desk(build(settings, DeafEngine(), world), Notebook())
    try:
        yield _office(desk, config, core or _Core(desk))
    finally:
        desk.close()


def _on_teams(federation: Federation) -> Federation:
    people = {name: Person(name, one.name, {"teams": name}) for name, one in federation.roster.people.items()}
    return replace(federation, roster=replace(federation.roster, people=people))


def _office(desk: Desk, config: TeamsConfig, core: Any) -> Office:
    port, slept, ticks = PortBook(), list[float](), itertools.count(1000.0)
    context = desk.product.context
    look = Look.of(context.world)

    async def sleep(seconds: float) -> None:
        slept.append(seconds)
        if seconds > LONG_S:
            await asyncio.sleep(3600)

    kept = KeptReferences(desk.product.database, context.vault)
    references = References(kept, inline, lambda: desk.now)
    people = People(port, config, lambda: next(ticks), references.person)
    start = asyncio.create_task  # noqa: TID251 - the test is the composition root
    chats = Chats(port, look, start, sleep, hidings=Hidings(kept, inline, lambda: desk.now))
    shared = SharedOnce(desk.product.database, context.vault, inline, lambda: desk.now)
    door = TeamsDoor(TeamsDesk(core, context.current, look, people, shared), port, references, chats)
    check = channel_check(port, references, context.current, config, context.channel)
    pace = Pace(0.5, lambda: next(ticks), sleep)
    sender = TeamsSender(port, references, check, config, pace, lambda message: post_of(message, look))
    return Office(desk, port, door, references, sender, chats, slept)


def play(story: Coroutine[Any, Any, None]) -> None:
    """Run a story to its end, with all that it has begun."""

    async def told() -> None:
        async with asyncio.timeout(30):
            await story
            await asyncio.sleep(0)
            others = asyncio.all_tasks() - {asyncio.current_task()}
            if not others:
                return
            done, waiting = await asyncio.wait(others, timeout=1)
            for task in waiting:
                task.cancel()
            for task in done:
                task.result()

    asyncio.run(told())
