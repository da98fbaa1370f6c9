"""The port over a connector client of either SDK: one client per service URL, everything sent whole."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientSession

from bot.channels.teams import wire
from bot.channels.teams.activities import (
    Activity,
    Handler,
    InvokeReply,
    Member,
    Payload,
    Post,
    Reference,
    Turn,
)
from bot.channels.teams.client import Outbound

# What an SDK's adapter runs for an activity: it hands in the context of the turn.
Logic = Callable[[Any], Awaitable[None]]
# One of the operations of an SDK's client for conversations.
Call = Callable[..., Awaitable[Any]]


class ConnectorBackend(ABC):
    """`Backend` over one SDK, which says how it reads an activity, opens a client and passes a body."""

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound
        self._clients: dict[str, tuple[ClientSession, Any]] = {}

    @abstractmethod
    def _read_by_sdk(self, activity: Activity, claims: Payload) -> Callable[[Logic], Awaitable[object]]:
        """The activity as the SDK reads it, ready to run. Raises Unreadable."""

    @abstractmethod
    def _opened(self, service_url: str, session: ClientSession) -> Any:
        """A new client, which sends over `session`."""

    @abstractmethod
    async def _told(self, call: Call, *path: str, body: Payload | None = None) -> Any:
        """The answer to a call with the ids that are in its path, and `body` as it is, where there is one."""

    @abstractmethod
    async def _whole(self, call: Call, *path: str, page: tuple[object, ...] = ()) -> Payload:
        """The whole answer to a call that reads."""

    def turn(self, activity: Activity, claims: Payload, handler: Handler) -> Turn:
        """See `Backend`. The SDK gets the envelope alone: what the handler reads was read by us."""
        process = self._read_by_sdk(activity, claims)

        async def run() -> InvokeReply | None:
            replies: list[InvokeReply | None] = []

            async def logic(_context: object) -> None:
                replies.append(await handler(activity))

            await process(logic)
            return replies[0]

        return run

    async def send(self, to: Reference, post: Post) -> str:
        """See `TeamsPort`."""
        body = wire.body(to, post)
        async with self._conversations(to) as talk:
            if post.reply_to:
                answer = await self._told(talk.reply_to_activity, to.conversation, post.reply_to, body=body)
            else:
                answer = await self._told(talk.send_to_conversation, to.conversation, body=body)
            return (answer.id if answer else "") or ""

    async def update(self, to: Reference, message_id: str, post: Post) -> None:
        """See `TeamsPort`."""
        body = wire.rewritten(to, post, message_id)
        async with self._conversations(to) as talk:
            await self._told(talk.update_activity, to.conversation, message_id, body=body)

    async def delete(self, to: Reference, message_id: str) -> None:
        """See `TeamsPort`."""
        async with self._conversations(to) as talk:
            await self._told(talk.delete_activity, to.conversation, message_id)

    async def create_personal(self, user: str, near: Reference) -> Reference:
        """See `TeamsPort`."""
        body = wire.personal_chat(user, near)
        async with self._conversations(near) as talk:
            made = await self._told(talk.create_conversation, body=body)
            return wire.personal_reference(near, made.id, made.service_url)

    async def members(self, of: Reference) -> tuple[Member, ...]:
        """See `TeamsPort`."""

        async def page(token: str | None) -> Payload:
            async with self._conversations(of) as talk:
                call = talk.get_conversation_paged_members
                return await self._whole(call, of.conversation, page=(wire.PAGE, token))

        return await wire.all_pages(page)

    async def member(self, of: Reference, user: str) -> Member:
        """See `TeamsPort`."""
        async with self._conversations(of) as talk:
            return wire.member(await self._whole(talk.get_conversation_member, of.conversation, user))

    async def close(self) -> None:
        """See `TeamsPort`."""
        await self._outbound.close()

    async def client(self, service_url: str) -> Any:
        """The SDK's client for a service URL: one a turn, as the stock factories make them, takes 3 ms."""
        session = await self._outbound.session(service_url)
        known = self._clients.get(service_url)
        if known is None or known[0] is not session:
            # A session was let go: its client goes with it, and so there are never more of them.
            self._clients = {url: pair for url, pair in self._clients.items() if not pair[0].closed}
            known = self._clients[service_url] = (session, self._opened(service_url, session))
        return known[1]

    @asynccontextmanager
    async def _conversations(self, at: Reference) -> AsyncIterator[Any]:
        async with self._outbound.calling():
            yield (await self.client(at.service_url)).conversations
