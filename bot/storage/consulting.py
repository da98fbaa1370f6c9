"""What somebody asked before posting, as it is stored: a sealed row each, for some weeks."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import Connection, delete, select, update

from bot.storage.crypto import WrappedKey
from bot.storage.rows import insert_new
from bot.storage.schema import consultations
from bot.storage.vault import Vault

_TABLE = "consultations"


@dataclass(frozen=True)
class Consultation:
    """One question: who asks, on which platform, and about which event or class at which school.

    `event` is "" where a senior leader is asked: nothing of what is to be posted is known. `answer` is ""
    until somebody has said whether anybody is on the list.
    """

    id: str
    platform: str
    user: str
    name: str
    school: str = ""
    event: str = ""
    answer: Literal["", "yes", "no"] = ""


def add_consultation(connection: Connection, vault: Vault, asked: Consultation, now: datetime) -> bool:
    """Store a new one. False where its id is there already: it was asked before."""
    key, wrapped = vault.ring.new_record_key(_TABLE, asked.id)
    return insert_new(
        connection,
        consultations,
        id=asked.id,
        asked_at=now,
        key_id=wrapped.key_id,
        wrapped_key=wrapped.wrapped,
        sealed_detail=key.seal("sealed_detail", json.dumps(asdict(asked), ensure_ascii=False)),
    )


def find_consultation(connection: Connection, vault: Vault, asked_id: str) -> Consultation | None:
    """The one of this id, held until the transaction ends; None where there is none."""
    query = select(consultations).where(consultations.c.id == asked_id).with_for_update(key_share=True)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    key = vault.ring.open_record_key(_TABLE, row.id, WrappedKey(row.key_id, bytes(row.wrapped_key)))
    return Consultation(**json.loads(key.open("sealed_detail", bytes(row.sealed_detail))))


def save_consultation(connection: Connection, vault: Vault, asked: Consultation) -> None:
    """Store a change of one that is held."""
    here = consultations.c.id == asked.id
    row = connection.execute(select(consultations).where(here)).one()
    key = vault.ring.open_record_key(_TABLE, row.id, WrappedKey(row.key_id, bytes(row.wrapped_key)))
    sealed = key.seal("sealed_detail", json.dumps(asdict(asked), ensure_ascii=False))
    connection.execute(update(consultations).where(here).values(sealed_detail=sealed))


def forget_consultations(connection: Connection, asked_before: datetime) -> None:
    """Delete what was asked before then, answered or not."""
    connection.execute(delete(consultations).where(consultations.c.asked_at < asked_before))
