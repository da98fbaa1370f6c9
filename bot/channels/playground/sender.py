"""The playground's way out: posted messages go to the store, then to every page that shows them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from hashlib import sha256
from typing import Any

from bot.channels.playground.parts import Parts, as_item
from bot.channels.playground.store import FLT, PostedMessage, direct
from bot.delivery.sender import PermanentFault, Target, UnclearFault
from bot.domain.messages import Message


class PlaygroundSender:
    """Implements `bot.delivery.sender.Sender`: the same key in one conversation is posted once."""

    finds = True

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def post(self, target: Target, message: Message, key: str, thread: str = "") -> str:  # noqa: ARG002
        """Post once and return the id; there are no threads. PermanentFault for an unknown account."""
        conversation = self._conversation(target)
        known = await self.find(target, key)
        if known is not None:
            return known
        scope = sha256(f"{conversation}\n{key}".encode()).hexdigest()[:16]
        html, now = self._parts.pages.body(message, f"f{scope}"), self._parts.clock()
        message_id: str = await self._ask(self._parts.store.post, conversation, key, html, now)
        await self._show(conversation, PostedMessage(message_id, html, now))
        return message_id

    async def edit(self, target: Target, message_id: str, message: Message) -> None:
        """Rewrite in place. PermanentFault for a message that is not there."""
        conversation = self._conversation(target)
        posted = await self._ask(self._parts.store.messages, conversation)
        old = next((one for one in posted if one.id == message_id), None)
        if old is None:
            raise PermanentFault("this message is not there")
        html = self._parts.pages.body(message, f"f{message_id}")
        await self._ask(self._parts.store.edit, message_id, html)
        await self._show(conversation, PostedMessage(message_id, html, old.posted_at))

    async def remove(self, target: Target, message_id: str, instead: Message) -> None:  # noqa: ARG002
        """Take it away, from every page that shows it as well."""
        conversation = self._conversation(target)
        posted = await self._ask(self._parts.store.messages, conversation)
        old = next((one for one in posted if one.id == message_id), None)
        if old is None:
            return
        await self._ask(self._parts.store.remove, message_id)
        feed = self._parts.feed
        self._parts.hub.publish(
            [feed.drop(conversation, as_item(old)), feed.total(conversation, len(posted) - 1)]
        )

    async def find(
        self,
        target: Target,
        key: str,
        thread: str = "",  # noqa: ARG002
        besides: Collection[str] = (),
    ) -> str | None:
        """The id of what was posted under `key`, or None."""
        found: str | None = await self._ask(self._parts.store.find, self._conversation(target), key)
        return None if found in besides else found

    def _conversation(self, target: Target) -> str:
        if target.conversation == FLT:
            return FLT
        if self._parts.people.find(target.conversation) is None:
            raise PermanentFault("nobody in the playground has this account")
        return direct(target.conversation)

    async def _show(self, conversation: str, posted: PostedMessage) -> None:
        parts = self._parts
        total = len(await self._ask(parts.store.messages, conversation))
        shown = parts.feed.put(conversation, as_item(posted), parts.clock())
        parts.hub.publish([shown, parts.feed.total(conversation, total)])

    async def _ask(self, function: Callable[..., Any], *arguments: object) -> Any:
        try:
            return await self._parts.run(function, *arguments)
        except KeyError as fault:
            raise PermanentFault("this message is not there") from fault
        except Exception as fault:
            # Whatever went wrong in the store, it may have been kept: look it up before posting again.
            raise UnclearFault(f"the playground's store gave no answer ({type(fault).__name__})") from fault
