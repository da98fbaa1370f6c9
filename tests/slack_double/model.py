"""What a workspace holds: people, conversations, messages and views, each as Slack's JSON too."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.slack_double.limits import texts
from tests.slack_double.markup import read
from tests.slack_double.shapes import Json

Kind = Literal["member", "admin", "guest", "single_guest", "stranger", "deleted", "bot"]
TEAM, OTHER_TEAM = "T0DOUBLE1", "T0OTHER01"
APP, BOT_USER, BOT = "A0DOUBLE1", "U0BOT0001", "B0DOUBLE1"


@dataclass
class Account:
    """One user of the workspace, or a stranger from another one who shares a channel."""

    id: str
    name: str
    real_name: str
    kind: Kind = "member"
    email: str = ""
    locale: str = "en-GB"
    email_confirmed: bool = True

    @property
    def team(self) -> str:
        """The workspace that they belong to."""
        return OTHER_TEAM if self.kind == "stranger" else TEAM

    def json(self) -> Json:
        """As users.info answers; of strangers only what Slack Connect shows."""
        shown: Json = {"id": self.id, "team_id": self.team, "name": self.name, "real_name": self.real_name}
        shown["deleted"] = self.kind == "deleted"
        shown["is_bot"] = self.kind == "bot"
        shown["profile"] = {"real_name": self.real_name, "display_name": self.name, "team": self.team}
        if self.kind == "stranger":
            return shown | {"is_stranger": True}
        shown["profile"]["email"] = self.email or f"{self.name}@example.org"
        if self.kind == "deleted":
            return shown
        return shown | {
            "is_admin": self.kind == "admin",
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": self.kind in ("guest", "single_guest"),
            "is_ultra_restricted": self.kind == "single_guest",
            "is_app_user": False,
            "is_email_confirmed": self.email_confirmed,
            "tz": "Europe/London",
            "tz_offset": 0,
            "locale": self.locale,
        }


@dataclass
class Channel:
    """A conversation; `dm_with` is the user id of a direct message with the app."""

    id: str
    name: str
    private: bool = False
    archived: bool = False
    ext_shared: bool = False
    org_shared: bool = False
    pending_shared: bool = False
    members: set[str] = field(default_factory=set)
    dm_with: str = ""
    topic: str = ""
    created: int = 0

    @property
    def bot_in(self) -> bool:
        """Whether the app's bot is a member."""
        return BOT_USER in self.members

    def json(self) -> Json:
        """As conversations.info answers."""
        if self.dm_with:
            shown: Json = {"id": self.id, "created": self.created, "is_im": True, "user": self.dm_with}
            return shown | {
                "is_org_shared": False,
                "is_user_deleted": False,
                "is_archived": False,
                "priority": 0,
            }
        return {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "created": self.created,
            "is_channel": True,
            "is_group": False,
            "is_im": False,
            "is_mpim": False,
            "is_private": self.private,
            "is_archived": self.archived,
            "is_general": False,
            "is_shared": self.ext_shared or self.org_shared,
            "is_ext_shared": self.ext_shared,
            "is_org_shared": self.org_shared,
            "is_pending_ext_shared": self.pending_shared,
            "pending_shared": [OTHER_TEAM] if self.pending_shared else [],
            "shared_team_ids": [TEAM, OTHER_TEAM] if self.ext_shared else [TEAM],
            "context_team_id": TEAM,
            "is_member": self.bot_in,
            "topic": {"value": self.topic, "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
            "num_members": len(self.members),
        }


class Surface:
    """What holds blocks."""

    blocks: list[Json]

    def elements(self) -> Iterator[tuple[Json, Json]]:
        """Every interactive element with its block, in reading order."""
        for block in self.blocks:
            found = [block.get("accessory"), block.get("element"), *(block.get("elements") or [])]
            for element in found:
                if isinstance(element, dict) and element.get("action_id"):
                    yield block, element

    @property
    def buttons(self) -> list[str]:
        """The labels of its buttons."""
        return [element["text"]["text"] for _, element in self.elements() if element["type"] == "button"]


@dataclass
class Message(Surface):
    """A message; `to` is the one person who sees it, where it is ephemeral."""

    ts: str
    channel: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str = ""
    metadata: Json | None = None
    bot: bool = False
    to: str = ""
    edited: str = ""
    more: Json = field(default_factory=dict)

    @property
    def words(self) -> str:
        """All its text: what is notified and what is shown."""
        return read("\n".join([self.text, *texts(self.blocks), *texts(self.more.get("attachments"))]))

    def json(self, metadata: bool = True) -> Json:
        """As the Web API and the payloads show it."""
        shown: Json = {"type": "message", "user": self.user, "ts": self.ts, "text": self.text, "team": TEAM}
        if self.bot:
            shown |= {
                "bot_id": BOT,
                "app_id": APP,
                "bot_profile": {"id": BOT, "app_id": APP, "team_id": TEAM},
            }
        if self.blocks:
            shown["blocks"] = self.blocks
        if self.thread_ts:
            shown["thread_ts"] = self.thread_ts
            if self.thread_ts != self.ts:
                shown["parent_user_id"] = self.user
        if self.edited:
            shown["edited"] = {"user": self.user, "ts": self.edited}
        if metadata and self.metadata:
            shown["metadata"] = self.metadata
        return copy.deepcopy(shown | self.more)


@dataclass
class View(Surface):
    """A modal or a home view as it is shown to one user."""

    id: str
    user: str
    payload: Json
    hash: str
    root: str
    previous: str = ""
    values: dict[str, Json] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    @property
    def blocks(self) -> list[Json]:  # type: ignore[override]
        """Its blocks, ids filled in."""
        return list(self.payload["blocks"])

    @property
    def type(self) -> str:
        """`modal` or `home`."""
        return str(self.payload["type"])

    @property
    def title(self) -> str:
        """What stands at the top of a modal."""
        return str((self.payload.get("title") or {}).get("text", ""))

    @property
    def callback_id(self) -> str:
        """The app's name for it."""
        return str(self.payload.get("callback_id") or "")

    @property
    def private_metadata(self) -> str:
        """What the app keeps in it."""
        return str(self.payload.get("private_metadata") or "")

    @property
    def words(self) -> str:
        """All its text, what stands in its fields included."""
        frame = [self.payload.get(key) for key in ("title", "blocks", "submit", "close")]
        typed = [str(state.get("value") or "") for block in self.values.values() for state in block.values()]
        return "\n".join([read("\n".join(texts(frame))), *typed, *self.errors.values()])

    @property
    def fields(self) -> dict[str, str]:
        """Its input blocks: label → block_id."""
        return {
            block["label"]["text"]: block["block_id"] for block in self.blocks if block["type"] == "input"
        }

    def json(self) -> Json:
        """As the Web API and the payloads show it."""
        shown: Json = {
            "id": self.id,
            "team_id": TEAM,
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            "title": None,
            "submit": None,
            "close": None,
            "clear_on_close": False,
            "notify_on_close": False,
            **self.payload,
            "hash": self.hash,
            "state": {"values": self.values},
            "root_view_id": self.root,
            "previous_view_id": self.previous or None,
            "app_id": APP,
            "app_installed_team_id": TEAM,
            "bot_id": BOT,
        }
        return copy.deepcopy(shown)


@dataclass
class Trigger:
    """Leave to open one modal, for three seconds."""

    id: str
    user: str
    at: float
    view: str = ""
    used: bool = False


@dataclass
class ResponseUrl:
    """Leave to answer five times in thirty minutes where something was done."""

    id: str
    user: str
    channel: str
    at: float
    message_ts: str = ""
    uses: int = 0


class SlackError(Exception):
    """What the Web API answers with `ok: false`."""

    def __init__(self, code: str, **more: Any) -> None:
        super().__init__(code)
        self.code = code
        self.more = more
