"""What somebody asked before posting, as it is stored: a sealed row each, for some weeks."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Connection, Row, delete, select, update

from bot.storage.crypto import WrappedKey
from bot.storage.rows import insert_new
from bot.storage.schema import consultations
from bot.storage.vault import Vault

_TABLE = "consultations"


@dataclass(frozen=True)
class Consultation:
    """One question: who asks, on which platform, and about which event or class at which school.

    `event` is "" where a senior leader is asked: nothing of what is to be posted is known. `answer` is ""
    until somebody has said whether anybody is on the list. `asked` are the ids of the people asked,
    `unreached` those of them whom it did not reach, `line` how many of the roles in line are asked.
    `reminded`: how often they were; `remind_at`: when they are next, in ISO format, or "".
    """

    id: str
    platform: str
    user: str
    name: str
    school: str = ""
    event: str = ""
    answer: Literal["", "yes", "no"] = ""
    asked: tuple[str, ...] = ()
    unreached: tuple[str, ...] = ()
    line: int = 1
    reminded: int = 0
    remind_at: str = ""

    @property
    def reaches_nobody(self) -> bool:
        """Whether nobody was asked, or none of them could be told."""
        return set(self.asked) <= set(self.unreached)


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
    return None if row is None else _opened(vault, row)


def consultation_ids(connection: Connection, _now: datetime) -> tuple[str, ...]:
    """The ids of all of them, answered or not, the oldest first."""
    query = select(consultations.c.id).order_by(consultations.c.asked_at, consultations.c.id)
    return tuple(connection.execute(query).scalars())


def asked_before_posting(
    connection: Connection, vault: Vault, platform: str, user: str
) -> tuple[tuple[datetime, Consultation], ...]:
    """What somebody asked, with when, the oldest first."""
    # Who asked is sealed: every row is opened.
    found = all_consultations(connection, vault)
    return tuple((at, one) for at, one in found if (one.platform, one.user) == (platform, user))


def all_consultations(connection: Connection, vault: Vault) -> tuple[tuple[datetime, Consultation], ...]:
    """Everything that was asked, with when, the oldest first."""
    rows = connection.execute(select(consultations).order_by(consultations.c.asked_at, consultations.c.id))
    return tuple((row.asked_at, _opened(vault, row)) for row in rows.all())


def old_consultations(
    connection: Connection, vault: Vault, asked_before: datetime
) -> tuple[Consultation, ...]:
    """What was asked before then, held until the transaction ends."""
    old = select(consultations).where(consultations.c.asked_at < asked_before).with_for_update()
    return tuple(_opened(vault, row) for row in connection.execute(old).all())


def _opened(vault: Vault, row: Row[Any]) -> Consultation:
    key = vault.ring.open_record_key(_TABLE, row.id, WrappedKey(row.key_id, bytes(row.wrapped_key)))
    stored = json.loads(key.open("sealed_detail", bytes(row.sealed_detail)))
    asked, unreached = (tuple(stored.pop(name)) for name in ("asked", "unreached"))
    return Consultation(**stored, asked=asked, unreached=unreached)


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
