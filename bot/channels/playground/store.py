"""Where posted messages are kept: what the playground asks of its database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

FLT = "flt"

# Runs a plain function away from the event loop: `await run(store.find, "flt", key)`.
Run = Callable[..., Awaitable[Any]]


def direct(user: str) -> str:
    """The conversation that holds a person's direct messages."""
    return f"dm:{user}"


@dataclass(frozen=True)
class Posted:
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

    def messages(self, conversation: str) -> tuple[Posted, ...]:
        """Every message of a conversation, oldest first."""
