"""Applications and accounts as they are stored: a sealed row each, with its stage and its timer."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from bot.domain.accounts import AccountStage, Details, Runner
from bot.storage.crypto import WrappedKey
from bot.storage.rows import due_ids, due_row, insert_new
from bot.storage.schema import accounts
from bot.storage.vault import Vault

_TABLE = "accounts"


@dataclass(frozen=True)
class AccountEntry:
    """One of them. `since` is when it came to its stage; `version` counts its changes.

    `remind_at` is when its timer runs out next (None: never), `reminded` how often that was so in this stage.
    """

    id: str
    stage: AccountStage
    since: datetime
    details: Details
    remind_at: datetime | None = None
    reminded: int = 0
    version: int = 0

    @property
    def name(self) -> str:
        """What it is called, or is to be called."""
        return self.details.answer("name")

    @property
    def school(self) -> str:
        """Its school's id; "" for all of them, or none chosen yet."""
        return self.details.school

    @property
    def asked(self) -> tuple[Runner, ...]:
        """Those who are to attest, and of whom the leadership team must be satisfied."""
        taking_over = self.stage is AccountStage.TRANSFERRING
        return self.details.incoming if taking_over else self.details.runners


def add_account(connection: Connection, vault: Vault, entry: AccountEntry) -> bool:
    """Store a new one. False where its id is there already."""
    key, wrapped = vault.ring.new_record_key(_TABLE, entry.id)
    sealed = key.seal("sealed_detail", json.dumps(asdict(entry.details), ensure_ascii=False))
    return insert_new(
        connection,
        accounts,
        id=entry.id,
        **_plain(entry),
        key_id=wrapped.key_id,
        wrapped_key=wrapped.wrapped,
        sealed_detail=sealed,
    )


def save_account(connection: Connection, vault: Vault, entry: AccountEntry) -> AccountEntry:
    """Store a change of one that is held; it with its new version."""
    entry = replace(entry, version=entry.version + 1)
    row = connection.execute(select(accounts).where(accounts.c.id == entry.id)).one()
    key = vault.ring.open_record_key(_TABLE, row.id, WrappedKey(row.key_id, bytes(row.wrapped_key)))
    sealed = key.seal("sealed_detail", json.dumps(asdict(entry.details), ensure_ascii=False))
    here = update(accounts).where(accounts.c.id == entry.id)
    connection.execute(here.values(**_plain(entry), sealed_detail=sealed))
    return entry


def find_account(connection: Connection, vault: Vault, account_id: str) -> AccountEntry | None:
    """The one of this id, held until the transaction ends; None where there is none."""
    query = select(accounts).where(accounts.c.id == account_id).with_for_update(key_share=True)
    row = connection.execute(query).one_or_none()
    return None if row is None else _opened(vault, row)


def all_accounts(
    connection: Connection, vault: Vault, stages: Iterable[AccountStage] = AccountStage
) -> tuple[AccountEntry, ...]:
    """Those at these stages, by their name."""
    query = select(accounts).where(accounts.c.stage.in_([stage.value for stage in stages]))
    found = [_opened(vault, row) for row in connection.execute(query).all()]
    return tuple(sorted(found, key=lambda entry: (entry.name.casefold(), entry.since, entry.id)))


def due_accounts(connection: Connection, now: datetime) -> tuple[str, ...]:
    """The ids of those whose timer has run out, the longest overdue first."""
    return due_ids(connection, accounts, now)


def due_account(connection: Connection, vault: Vault, account_id: str, now: datetime) -> AccountEntry | None:
    """The one of this id, if its timer has still run out and nobody else is at it; None otherwise."""
    row = due_row(connection, accounts, account_id, now)
    return None if row is None else _opened(vault, row)


def forget_account(connection: Connection, account_id: str) -> None:
    """Delete it."""
    connection.execute(delete(accounts).where(accounts.c.id == account_id))


def older_than(connection: Connection, stage: AccountStage, before: datetime) -> tuple[str, ...]:
    """The ids of those that came to this stage before then."""
    query = select(accounts.c.id).where(accounts.c.stage == stage.value, accounts.c.since < before)
    return tuple(str(row.id) for row in connection.execute(query))


def _plain(entry: AccountEntry) -> dict[str, Any]:
    return {
        "stage": entry.stage.value,
        "since": entry.since,
        "remind_at": entry.remind_at,
        "reminded": entry.reminded,
        "version": entry.version,
    }


def _opened(vault: Vault, row: Row[Any]) -> AccountEntry:
    key = vault.ring.open_record_key(_TABLE, row.id, WrappedKey(row.key_id, bytes(row.wrapped_key)))
    return AccountEntry(
        id=row.id,
        stage=AccountStage(row.stage),
        since=row.since,
        details=_details(json.loads(key.open("sealed_detail", bytes(row.sealed_detail)))),
        remind_at=row.remind_at,
        reminded=row.reminded,
        version=row.version,
    )


def _details(stored: dict[str, Any]) -> Details:
    answers = {name: tuple(values) for name, values in stored.pop("answers").items()}
    runners, incoming = (tuple(Runner(**one) for one in stored.pop(name)) for name in ("runners", "incoming"))
    return Details(answers=answers, runners=runners, incoming=incoming, **stored)
