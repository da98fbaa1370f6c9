"""What was posted in the playground's conversations: it stands for a platform's own store.

Only messages that go out through the outbox are kept here; a private chat never is. Conversations
are found by HMAC, since one is named after the person whose direct messages it holds.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from bot.storage.crypto import WrappedKey
from bot.storage.rows import insert_new
from bot.storage.schema import playground_messages as messages
from bot.storage.vault import Vault


@dataclass(frozen=True)
class StoredMessage:
    """A message of a conversation, as HTML."""

    id: str
    html: str
    posted_at: datetime


def post(connection: Connection, vault: Vault, conversation: str, key: str, html: str, now: datetime) -> str:
    """Store a message and return its id; the same key in the same conversation is the same message."""
    message_id = vault.new_id()
    record, wrapped = vault.ring.new_record_key("playground_messages", message_id)
    inserted = insert_new(
        connection,
        messages,
        id=message_id,
        conversation=vault.blind("conversation", conversation),
        key=vault.blind("message", key),
        key_id=wrapped.key_id,
        wrapped_key=wrapped.wrapped,
        sealed_html=record.seal("sealed_html", html),
        posted_at=now,
    )
    return message_id if inserted else find(connection, vault, conversation, key) or message_id


def edit(connection: Connection, vault: Vault, message_id: str, html: str) -> bool:
    """Rewrite a message. False where there is none of that id."""
    row = connection.execute(select(messages).where(messages.c.id == message_id)).one_or_none()
    if row is None:
        return False
    record = vault.ring.open_record_key(
        "playground_messages", message_id, WrappedKey(row.key_id, row.wrapped_key)
    )
    connection.execute(
        update(messages)
        .where(messages.c.id == message_id)
        .values(sealed_html=record.seal("sealed_html", html))
    )
    return True


def remove(connection: Connection, message_id: str) -> None:
    """Take a message away."""
    connection.execute(delete(messages).where(messages.c.id == message_id))


def find(connection: Connection, vault: Vault, conversation: str, key: str) -> str | None:
    """The id of the message with this key, or None."""
    hidden = vault.blind("conversation", conversation), vault.blind("message", key)
    here = (messages.c.conversation == hidden[0]) & (messages.c.key == hidden[1])
    row = connection.execute(select(messages.c.id).where(here)).first()
    return None if row is None else str(row.id)


def conversation(connection: Connection, vault: Vault, name: str) -> tuple[StoredMessage, ...]:
    """The messages of a conversation, oldest first."""
    query = (
        select(messages)
        .where(messages.c.conversation == vault.blind("conversation", name))
        .order_by(messages.c.number)
    )
    found = []
    for row in connection.execute(query):
        stored = WrappedKey(row.key_id, row.wrapped_key)
        record = vault.ring.open_record_key("playground_messages", row.id, stored)
        found.append(StoredMessage(row.id, record.open("sealed_html", row.sealed_html), row.posted_at))
    return tuple(found)
