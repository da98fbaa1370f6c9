"""The messages posted to the playground, kept in the database: they survive a restart."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.storage import playground
from bot.storage.database import Database
from bot.storage.vault import Vault

FLT = "flt"

# Runs a plain function away from the event loop: `await run(store.find, "flt", key)`.
Run = Callable[..., Awaitable[Any]]


def direct(user: str) -> str:
    """The conversation that holds a person's direct messages."""
    return f"dm:{user}"


@dataclass(frozen=True)
class PostedMessage:
    """A posted message as it reads now, and when it was first posted (aware)."""

    id: str
    html: str
    posted_at: datetime


class PlaygroundStore(Protocol):
    """Posted messages by conversation: "flt", or "dm:<user id>". Private replies never come here."""

    def post(self, conversation: str, key: str, html: str, now: datetime) -> str:
        """Keep a message and return its id. The same key again returns the same id and changes nothing."""

    def edit(self, message_id: str, html: str) -> None:
        """Rewrite a message in place. Raises KeyError for an id that was never given out."""

    def remove(self, message_id: str) -> None:
        """Take a message away."""

    def find(self, conversation: str, key: str) -> str | None:
        """The id of the message that was posted under `key`, or None."""

    def messages(self, conversation: str) -> tuple[PostedMessage, ...]:
        """Every message of a conversation, oldest first."""


@dataclass(frozen=True)
class KeptMessages:
    """A PlaygroundStore over the database: one transaction a call."""

    database: Database
    vault: Vault

    def post(self, conversation: str, key: str, html: str, now: datetime) -> str:
        """Keep a message and return its id; the same key again is the same message."""
        with self.database.transaction() as tx:
            return playground.post(tx, self.vault, conversation, key, html, now)

    def edit(self, message_id: str, html: str) -> None:
        """Rewrite a message in place. Raises KeyError for an unknown id."""
        with self.database.transaction() as tx:
            if not playground.edit(tx, self.vault, message_id, html):
                raise KeyError(message_id)

    def remove(self, message_id: str) -> None:
        """Take a message away."""
        with self.database.transaction() as tx:
            playground.remove(tx, message_id)

    def find(self, conversation: str, key: str) -> str | None:
        """The id of the message that was posted under `key`, or None."""
        with self.database.transaction() as tx:
            return playground.find(tx, self.vault, conversation, key)

    def messages(self, conversation: str) -> tuple[PostedMessage, ...]:
        """Every message of a conversation, oldest first."""
        with self.database.transaction() as tx:
            stored = playground.conversation(tx, self.vault, conversation)
        return tuple(PostedMessage(item.id, item.html, item.posted_at) for item in stored)
