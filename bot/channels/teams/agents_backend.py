"""The port over the Microsoft 365 Agents SDK 1.9 (`TEAMS_SDK=agents`). Nothing else here imports it.

As with botbuilder, the SDK's adapter runs the turn and its connector client speaks to Teams. Not used:
its HTTP handler and middleware (without which every caller is anonymous), and its handler of errors,
which sends the text of an exception into the chat.
"""

# ruff: noqa: ARG002 - the SDK's protocols name arguments that nothing here needs

from __future__ import annotations

from collections.abc import Awaitable, Callable
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
from bot.channels.teams.activities import Activity, Payload, Unreadable
from bot.channels.teams.backend import Call, ConnectorBackend, Logic
from bot.channels.teams.client import Outbound

_LONGEST_ID = 4000


class AgentsBackend(ConnectorBackend):
    """`Backend` over `CloudAdapter`."""

    def __init__(self, outbound: Outbound) -> None:
        super().__init__(outbound)
        self._adapter = CloudAdapter(channel_service_client_factory=_Clients(self.client))
        # The stock one sends the exception's text to the user.
        self._adapter.on_turn_error = None

    def _read_by_sdk(self, activity: Activity, claims: Payload) -> Callable[[Logic], Awaitable[object]]:
        try:
            theirs = TheirActivity.model_validate(_without_none(wire.envelope(activity)))
        except ValidationError:
            raise Unreadable("not as the SDK reads it") from None
        identity = ClaimsIdentity(dict(claims), "Bearer" if claims else "Anonymous")
        return lambda logic: self._adapter.process_activity(identity, theirs, logic)

    def _opened(self, service_url: str, session: ClientSession) -> ConnectorClient:
        return _Connector(service_url, session)

    async def _told(self, call: Call, *path: str, body: Payload | None = None) -> Any:
        model = _Whole if path else _WholeChat
        return await call(*map(_quoted, path), *([] if body is None else [model.of(body)]))

    async def _whole(self, call: Call, *path: str, page: tuple[object, ...] = ()) -> Payload:
        found = await call(*map(_quoted, path), *page)
        told: Payload = found.model_dump(by_alias=True, exclude_unset=True, mode="json")
        return told


class _Whole(TheirActivity):
    """An activity that goes out as it is: the SDK's models rewrite what they know, such as entities."""

    _whole: Payload = PrivateAttr(default_factory=dict)

    @classmethod
    def of(cls, whole: Payload) -> Self:
        """`whole`, addressed as the SDK needs it."""
        found = cls(type=whole["type"])
        found._whole = whole
        return found

    def model_dump(self, **_options: Any) -> dict[str, Any]:
        """What goes out."""
        return dict(self._whole)


class _WholeChat(ConversationParameters):
    """The request for a chat, likewise."""

    _whole: Payload = PrivateAttr(default_factory=dict)

    @classmethod
    def of(cls, whole: Payload) -> Self:
        """`whole`, as it is."""
        found = cls.model_validate({})
        found._whole = whole
        return found

    def model_dump(self, **_options: Any) -> dict[str, Any]:
        """What goes out."""
        return dict(self._whole)


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
    """The backend's own clients, where the SDK asks for one."""

    def __init__(self, client: Callable[[str], Awaitable[Any]]) -> None:
        self._client = client

    async def create_connector_client(
        self,
        context: TurnContext | None,
        claims_identity: ClaimsIdentity,
        service_url: str,
        audience: str,
        scopes: list[str] | None = None,
        use_anonymous: bool = False,
    ) -> ConnectorClient:
        """The client for the service URL of a turn."""
        client: ConnectorClient = await self._client(service_url)
        return client

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
