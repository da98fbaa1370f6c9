"""What every handler of Slack does with an act: who it is from, what the core says, and where."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.casework.context import CurrentWorld
from bot.channels.common.messages import is_about_cases, is_private, is_step
from bot.channels.common.runtime import Core
from bot.channels.slack.client import code_of
from bot.channels.slack.config import PLATFORM
from bot.channels.slack.payloads import Act
from bot.channels.slack.people import People, Standing
from bot.channels.slack.rich_text import Look
from bot.content.door_texts import DoorTexts
from bot.content.world import World
from bot.domain.messages import Block, Button, Buttons, Callout, Form, Message, Paragraph
from bot.domain.turns import Content, Incoming, Pressed, Said, Sender, Submitted
from bot.reporting.receipts import not_saved, wait
from bot.reporting.steps import SLOT

log = structlog.get_logger()
T = TypeVar("T")
# Starts a task that runs by itself: asyncio.create_task, handed in by the composition root.
Start = Callable[[Coroutine[Any, Any, Any]], asyncio.Task[Any]]


class Background:
    """Every task that is under way. None is forgotten: a fault is logged, the end waits for all."""

    def __init__(self, start: Start) -> None:
        self._start = start
        self._tasks: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        """Run `work` beside everything else."""
        task: asyncio.Task[T] = self._start(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    async def finish(self, within: float) -> None:
        """Wait for what is under way and what comes of it, `within` seconds at most; the rest is stopped."""
        now = asyncio.get_running_loop().time
        ends = now() + within
        while self._tasks and (left := ends - now()) > 0:
            await asyncio.wait(tuple(self._tasks), timeout=left)
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (fault := task.exception()) is not None:
            # No text of it anywhere: it may hold what somebody wrote.
            log.error("slack.work_failed", fault=type(fault).__name__)


class Turns:
    """One act of a person at a time, so that their answers come in the order of what they did."""

    def __init__(self) -> None:
        self._locks: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @asynccontextmanager
    async def of(self, user: str, patience: float | None = None) -> AsyncIterator[None]:
        """This person's turn. After `patience` seconds it begins though the one before has not ended."""
        lock = self._locks[user]
        try:
            await asyncio.wait_for(lock.acquire(), patience)
        except TimeoutError:
            yield
            return
        try:
            yield
        finally:
            lock.release()


Payload = dict[str, Any]
_TIMEOUT_S = 10


class Calls:
    """Modals, home pages, direct messages and answers to the one who waits for them."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        # The direct-message channel with each user: it never changes.
        self._direct: dict[str, str] = {}

    async def open_view(self, trigger: str, view: Payload) -> str:
        """Open a modal and return its id; "" where the trigger has expired or Slack refuses."""
        opened = await self._done("views.open", self._client.views_open(trigger_id=trigger, view=view))
        shown = (opened or {}).get("view") or {}
        return str(shown.get("id") or "")

    async def update_view(self, view_id: str, view: Payload, version: str = "") -> bool:
        """Show something else in a modal. False where it was closed.

        `version` is the hash of what it showed. Where it shows something newer by now, what we bring is
        newer still, because a person's acts are answered in their order: it is shown all the same.
        """
        if version:
            try:
                await self._client.views_update(view_id=view_id, view=view, hash=version)
            except Exception as fault:
                if code_of(fault) != "hash_conflict":
                    return self._failed("views.update", fault)
            else:
                return True
        again = self._client.views_update(view_id=view_id, view=view)
        return await self._done("views.update", again) is not None

    async def publish_home(self, user: str, view: Payload) -> bool:
        """Show a home page to a user."""
        published = self._client.views_publish(user_id=user, view=view)
        return await self._done("views.publish", published) is not None

    async def direct(self, user: str, post: Payload, thread: str = "") -> bool:
        """Send a direct message."""
        channel = await self._channel_of(user)
        return bool(channel) and await self.post(channel, post, thread)

    async def post(self, channel: str, post: Payload, thread: str = "") -> bool:
        """Post in a channel, in a thread of it where one is given."""
        sent = self._client.chat_postMessage(channel=channel, thread_ts=thread or None, **post)
        return await self._done("chat.postMessage", sent) is not None

    async def respond(self, url: str, post: Payload) -> bool:
        """Answer a command or a press where it was made, for the sender's eyes alone."""
        if not url:
            return False
        hook = AsyncWebhookClient(url, timeout=_TIMEOUT_S, session=self._client.session)
        body = {**post, "response_type": "ephemeral", "replace_original": False}
        try:
            answer = await hook.send_dict(body)
        except Exception as fault:
            return self._failed("response_url", fault)
        if answer.status_code != 200:
            log.warning("slack.call_failed", call="response_url", status=answer.status_code)
        return answer.status_code == 200

    async def permalink(self, channel: str, ts: str) -> str:
        """The link to a message; "" where Slack does not give it."""
        found = await self._done(
            "chat.getPermalink", self._client.chat_getPermalink(channel=channel, message_ts=ts)
        )
        return str((found or {}).get("permalink") or "")

    async def status(self, channel: str, thread: str, words: str) -> None:
        """Say in an agent's thread what is being done. Best effort: no plan needs it."""
        said = self._client.assistant_threads_setStatus(channel_id=channel, thread_ts=thread, status=words)
        await self._done("assistant.threads.setStatus", said)

    async def prompts(self, channel: str, title: str, questions: tuple[str, ...]) -> None:
        """Offer questions to ask in the agent's container. Best effort: no plan needs it."""
        # Without a thread: with one, an app with an agent view is silently not heard.
        offered = [{"title": question, "message": question} for question in questions]
        args = {"channel_id": channel, "title": title, "prompts": json.dumps(offered)}
        said = self._client.api_call("assistant.threads.setSuggestedPrompts", params=args)
        await self._done("assistant.threads.setSuggestedPrompts", said)

    async def _channel_of(self, user: str) -> str:
        if user not in self._direct:
            opened = await self._done("conversations.open", self._client.conversations_open(users=[user]))
            channel = str(((opened or {}).get("channel") or {}).get("id") or "")
            if not channel:
                return ""
            self._direct[user] = channel
        return self._direct[user]

    async def _done(self, name: str, call: Awaitable[Any]) -> Any | None:
        """The answer to a call; None where it was refused or not answered."""
        try:
            return await call
        except Exception as fault:
            self._failed(name, fault)
            return None

    def _failed(self, name: str, fault: Exception) -> bool:
        # Slack's word for it, never what we sent.
        log.warning("slack.call_failed", call=name, error=code_of(fault) or type(fault).__name__)
        return False


Replies = tuple[Message, ...]
# Slack waits three seconds. What is not stored by then is not stored at all, and the person is told.
STORED_WITHIN_S, ANSWERED_WITHIN_S = 2.3, 2.5
# How long an act waits for the answer to the same person's act before it.
PATIENCE_S = 1.0


def now() -> float:
    """Seconds on the event loop's clock."""
    return asyncio.get_running_loop().time()


@dataclass(frozen=True)
class Stored:
    """What the core said in time; else that nothing is saved, and what it may still say too late."""

    replies: Replies
    late: asyncio.Task[Replies] | None = None


@dataclass(frozen=True)
class Desk:
    """The core, the way to Slack, and what is known of people: shared by every listener."""

    core: Core
    current: CurrentWorld
    look: Look
    calls: Calls
    people: People
    background: Background
    turns: Turns

    @property
    def world(self) -> World:
        """The world as it stands now."""
        return self.current.world

    async def standing(self, act: Act, content: Content) -> Standing:
        """Who acts; asked anew where a case is acted on, since people leave the roster the same day."""
        asked_anew = not isinstance(content, Said) and is_about_cases(content)
        return await self.people.standing(act.user, act.team, fresh=asked_anew)

    def refusal(self, standing: Standing, content: Content) -> Message | None:
        """What a guest is told instead of an answer, or whoever cannot be told from one; None for staff."""
        texts = self.world.door
        if standing.kind == "guest":
            return _line(texts.guests.fill(federation=self.world.federation.name))
        if standing.kind == "unknown" and is_about_cases(content):
            return _line(texts.unsure.fill(platform="Slack"))
        return None

    @property
    def unsaved(self) -> Message:
        """That nothing was saved, and whom to phone."""
        return not_saved(self.world)

    def stays(self, replies: Replies) -> bool:
        """Whether a form stays as it is, with all that was typed: nothing of it was saved, or looked at."""
        return replies in ((self.unsaved,), (wait(self.world),))

    async def handle(self, act: Act, content: Content, standing: Standing, name: str = "") -> Replies:
        """What the core says, however long it takes. `name` tells several events of one act apart."""
        return await self._ask(_incoming(act, content, standing, name), None)

    async def stored(self, act: Act, content: Content, standing: Standing, began: float) -> Stored:
        """What the core says, in time for Slack's acknowledgement of an act that came at `began`."""
        within = max(0.0, STORED_WITHIN_S - (now() - began))
        asked = self.background.start(self._ask(_incoming(act, content, standing), within))
        done, _ = await asyncio.wait({asked}, timeout=max(0.0, ANSWERED_WITHIN_S - (now() - began)))
        if done:
            return Stored(asked.result())
        log.error("slack.too_late", content=type(content).__name__)
        return Stored((self.unsaved,), asked)

    async def resumed(self, act: Act, standing: Standing) -> Replies:
        """Where the person's report stands: what a second copy of an act is answered with."""
        return await self.handle(act, Pressed("journey.resume"), standing, "again")

    async def corrected(self, stored: Stored, show: Callable[[Replies], Awaitable[object]]) -> None:
        """Show what the core said too late, where it did save what the person was told is not saved."""
        if stored.late is None:
            return
        replies = await stored.late
        if replies and replies != (self.unsaved,):
            await show(replies)

    async def _ask(self, incoming: Incoming, within: float | None) -> Replies:
        try:
            return await self.core.handle(incoming, within)
        except Exception as fault:
            # No text of it anywhere: it may hold what somebody wrote.
            log.error("slack.turn_failed", fault=type(fault).__name__)
            return (self.unsaved,)


def _incoming(act: Act, content: Content, standing: Standing, name: str = "") -> Incoming:
    event_id = f"{act.event_id}:{name}" if name else act.event_id
    return Incoming(event_id, Sender(PLATFORM, act.user, standing.name), content, counts=not name)


def _line(text: str) -> Message:
    return Message((Paragraph(text),), summary=text)


# Presses that are answered where they are made: nothing that they bring is private or typed in.
_AT_ONCE = frozenset({"case.acknowledge", "case.take"})
_WINDOWS = ("journey.", "report.", "status.", "case.", "roster.", "ask.clause")


def leads_to_modal(content: Content) -> bool:
    """Whether a press or command is answered in a modal, so that one is opened before the answer is known."""
    if isinstance(content, Said):
        return False
    action = content.action if isinstance(content, Pressed | Submitted) else ""
    return action.startswith(_WINDOWS) and action not in _AT_ONCE


def in_chat(message: Message, asked: Content, texts: DoorTexts) -> Message:
    """What stands in a chat for a message: itself, or a line and a button that opens it in a modal."""
    if not is_private(message):
        return message
    again = _opens(message, asked)
    button = Buttons((Button(texts.form.open, again.action, again.value, "primary"),))
    return Message((*_said_above(message, asked), Paragraph(texts.form.opener), button), texts.form.opener)


def _said_above(message: Message, asked: Content) -> tuple[Block, ...]:
    """The line above a step that says why what was typed led there: our own words, none of the report's."""
    first = message.blocks[0] if isinstance(asked, Said) and message.replaces == SLOT else None
    return (first,) if isinstance(first, Callout) and first.tone == "info" and not first.text else ()


def _opens(message: Message, asked: Content) -> Pressed:
    """The press that shows the message again, or the nearest to it."""
    form = next((block for block in message.blocks if isinstance(block, Form)), None)
    if form is not None and not form.action.startswith("journey."):
        return Pressed(form.action, form.value)
    if form is not None or is_step(message):
        return Pressed("journey.resume")
    if isinstance(asked, Pressed) and not asked.action.startswith("journey."):
        return asked
    if message.replaces != SLOT and isinstance(asked, Pressed):
        # Not sent after all: the report is where it was.
        return Pressed("journey.resume")
    # The receipt of an anonymous report: from the chat nobody shall learn which report was sent.
    return Pressed("status.show")
