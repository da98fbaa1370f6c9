"""A person's own chat: what is written there, and the few cards in it on which everything private stands.

Teams keeps every message. So a report stands on one card that is put in its own place, and whatever else is
private on another; when it goes on further down, the old one keeps a line that says so, and no word of it.
A form is typed in while something else is looked up: it has a card of its own, which the same form alone
replaces.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from typing import Any

import structlog

from bot.casework.press import CARD, DETAILS
from bot.channels.common.look import Look
from bot.channels.common.messages import is_end, is_private, is_step, line, said_of_hiding
from bot.channels.common.remembered import Remembered
from bot.channels.common.work import Sleep, Start, a_few_times
from bot.channels.teams.activities import Post, Reference, TeamsPort
from bot.channels.teams.posts import post_of, posts_of
from bot.channels.teams.references import Hidings
from bot.delivery.sender import DeliveryFault, PassingFault, UnclearFault
from bot.domain.messages import Callout, Form, Message, Paragraph
from bot.reporting.steps import SLOT

log = structlog.get_logger()
_REMEMBERED = 5000
_SETTLE_S = 1.0
# How long what was for one pair of eyes stays readable in a chat that Teams keeps.
_READ_S = 900.0
# A form may be filled in over a day; what came back in it, with the words that were typed, goes after that.
_TYPED_S = 86_400.0
# The end of a process is not to wait for a Teams that hangs.
_HIDDEN_WITHIN_S = 2.5


@dataclass(frozen=True)
class Chat:
    """Whose chat it is, and where."""

    user: str
    there: Reference


class Chats:
    """Writes in personal chats. Nothing here raises: each says whether it was done.

    `start` runs work beside everything else.
    """

    def __init__(
        self,
        port: TeamsPort,
        look: Look,
        start: Start,
        sleep: Sleep,
        hidings: Hidings,
    ) -> None:
        self._port = port
        self._look = look
        self._start = start
        self._sleep = sleep
        self._hidings = hidings
        # The details of cases whose hiding is stored; the rest is in memory alone: it could be a reporter's.
        self._stored: Remembered[str, None] = Remembered(_REMEMBERED)
        # The card on which each report, form, or anything else private stands now; what each holds.
        self._slots: Remembered[tuple[str, str], str] = Remembered(_REMEMBERED)
        self._held: Remembered[str, tuple[str, str]] = Remembered(_REMEMBERED)
        # The form that somebody may be typing in, on the card of their report.
        self._forms: Remembered[str, str] = Remembered(_REMEMBERED)
        self._rewriting: dict[str, asyncio.Task[Any]] = {}
        # What each card that is being rewritten is to show: only the newest is tried again.
        self._wanted: dict[str, Post] = {}
        self._hiding: dict[str, tuple[Chat, asyncio.Task[Any]]] = {}

    async def show(self, chat: Chat, messages: tuple[Message, ...]) -> bool:
        """Write them, in order. False where Teams did not take one of them."""
        done = True
        for message in messages:
            done = await self._show(chat, message) and done
        return done

    def beside_form(self, chat: Chat, messages: tuple[Message, ...]) -> tuple[Message, ...]:
        """The messages; where one is the form that stands above already, that it stands there.

        Teams tells nobody what is typed into a card before it is sent: a card that moves loses it.
        """
        return tuple(self._above(message) if self._stands(chat, message) else message for message in messages)

    def _stands(self, chat: Chat, message: Message) -> bool:
        value = _form_of(message)
        there = (chat.user, "report") in self._slots and self._forms.get(chat.user)
        return is_step(message) and bool(value) and value == there

    def _above(self, step: Message) -> Message:
        note = tuple(block for block in step.blocks[:1] if isinstance(block, Callout))
        text = self._look.texts.chat.above
        return Message((*note, Paragraph(text)), summary=text)

    async def soon(self, writing: Coroutine[Any, Any, bool], within: float) -> bool | None:
        """Wait `within` seconds for something to be written. Whether it was; None where it goes on after."""
        task = self._start(writing)
        done, _ = await asyncio.wait({task}, timeout=within)
        return bool(task.result()) if done else None

    async def say(self, there: Reference, text: str, reply_to: str = "") -> bool:
        """One line of plain text, in any conversation."""
        return await self._sent(there, Post(text=text, summary=text, reply_to=reply_to)) is not None

    async def post(self, there: Reference, message: Message) -> bool:
        """A message in any conversation, for everybody in it."""
        return await self._sent(there, post_of(message, self._look)) is not None

    async def placed(self, chat: Chat, message_id: str, message: Message) -> None:
        """Remember that `message` stands on this card now, and have Teams keep it.

        What Teams shows as the answer to a press it may forget. A form is not written again while
        somebody types in it.
        """
        self._wanted.pop(message_id, None)
        self._remember(chat, message_id, message)
        self._hide_later(chat, message_id, message)
        if message_id and not any(isinstance(block, Form) for block in message.blocks):
            post, *rest = posts_of(message, self._look, slot=_in_place(message))
            self._rewriting[message_id] = self._start(self._rewritten(chat.there, message_id, post))
            self._start(self._more(chat, message, rest))

    async def put(self, chat: Chat, message_id: str, message: Message) -> bool:
        """Put `message` in the place of the one on this card; below, where it is there no longer."""
        post, *rest = posts_of(message, self._look, slot=_in_place(message))
        if not message_id or not await self._rewritten(chat.there, message_id, post):
            return await self._show(chat, message)
        self._remember(chat, message_id, message)
        self._hide_later(chat, message_id, message)
        return await self._more(chat, message, rest)

    async def settled(self, message_id: str, within: float) -> None:
        """Wait, for a moment at most, until a card is as it was last told to be."""
        if (task := self._rewriting.get(message_id)) is not None:
            await asyncio.wait({task}, timeout=min(_SETTLE_S, within))

    def leave(self, chat: Chat) -> None:
        """The report goes on where this chat does not show it: no word of it stays on its card here."""
        if before := self._slots.pop((chat.user, "report"), ""):
            self._start(self._hidden(chat, before))

    async def close(self) -> None:
        """Hide at once whatever waits to be hidden, as far as Teams takes it; details the next one hides."""
        waiting = tuple(self._hiding.items())
        for _, (_, task) in waiting:
            task.cancel()
        hiding = [self._start(self._hidden(chat, message_id)) for message_id, (chat, _) in waiting]
        if hiding:
            await asyncio.wait(hiding, timeout=_HIDDEN_WITHIN_S)

    def beside(self, work: Coroutine[Any, Any, None]) -> None:
        """Do this beside everything else."""
        self._start(work)

    async def take_away(self, there: Reference, message_id: str) -> None:
        """Delete a card that is out of date; where Teams refuses that, it says that it goes on elsewhere."""
        try:
            await self._port.delete(there, message_id)
        except DeliveryFault as fault:
            self._failed("delete", fault)
            await self._rewritten(there, message_id, post_of(line(self._look.texts.chat.moved), self._look))

    async def _show(self, chat: Chat, message: Message) -> bool:
        if message.hides and _slot_of(message) == "report" and (chat.user, "report") not in self._slots:
            # Which card it stood on was known to the process before: said, so that nobody trusts "Hidden".
            note = Paragraph(self._look.texts.chat.still_above)
            message = replace(message, blocks=(*message.blocks, note))
        message = said_of_hiding(message, self._look.texts)
        slot = is_private(message) and not is_end(message)
        post, *rest = posts_of(message, self._look, slot=slot and _in_place(message))
        sent = await self._sent(chat.there, post)
        if sent is None:
            return False
        if slot:
            self._remember(chat, sent, message)
        self._hide_later(chat, sent, message)
        return await self._more(chat, message, rest)

    async def _more(self, chat: Chat, message: Message, rest: list[Post]) -> bool:
        """What does not fit on the first card, below it; it is hidden when the first is."""
        for post in rest:
            sent = await self._sent(chat.there, post)
            if sent is None:
                return False
            self._hide_later(chat, sent, message)
        return True

    def _remember(self, chat: Chat, message_id: str, message: Message) -> None:
        # Words that are stored nowhere make way for nothing: a name of their own.
        key = (chat.user, message_id if message.unsaved else _slot_of(message))
        before = self._slots.pop(key, "")
        if (other := self._held.pop(message_id, key)) != key and self._slots.get(other) == message_id:
            # What stood on this card was replaced: it is not to be looked for here.
            del self._slots[other]
        if not is_end(message):
            self._slots[key], self._held[message_id] = message_id, key
        if key[1] == "report":
            self._forms[chat.user] = _form_of(message)
        if before and before != message_id:
            post = post_of(line(self._look.texts.chat.moved), self._look)
            self._start(self._rewritten(chat.there, before, post))

    def _hide_later(self, chat: Chat, message_id: str, message: Message) -> None:
        """What is for one pair of eyes, and can be asked for again, does not stay in the chat for ever."""
        if (known := self._hiding.pop(message_id, None)) is not None:
            known[1].cancel()
        forms = any(isinstance(block, Form) for block in message.blocks)
        hidden = bool(message_id) and message.ephemeral and not is_step(message)
        if hidden and (forms or message.replaces.startswith((DETAILS, CARD))):
            self._stored[message_id] = None
            self._start(self._hidings.later(chat.user, message_id, _TYPED_S if forms else _READ_S))
        elif message_id in self._stored:
            del self._stored[message_id]
            self._start(self._hidings.never(chat.user, message_id))
        if hidden and not forms:
            # A form that is filled in outlives this process.
            self._hiding[message_id] = chat, self._start(self._hide_after(chat, message_id))

    async def _hide_after(self, chat: Chat, message_id: str) -> None:
        await self._sleep(_READ_S)
        await self._hidden(chat, message_id)

    async def _hidden(self, chat: Chat, message_id: str) -> None:
        self._hiding.pop(message_id, None)
        await self._rewritten(chat.there, message_id, post_of(line(self._look.texts.chat.hidden), self._look))

    async def _sent(self, there: Reference, post: Post) -> str | None:
        """The message's id; None where Teams did not take it."""
        try:
            return await a_few_times(lambda: self._port.send(there, post), (PassingFault,), self._sleep)
        except DeliveryFault as fault:
            self._failed("send", fault)
            return None

    async def _rewritten(self, there: Reference, message_id: str, post: Post) -> bool:
        self._wanted[message_id] = post
        try:
            return await self._updated(there, message_id, post)
        finally:
            self._rewriting.pop(message_id, None)
            if self._wanted.get(message_id) is post:
                del self._wanted[message_id]

    async def _updated(self, there: Reference, message_id: str, post: Post) -> bool:
        """Whether it was. What is to be hidden must not stay because Teams was busy for a moment."""

        async def update() -> None:
            if self._wanted.get(message_id) is post:
                await self._port.update(there, message_id, post)

        try:
            # Twice the same is once, so that an unclear end is tried again too.
            await a_few_times(update, (PassingFault, UnclearFault), self._sleep)
        except DeliveryFault as fault:
            self._failed("update", fault)
            return False
        return True

    def _failed(self, call: str, fault: DeliveryFault) -> None:
        # The fault's own words hold nothing of what was written.
        log.warning("teams.call_failed", call=call, fault=type(fault).__name__)


def _slot_of(message: Message) -> str:
    """What is put in its own place, whatever else is shown: the report, each form by name, and all else."""
    if message.replaces == SLOT:
        return "report"
    # What is agreed to is shown above its form, in the words of the case: it makes way as the details do.
    of_case = message.replaces.startswith(DETAILS)
    forms = any(isinstance(block, Form) for block in message.blocks)
    return f"form {message.replaces}" if forms and not of_case else "view"


def _in_place(message: Message) -> bool:
    """Whether what its buttons bring stands in its own place.

    Those of a case's card are pressed one after the other: a line that answers one takes no other away.
    """
    return not is_end(message) and not message.replaces.startswith(CARD)


def _form_of(message: Message) -> str:
    """What the form on a step of a report carries; "" where there is none."""
    forms = (block for block in message.blocks if isinstance(block, Form))
    return next((form.value for form in forms if form.action == "journey.submit"), "")
