"""The seam to Teams: what comes in and goes out, in words that know neither of Microsoft's two SDKs.

An `Activity` is one event. A `Reference` names a conversation and is all that is needed to write there
later. Everything that goes out may raise a `DeliveryFault` (bot/delivery/sender.py): passing for 429,
412, 502, 503, 504 and a refused connection, unclear for a time-out or a broken answer, permanent for
403 (not installed, blocked), 404 and whatever the connector will never take.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

Payload = Mapping[str, Any]
Kind = Literal["message", "edit", "invoke", "install", "members", "other"]
Scope = Literal["personal", "groupChat", "channel"]

ADAPTIVE_CARD = "application/vnd.microsoft.card.adaptive"


@dataclass(frozen=True)
class Account:
    """Someone in Teams. `id` is the bot's view of them ("29:…"), `aad` their id in the tenant, or "" ."""

    id: str
    aad: str = ""
    name: str = field(default="", compare=False)


@dataclass(frozen=True)
class Reference:
    """Where to write: one conversation, as the newest activity from it named the way there.

    `bot` is the bot's own account id in it. `team` is the team of a channel, else "". All are plain
    strings, so that it can be stored.
    """

    service_url: str
    conversation: str
    scope: Scope
    tenant: str
    bot: str
    team: str = ""


@dataclass(frozen=True)
class Activity:
    """One event from Teams, checked: its token, its tenant, its service URL, its shape.

    `name`: an invoke's name ("adaptiveCard/action"), "add" or "remove" of an install, the event of a
    change of members ("teamMemberAdded", or ""). `text` is without the mention of the bot, which
    `mentioned` tells of. `value` is what a card or an invoke sent. `reply_to` is the id of the message on
    whose card a button was pressed. `has_files`: a file or picture came along; nothing of it is known
    here. `raw` is for the backend alone. An "edit" is a message that was changed, as it reads now.
    """

    id: str
    kind: Kind
    name: str
    reference: Reference
    sender: Account
    text: str = field(default="", repr=False)
    value: Payload = field(default_factory=dict, repr=False)
    reply_to: str = ""
    mentioned: bool = False
    has_files: bool = False
    added: tuple[Account, ...] = ()
    removed: tuple[Account, ...] = ()
    locale: str = ""
    raw: Payload = field(default_factory=dict, repr=False, compare=False)

    @property
    def key(self) -> str:
        """One name for this event, the same for each copy of it."""
        return f"{self.reference.conversation}|{self.kind}|{self.id}"


@dataclass(frozen=True)
class InvokeReply:
    """The answer to an invoke: the HTTP status, and the JSON body that Teams reads (None: no body)."""

    status: int = 200
    body: Payload | None = None


@dataclass(frozen=True)
class Post:
    """What is written: text, or an Adaptive Card with a `summary` for the notification.

    `text` is plain unless `markdown`. `urgent`: Teams says so, and sounds it. `reply_to`: the
    message under which it stands, in a channel.
    """

    text: str = ""
    card: Payload | None = None
    summary: str = ""
    markdown: bool = False
    urgent: bool = False
    reply_to: str = ""
    kind: Literal["message", "typing"] = "message"


@dataclass(frozen=True)
class Member:
    """One member of a conversation, as the connector tells it.

    `role` is "user", "guest" or what else Teams says ("" where it says nothing); a guest's `principal`
    holds "#EXT#". `tenant` is the tenant whose account this is, or "".
    """

    id: str
    aad: str
    name: str = field(compare=False)
    tenant: str
    role: str
    principal: str = field(repr=False)


class TeamsPort(Protocol):
    """The way out to Teams. Every call may raise a DeliveryFault; each request ends within 10 s."""

    async def send(self, to: Reference, post: Post) -> str:
        """Write, and return the message's id ("" where Teams told none)."""

    async def update(self, to: Reference, message_id: str, post: Post) -> None:
        """Put `post` in the place of a message."""

    async def delete(self, to: Reference, message_id: str) -> None:
        """Take a message of the bot's own away."""

    async def create_personal(self, user: str, near: Reference) -> Reference:
        """The personal chat with a user id ("29:…" or an AAD object id), over the connector of `near`."""

    async def members(self, of: Reference) -> tuple[Member, ...]:
        """Every member of a conversation: all pages, or a fault."""

    async def member(self, of: Reference, user: str) -> Member:
        """One member by user id or AAD object id. PermanentFault where the person is not there."""

    async def close(self) -> None:
        """Let the connections go."""


Handler = Callable[[Activity], Awaitable[InvokeReply | None]]
Turn = Callable[[], Coroutine[Any, Any, InvokeReply | None]]


class Unreadable(Exception):
    """What came is no activity that Teams sends. The text names the fault and nothing of what came."""


class Backend(TeamsPort, Protocol):
    """One of Microsoft's SDKs behind the port."""

    def turn(self, activity: Activity, claims: Payload, handler: Handler) -> Turn:
        """`activity` as the SDK reads it, ready to run through its adapter. Raises Unreadable at once."""
