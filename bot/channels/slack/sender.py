"""Slack's way out: cards and notices, once each, to the FLT's channel or to somebody's direct messages."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping
from hashlib import sha256
from typing import Any

from bot.channels.common.private_channel import FLT
from bot.channels.common.runtime import Pace
from bot.channels.slack.channel import ChannelCheck
from bot.channels.slack.client import DEAD_CHANNEL, SlackClient, code_of, fault_of
from bot.delivery.sender import LostFault, PassingFault, PermanentFault, RefusedFault, Target, UnclearFault
from bot.domain.messages import Message

_EVENT_TYPE = "signpost_message"
# What is looked for was mostly posted moments ago: the first page is short, so that it takes little memory.
_NEWEST = 20
# A page of twice as many takes five megabytes to read.
_HISTORY = 100
# A thousand messages, and the first page beside them.
_MOST_PAGES = 11
# Slack takes about one message a second in each channel.
SECONDS_APART = 1.0
# What is rewritten or written in a thread tells of a card that is there already.
_RECENT_S = 30.0
# What chat.update knows nothing of.
_ONLY_WHEN_POSTED = ("unfurl_links", "unfurl_media")


class SlackSender:
    """Implements `bot.delivery.sender.Sender`: "flt" is the FLT's channel, else a user's direct messages.

    In the FLT's channel nothing is posted or rewritten unless it is private enough at that moment.
    `render` makes chat.postMessage's text and blocks of a message.
    """

    finds = True

    def __init__(
        self,
        client: SlackClient,
        channel: str,
        check: ChannelCheck,
        pace: Pace,
        render: Callable[[Message], Mapping[str, Any]],
    ) -> None:
        self._client = client
        self._flt = channel
        self._check = check
        self._pace = pace
        self._render = render

    async def post(self, target: Target, message: Message, key: str, thread: str = "") -> str:
        """Post and return the message's timestamp. Raises a DeliveryFault."""
        channel = await self._channel(target)
        payload = dict(self._render(message))
        if thread:
            payload["thread_ts"] = thread
        metadata = {"event_type": _EVENT_TYPE, "event_payload": {"key": _hashed(key)}}
        async with self._pace.turn(channel):
            await self._verify(target, _RECENT_S if thread else 0.0)
            answer = await self._ask(
                self._client.posts.chat_postMessage, channel, sent=True, metadata=metadata, **payload
            )
        if not (ts := answer.get("ts")):
            raise UnclearFault("Slack named no message")
        return str(ts)

    async def edit(self, target: Target, message_id: str, message: Message) -> None:
        """Rewrite in place. LostFault where there is nothing left to rewrite."""
        channel = await self._channel(target)
        payload = _for_update(self._render(message))
        async with self._pace.turn(channel):
            await self._verify(target, _RECENT_S)
            await self._done(self._client.posts.chat_update, channel, ts=message_id, **payload)

    async def remove(self, target: Target, message_id: str, instead: Message) -> None:
        """Delete it; where Slack refuses that (a workspace may), it becomes `instead`.

        No matter who reads the channel by now: it holds less afterwards.
        """
        channel = await self._channel(target)
        async with self._pace.turn(channel):
            try:
                await self._done(self._client.posts.chat_delete, channel, ts=message_id)
            except LostFault:
                return
            except (PermanentFault, RefusedFault):
                payload = _for_update(self._render(instead))
                await self._done(self._client.posts.chat_update, channel, ts=message_id, **payload)

    async def find(
        self, target: Target, key: str, thread: str = "", besides: Collection[str] = ()
    ) -> str | None:
        """When what stands under `key` was posted: among the newest thousand, or the first of a thread."""
        channel = await self._channel(target)
        wanted = _hashed(key)
        more: dict[str, Any] = {"limit": _HISTORY if thread else _NEWEST, "include_all_metadata": True}
        read: Callable[..., Awaitable[Any]] = self._client.reads.conversations_history
        if thread:
            read, more["ts"] = self._client.reads.conversations_replies, thread
        cursor = ""
        for _ in range(_MOST_PAGES):
            try:
                page = await self._ask(read, channel, cursor=cursor or None, **more)
            except LostFault:
                # The thread was deleted, with all that stood in it.
                return None
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not isinstance(page.get("messages"), list):
                # It says nothing of what stands there: to post now could be to post twice.
                raise PassingFault("Slack listed no messages")
            more["limit"] = _HISTORY
            found = _found(page, wanted, besides)
            if found or not cursor:
                return found
        return None

    async def _verify(self, target: Target, max_age: float) -> None:
        if target.conversation == FLT and (fault := await self._check.fault(max_age)) is not None:
            raise fault

    async def _channel(self, target: Target) -> str:
        if target.conversation == FLT:
            return self._flt
        try:
            return await self._client.direct_channel(target.conversation)
        except Exception as error:
            raise fault_of(error, sent=False) from None

    async def _done(self, method: Callable[..., Awaitable[Any]], channel: str, **arguments: Any) -> None:
        if not (await self._ask(method, channel, **arguments)).get("ts"):
            # "ok" and no more: to do it twice is to do it once.
            raise PassingFault("Slack named no message")

    async def _ask(
        self, method: Callable[..., Awaitable[Any]], channel: str, *, sent: bool = False, **arguments: Any
    ) -> Any:
        try:
            return await method(channel=channel, **arguments)
        except Exception as error:
            fault = fault_of(error, sent=sent)
            if isinstance(fault, PassingFault) and fault.retry_after is not None:
                self._pace.hold(channel, fault.retry_after)
            if code_of(error) in DEAD_CHANNEL:
                self._client.forget(channel)
            # Without its cause, whose text could repeat what was sent.
            raise fault from None


def _for_update(payload: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in payload.items() if name not in _ONLY_WHEN_POSTED}


def _hashed(key: str) -> str:
    # Anybody's app in the channel could read it: a report's id is not for them.
    return sha256(key.encode()).hexdigest()


def _found(page: Any, wanted: str, besides: Collection[str]) -> str | None:
    for message in page["messages"]:
        metadata = message.get("metadata") or {}
        payload = metadata.get("event_payload") or {}
        ours = metadata.get("event_type") == _EVENT_TYPE and payload.get("key") == wanted
        if ours and str(message["ts"]) not in besides:
            return str(message["ts"])
    return None
