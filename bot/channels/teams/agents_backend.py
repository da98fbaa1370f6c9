"""The port over the Microsoft 365 Agents SDK 1.9 (`TEAMS_SDK=agents`). Nothing else here imports it.

As with botbuilder, the SDK's adapter runs the turn and its connector client speaks to Teams. Not used:
its HTTP handler and middleware (without which every caller is anonymous), and its handler of errors,
which sends the text of an exception into the chat.
"""

# ruff: noqa: ARG002 - the SDK's protocols name arguments that nothing here needs

from __future__ import annotations

from typing import Any, Self
from urllib.parse import quote

from aiohttp import ClientSession
from microsoft_agents.activity import Activity as TheirActivity
from microsoft_agents.activity import ConversationParameters
from microsoft_agents.hosting.aiohttp import CloudAdapter
from microsoft_agents.hosting.core import ChannelServiceClientFactoryBase, ClaimsIdentity, TurnContext
from microsoft_agents.hosting.core.connector.client.connector_client import (
    ConnectorClient,
    ConversationsOperations,
)
from pydantic import PrivateAttr, ValidationError

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
    Unreadable,
)
from bot.channels.teams.client import Outbound

_LONGEST_ID = 4000


class AgentsBackend:
    """`Backend` over `CloudAdapter` and one cached connector client per service URL."""

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound
        self._clients = _Clients(outbound)
        self._adapter = CloudAdapter(channel_service_client_factory=self._clients)
        # The stock one sends the exception's text to the user.
        self._adapter.on_turn_error = None

    def turn(self, activity: Activity, claims: Payload, handler: Handler) -> Turn:
        """See `Backend`. The SDK gets the envelope alone: what the handler reads was read by us."""
        try:
            theirs = TheirActivity.model_validate(_without_none(wire.envelope(activity)))
        except ValidationError:
            raise Unreadable("not as the SDK reads it") from None
        identity = ClaimsIdentity(dict(claims), "Bearer" if claims else "Anonymous")

        async def run() -> InvokeReply | None:
            replies: list[InvokeReply | None] = []

            async def logic(_context: TurnContext) -> None:
                replies.append(await handler(activity))

            await self._adapter.process_activity(identity, theirs, logic)
            return replies[0]

        return run

    async def send(self, to: Reference, post: Post) -> str:
        """See `TeamsPort`."""
        body = _Whole.of(wire.body(to, post))
        async with self._outbound.calling():
            talk = (await self._clients.client(to.service_url)).conversations
            where = _quoted(to.conversation)
            if post.reply_to:
                answer = await talk.reply_to_activity(where, _quoted(post.reply_to), body)
            else:
                answer = await talk.send_to_conversation(where, body)
            return answer.id or ""

    async def update(self, to: Reference, message_id: str, post: Post) -> None:
        """See `TeamsPort`."""
        body = _Whole.of({**wire.body(to, post), "id": message_id})
        async with self._outbound.calling():
            talk = (await self._clients.client(to.service_url)).conversations
            await talk.update_activity(_quoted(to.conversation), _quoted(message_id), body)

    async def delete(self, to: Reference, message_id: str) -> None:
        """See `TeamsPort`."""
        async with self._outbound.calling():
            talk = (await self._clients.client(to.service_url)).conversations
            await talk.delete_activity(_quoted(to.conversation), _quoted(message_id))

    async def create_personal(self, user: str, near: Reference) -> Reference:
        """See `TeamsPort`."""
        body = _WholeChat.of(wire.personal_chat(user, near))
        async with self._outbound.calling():
            talk = (await self._clients.client(near.service_url)).conversations
            made = await talk.create_conversation(body)
            return wire.personal_reference(near, made.id, made.service_url)

    async def members(self, of: Reference) -> tuple[Member, ...]:
        """See `TeamsPort`."""

        async def page(token: str | None) -> Payload:
            async with self._outbound.calling():
                talk = (await self._clients.client(of.service_url)).conversations
                found = await talk.get_conversation_paged_members(_quoted(of.conversation), wire.PAGE, token)
                return found.model_dump(by_alias=True, exclude_unset=True, mode="json")

        return await wire.all_pages(page)

    async def member(self, of: Reference, user: str) -> Member:
        """See `TeamsPort`."""
        async with self._outbound.calling():
            talk = (await self._clients.client(of.service_url)).conversations
            found = await talk.get_conversation_member(_quoted(of.conversation), _quoted(user))
            return wire.member(found.model_dump(by_alias=True, exclude_unset=True, mode="json"))

    async def close(self) -> None:
        """See `TeamsPort`."""
        await self._outbound.close()


class _Whole(TheirActivity):
    """An activity that goes out as it is: the SDK's models rewrite what they know, such as entities."""

    _whole: dict[str, Any] = PrivateAttr(default_factory=dict)

    @classmethod
    def of(cls, whole: dict[str, Any]) -> Self:
        """`whole`, addressed as the SDK needs it."""
        found = cls(type=whole["type"])
        found._whole = whole
        return found

    def model_dump(self, **_options: Any) -> dict[str, Any]:
        """What goes out."""
        return self._whole


class _WholeChat(ConversationParameters):
    """The request for a chat, likewise."""

    _whole: dict[str, Any] = PrivateAttr(default_factory=dict)

    @classmethod
    def of(cls, whole: dict[str, Any]) -> Self:
        """`whole`, as it is."""
        found = cls.model_validate({})
        found._whole = whole
        return found

    def model_dump(self, **_options: Any) -> dict[str, Any]:
        """What goes out."""
        return self._whole


class _Connector(ConnectorClient):
    """A client that outlives the turn, and leaves long conversation ids whole."""

    def __init__(self, service_url: str, session: ClientSession) -> None:
        super().__init__(service_url, "", session=session)
        # The stock client cuts them at 150 characters, which is another conversation.
        self._conversations = ConversationsOperations(session, max_conversation_id_length=_LONGEST_ID)

    async def close(self) -> None:
        """The adapter closes the client after each turn; the session is closed by who opened it."""


class _NoUserTokens:
    """Nobody signs in through the bot."""

    async def close(self) -> None:
        """Nothing was opened."""


class _Clients(ChannelServiceClientFactoryBase):
    """One client per service URL: the stock factory opens a connection a turn."""

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound
        self._known: dict[str, tuple[ClientSession, _Connector]] = {}

    async def client(self, service_url: str) -> _Connector:
        """The client for `service_url`."""
        session = await self._outbound.session(service_url)
        known = self._known.get(service_url)
        if known is None or known[0] is not session:
            # A session was let go: its client goes with it, and so there are never more of them.
            self._known = {url: pair for url, pair in self._known.items() if not pair[0].closed}
            known = self._known[service_url] = (session, _Connector(service_url, session))
        return known[1]

    async def create_connector_client(
        self,
        context: TurnContext | None,
        claims_identity: ClaimsIdentity,
        service_url: str,
        audience: str,
        scopes: list[str] | None = None,
        use_anonymous: bool = False,
    ) -> _Connector:
        """The client for the service URL of a turn."""
        return await self.client(service_url)

    async def create_user_token_client(
        self, context: TurnContext, claims_identity: ClaimsIdentity, use_anonymous: bool = False
    ) -> Any:
        """One that does nothing."""
        return _NoUserTokens()


def _quoted(part: str) -> str:
    """An id as one part of a path: the SDK puts it there as it is."""
    return quote(part, safe="")


def _without_none(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_none(item) for key, item in value.items() if item is not None}
    return value
