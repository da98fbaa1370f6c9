"""The staff list as it is stored: a sealed row a person, found by the HMAC of their e-mail address."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select

from bot.domain.staff import ListedStaff
from bot.storage.crypto import WrappedKey
from bot.storage.postgres import alone
from bot.storage.rows import put
from bot.storage.schema import staff, staff_accounts
from bot.storage.vault import Vault

_TABLE = "staff"


def one_import_at_a_time(connection: Connection) -> None:
    """Until this transaction ends nobody else changes the list."""
    alone(connection, _TABLE)


def staff_list(connection: Connection, vault: Vault) -> tuple[ListedStaff, ...]:
    """Everybody on the list, those who have left among them."""
    return tuple(_opened(vault, row) for row in connection.execute(select(staff)).all())


def staff_id(vault: Vault, email: str) -> str:
    """The row of somebody on the list, as whom nobody but us can recognise them."""
    return vault.blind(_TABLE, email)


def staff_of(connection: Connection, vault: Vault, ids: Collection[str]) -> tuple[ListedStaff, ...]:
    """Those of the list whose rows these are."""
    rows = connection.execute(select(staff).where(staff.c.id.in_(ids))).all()
    return tuple(_opened(vault, row) for row in rows)


def staff_id_at(connection: Connection, vault: Vault, platform: str, user: str) -> str | None:
    """The row of the person with this account; None where the list gives it to nobody."""
    query = select(staff_accounts.c.staff_id).where(staff_accounts.c.id == _account(vault, platform, user))
    return connection.execute(query).scalar_one_or_none()


def _account(vault: Vault, platform: str, user: str) -> str:
    return vault.blind("staff account", platform, user)


def works_here(connection: Connection, name: str) -> bool:
    """Whether somebody whose row's id begins so is on the list, and has not left."""
    query = select(staff.c.id).where(staff.c.id.startswith(name, autoescape=True), staff.c.left_at.is_(None))
    return connection.execute(query.limit(1)).first() is not None


def put_staff(connection: Connection, vault: Vault, member: ListedStaff) -> None:
    """Store somebody, in the place of what was known of the same e-mail address.

    An account that stood at another address is theirs from now on: people change their addresses.
    """
    name = staff_id(vault, member.email)
    key, wrapped = vault.ring.new_record_key(_TABLE, name)
    detail = {
        "name": member.name, "email": member.email, "schools": member.schools, "jobs": member.jobs,
        "accounts": dict(member.accounts), "told_by": member.told_by,
    }  # fmt: skip
    put(
        connection,
        staff,
        id=name,
        left_at=member.left_at,
        key_id=wrapped.key_id,
        wrapped_key=wrapped.wrapped,
        sealed_detail=key.seal("sealed_detail", json.dumps(detail)),
    )
    connection.execute(delete(staff_accounts).where(staff_accounts.c.staff_id == name))
    for platform, user in member.accounts.items():
        put(connection, staff_accounts, id=_account(vault, platform, user), staff_id=name)


def forget_staff(connection: Connection, left_before: datetime) -> int:
    """Delete people who left before then; how many."""
    old = select(staff.c.id).where(staff.c.left_at < left_before)
    connection.execute(delete(staff_accounts).where(staff_accounts.c.staff_id.in_(old)))
    return connection.execute(delete(staff).where(staff.c.left_at < left_before)).rowcount


def _opened(vault: Vault, row: Row[Any]) -> ListedStaff:
    key = vault.ring.open_record_key(_TABLE, row.id, WrappedKey(row.key_id, bytes(row.wrapped_key)))
    detail = json.loads(key.open("sealed_detail", bytes(row.sealed_detail)))
    return ListedStaff(
        name=detail["name"],
        email=detail["email"],
        schools=tuple(detail["schools"]),
        jobs=tuple(detail["jobs"]),
        left_at=row.left_at,
        # Rows from before lists told accounts, and platforms told of people, have neither.
        accounts=detail.get("accounts", {}),
        told_by=detail.get("told_by", ""),
    )
