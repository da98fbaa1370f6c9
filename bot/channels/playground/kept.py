"""The playground's posted messages in the database: they survive a restart, as a platform's would."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.channels.playground.store import Posted
from bot.storage import playground
from bot.storage.database import Database
from bot.storage.vault import Vault


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

    def messages(self, conversation: str) -> tuple[Posted, ...]:
        """Every message of a conversation, oldest first."""
        with self.database.transaction() as tx:
            stored = playground.conversation(tx, self.vault, conversation)
        return tuple(Posted(item.id, item.html, item.posted_at) for item in stored)
