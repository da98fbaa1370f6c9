"""Where each person and the FLT's conversation can be written to on Teams.

A row is found by the HMAC of a name; the way there is sealed, since it names a person and their chat.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, delete, select

from bot.storage.crypto import KeyFault, WrappedKey
from bot.storage.rows import put
from bot.storage.schema import teams_references as references
from bot.storage.vault import Vault

_TABLE = "teams_references"


def remember(connection: Connection, vault: Vault, name: str, reference: str, now: datetime) -> None:
    """Keep the newest way to `name` in the place of the one before."""
    hidden = vault.blind("teams", name)
    record, wrapped = vault.ring.new_record_key(_TABLE, hidden)
    put(
        connection,
        references,
        name_hmac=hidden,
        key_id=wrapped.key_id,
        wrapped_key=wrapped.wrapped,
        sealed_reference=record.seal("sealed_reference", reference),
        seen_at=now,
    )


def recall(connection: Connection, vault: Vault, name: str) -> str | None:
    """The way to `name`; None if there is none, or if its key is gone: Teams tells it again soon enough."""
    hidden = vault.blind("teams", name)
    row = connection.execute(select(references).where(references.c.name_hmac == hidden)).one_or_none()
    if row is None:
        return None
    try:
        record = vault.ring.open_record_key(_TABLE, hidden, WrappedKey(row.key_id, row.wrapped_key))
        return record.open("sealed_reference", row.sealed_reference)
    except KeyFault:
        return None


def forget(connection: Connection, vault: Vault, name: str) -> None:
    """Keep no way to `name` any more."""
    hidden = vault.blind("teams", name)
    connection.execute(delete(references).where(references.c.name_hmac == hidden))
