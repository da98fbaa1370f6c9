"""The state of one workspace, and who can read what in it."""

from __future__ import annotations

import copy
import itertools
import secrets
import threading
from dataclasses import dataclass
from typing import Any

from tests.slack_double.clock import Clock
from tests.slack_double.faults import Faults
from tests.slack_double.model import (
    APP,
    BOT_USER,
    TEAM,
    Account,
    Channel,
    Kind,
    Message,
    ResponseUrl,
    SlackError,
    Trigger,
    View,
)
from tests.slack_double.posts import Posts
from tests.slack_double.rates import Rates
from tests.slack_double.shapes import IN_ACTIONS, IN_INPUT, Json

INTERACTIVE = IN_ACTIONS | IN_INPUT
TRIGGER_S, RESPONSE_URL_S, RESPONSE_URL_USES = 3.0, 1800.0, 5
SCOPES = frozenset(
    {"commands", "chat:write", "app_mentions:read", "im:history", "im:write", "groups:read", "groups:history"}
    | {"users:read"}
)


@dataclass(frozen=True)
class Showing:
    """Something that became visible, and the user ids of all who could read it then."""

    number: int
    to: frozenset[str]
    text: str
    place: str


@dataclass
class Call:
    """One call of the Web API (or of a response_url), in the order of arrival."""

    method: str
    args: Json
    at: float
    token: str = ""
    status: int = 0
    reply: Json | None = None

    @property
    def ok(self) -> bool:
        """Whether it was done, as far as the app was told."""
        return bool((self.reply or {}).get("ok"))


class Workspace:
    """All state, behind one lock: the server's thread and the test's both change it."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.clock, self.rates, self.faults = Clock(), Rates(), Faults()
        self.scopes: set[str] = set(SCOPES)
        self.tells_scopes = True
        self.token_state = ""
        self.users: dict[str, Account] = {}
        self.channels: dict[str, Channel] = {}
        self.posts = Posts()
        self.ever_posted: list[Message] = []
        self.stacks: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}
        self.triggers: dict[str, Trigger] = {}
        self.response_urls: dict[str, ResponseUrl] = {}
        self.prompts: dict[str, Json] = {}
        self.calls: list[Call] = []
        self.shown: list[Showing] = []
        self._ids = itertools.count(1)
        self._ts = 0
        self.users[BOT_USER] = Account(BOT_USER, "signpost", "Signpost", "bot")

    def new_id(self, prefix: str) -> str:
        """An id as Slack's look."""
        return f"{prefix}0{next(self._ids):08d}"

    def new_ts(self) -> str:
        """A timestamp that nothing else has, later than all before."""
        self._ts = max(self._ts + 1, int(self.clock.now() * 1_000_000))
        return f"{self._ts // 1_000_000}.{self._ts % 1_000_000:06d}"

    def new_hash(self) -> str:
        """The version of a view."""
        return f"{int(self.clock.now())}.{secrets.token_hex(4)}"

    def add_account(self, name: str, kind: Kind = "member", real_name: str = "", email: str = "") -> Account:
        """A user."""
        account = Account(self.new_id("U"), name, real_name or name.title(), kind, email)
        self.users[account.id] = account
        return account

    def add_channel(self, channel: Channel) -> Channel:
        """A conversation."""
        channel.created = int(self.clock.now())
        self.channels[channel.id] = channel
        return channel

    def dm(self, user: str) -> Channel:
        """The direct message of this user with the app, opened where it is not yet."""
        with self.lock:
            for channel in self.channels.values():
                if channel.dm_with == user:
                    return channel
            members = {user, BOT_USER}
            return self.add_channel(
                Channel(self.new_id("D"), "directmessage", True, members=members, dm_with=user)
            )

    def readers(self, channel: Channel) -> frozenset[str]:
        """Who can read it: its members, and every full member of the team where it is public."""
        found = set(channel.members)
        if not channel.private:
            found |= {user.id for user in self.users.values() if user.kind in ("member", "admin")}
        return frozenset(user for user in found if self.users[user].kind not in ("bot", "deleted"))

    def show(self, to: frozenset[str], text: str, place: str) -> None:
        """Note that this became visible."""
        self.shown.append(Showing(len(self.shown), to, text, place))

    def post(self, message: Message) -> Message:
        """Store a message and show it."""
        with self.lock:
            message.blocks = with_ids(message.blocks)
            self.posts.add(message)
            self.ever_posted.append(message)
            self.show_message(message)
        return message

    def show_message(self, message: Message) -> None:
        """Note who can read it."""
        channel = self.channels[message.channel]
        to = frozenset({message.to}) if message.to else self.readers(channel)
        self.show(to, message.words, channel.id)

    def find_message(self, channel: str, ts: str) -> Message | None:
        """A message that is not ephemeral."""
        found = self.posts.at(channel, ts)
        return None if found is None or found.to else found

    def trigger(self, user: str, view: str = "") -> str:
        """A new trigger_id, for three seconds."""
        number = next(self._ids)
        found = Trigger(f"{number}.{TEAM[1:]}.{secrets.token_hex(8)}", user, self.clock.now(), view)
        self.triggers[found.id] = found
        return found.id

    def exchange(self, trigger_id: str) -> Trigger:
        """Use a trigger, once and in time."""
        found = self.triggers.get(trigger_id)
        if found is None:
            raise SlackError("invalid_trigger_id")
        if found.used:
            raise SlackError("exchanged_trigger_id")
        if self.clock.now() - found.at > TRIGGER_S:
            raise SlackError("expired_trigger_id")
        found.used = True
        return found

    def response_url(self, user: str, channel: str, message_ts: str = "") -> ResponseUrl:
        """Leave to answer there."""
        found = ResponseUrl(f"{APP}/{secrets.token_hex(12)}", user, channel, self.clock.now(), message_ts)
        self.response_urls[found.id] = found
        return found

    def visible_to(self, user: str) -> str:
        """Everything that this user could read now."""
        with self.lock:
            read = [
                message.words
                for message in self.posts
                if (
                    message.to == user if message.to else user in self.readers(self.channels[message.channel])
                )
            ]
            views = [*self.stacks.get(user, []), *([self.homes[user]] if user in self.homes else [])]
            return "\n".join([*read, *(view.words for view in views)])


def with_ids(blocks: Any) -> list[Json]:
    """The blocks with the block_ids and action_ids that Slack adds."""
    found: list[Json] = copy.deepcopy(blocks or [])
    for block in found:
        block.setdefault("block_id", secrets.token_urlsafe(4))
        for element in (block.get("accessory"), block.get("element"), *(block.get("elements") or [])):
            if isinstance(element, dict) and element.get("type") in INTERACTIVE:
                element.setdefault("action_id", secrets.token_urlsafe(4))
    return found
