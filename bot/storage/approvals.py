"""What takes two people: proposed by one, confirmed or refused by another, within a day.

What was proposed is sealed: it may name people. An approval that was confirmed is carried out once.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from sqlalchemy import Connection, Row, Select, func, insert, select, update

from bot.domain.access import Decision
from bot.storage.crypto import WrappedKey
from bot.storage.postgres import alone
from bot.storage.schema import approvals
from bot.storage.vault import Vault

Verdict = Literal["approved", "refused", "withdrawn"]
State = Literal["proposed", Verdict]
PROPOSED: Final = "proposed"
APPROVED: Final = "approved"
REFUSED: Final = "refused"
WITHDRAWN: Final = "withdrawn"
WITHIN = timedelta(hours=24)


@dataclass(frozen=True)
class Approval:
    """One proposal and what became of it. `number` is its place among those that were confirmed."""

    id: str
    kind: Decision
    state: State
    proposed_by: str
    proposed_at: datetime
    expires_at: datetime
    decided_by: str = ""
    decided_at: datetime | None = None
    number: int | None = None
    detail: Mapping[str, str] = field(default_factory=dict)


def one_after_another(connection: Connection) -> None:
    """Until this transaction ends, nobody else decides: two decisions never rest on the same roster."""
    alone(connection, "approvals")


def propose(
    connection: Connection, vault: Vault, kind: Decision, by: str, detail: Mapping[str, str], now: datetime
) -> Approval:
    """Store a proposal, open for a day."""
    approval_id = vault.new_id()
    key, wrapped = vault.ring.new_record_key("approvals", approval_id)
    approval = Approval(approval_id, kind, PROPOSED, by, now, now + WITHIN, detail=dict(detail))
    connection.execute(
        insert(approvals).values(
            id=approval_id,
            kind=kind,
            state=PROPOSED,
            proposed_by=by,
            proposed_at=now,
            expires_at=approval.expires_at,
            decided_by="",
            key_id=wrapped.key_id,
            wrapped_key=wrapped.wrapped,
            sealed_detail=key.seal("sealed_detail", json.dumps(dict(detail))),
        )
    )
    return approval


def decide(connection: Connection, approval: Approval, state: Verdict, by: str, now: datetime) -> bool:
    """Confirm, refuse or withdraw it. False where it was decided before, or has expired."""
    values: dict[str, Any] = {"state": state, "decided_by": by, "decided_at": now}
    if state == APPROVED:
        values["number"] = select(func.coalesce(func.max(approvals.c.number), 0) + 1).scalar_subquery()
    still_open = (approvals.c.state == PROPOSED) & (approvals.c.expires_at > now)
    changed = update(approvals).where(approvals.c.id == approval.id, still_open).values(**values)
    return connection.execute(changed).rowcount == 1


def find(connection: Connection, vault: Vault, approval_id: str) -> Approval | None:
    """The proposal of this id, or None."""
    row = connection.execute(select(approvals).where(approvals.c.id == approval_id)).one_or_none()
    return None if row is None else _opened(vault, row)


def pending(connection: Connection, vault: Vault, now: datetime) -> tuple[Approval, ...]:
    """Everything that waits for a second person, the oldest first."""
    waits = (approvals.c.state == PROPOSED) & (approvals.c.expires_at > now)
    return _all(connection, vault, select(approvals).where(waits).order_by(approvals.c.proposed_at))


def run_out(connection: Connection, vault: Vault, since: datetime, now: datetime) -> tuple[Approval, ...]:
    """What nobody decided in its time, where that ended after `since` and by `now`."""
    ended = (approvals.c.expires_at > since) & (approvals.c.expires_at <= now)
    query = select(approvals).where(approvals.c.state == PROPOSED, ended).order_by(approvals.c.proposed_at)
    return _all(connection, vault, query)


def confirmed(connection: Connection, vault: Vault, kind: Decision) -> tuple[Approval, ...]:
    """Everything of this kind that two people have agreed to, in the order in which they did."""
    query = select(approvals).where(approvals.c.kind == kind, approvals.c.state == APPROVED)
    return _all(connection, vault, query.order_by(approvals.c.number))


def approved(connection: Connection, vault: Vault, kind: Decision, now: datetime) -> Approval | None:
    """The newest approval of this kind that is not a day old and was not carried out; else None.

    The caller that carries it out calls `carried_out` in the same transaction.
    """
    query = select(approvals).where(
        approvals.c.kind == kind,
        approvals.c.state == APPROVED,
        approvals.c.used_at.is_(None),
        approvals.c.decided_at > now - WITHIN,
    )
    row = connection.execute(query.order_by(approvals.c.number.desc()).limit(1)).one_or_none()
    return None if row is None else _opened(vault, row)


def carried_out(connection: Connection, approval: Approval, now: datetime) -> bool:
    """Use it up. False where somebody else has."""
    free = (approvals.c.id == approval.id) & approvals.c.used_at.is_(None)
    return connection.execute(update(approvals).where(free).values(used_at=now)).rowcount == 1


def _all(connection: Connection, vault: Vault, query: Select[Any]) -> tuple[Approval, ...]:
    return tuple(_opened(vault, row) for row in connection.execute(query).all())


def _opened(vault: Vault, row: Row[Any]) -> Approval:
    key = vault.ring.open_record_key("approvals", row.id, WrappedKey(row.key_id, bytes(row.wrapped_key)))
    return Approval(
        id=row.id,
        kind=row.kind,
        state=row.state,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        expires_at=row.expires_at,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
        number=row.number,
        detail=json.loads(key.open("sealed_detail", bytes(row.sealed_detail))),
    )
