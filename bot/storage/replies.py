"""The entries of the reply clock: logged once, changed by answers, deleted when they are old."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, func, select, update

from bot.domain.replies import ReplyKind, ReplyStage
from bot.storage.crypto import WrappedKey
from bot.storage.rows import due_ids, due_row, insert_new
from bot.storage.schema import replies
from bot.storage.vault import Vault

_TABLE = "replies"


@dataclass(frozen=True)
class Reply:
    """One comment, query or complaint. `account` "" is one that is not listed; `link` "" was not given.

    `settled_at` is when it was first answered or acknowledged.
    """

    id: str
    account: str
    kind: ReplyKind
    received_at: datetime
    due_at: datetime
    link: str = ""
    stage: ReplyStage = ReplyStage.OPEN
    remind_at: datetime | None = None
    settled_at: datetime | None = None


def add_reply(connection: Connection, vault: Vault, reply: Reply) -> bool:
    """Store a new entry. False where its id is there already: the same form was sent before."""
    key, wrapped = vault.ring.new_record_key(_TABLE, reply.id)
    return insert_new(
        connection,
        replies,
        id=reply.id,
        account=reply.account,
        kind=reply.kind,
        stage=reply.stage.value,
        received_at=reply.received_at,
        due_at=reply.due_at,
        remind_at=reply.remind_at,
        settled_at=reply.settled_at,
        key_id=wrapped.key_id,
        wrapped_key=wrapped.wrapped,
        sealed_link=key.seal("sealed_link", reply.link),
    )


def find_reply(connection: Connection, vault: Vault, reply_id: str) -> Reply | None:
    """The entry of this id, held until the transaction ends; None where there is none."""
    query = select(replies).where(replies.c.id == reply_id).with_for_update(key_share=True)
    row = connection.execute(query).one_or_none()
    return None if row is None else _opened(vault, row)


def owed_replies(connection: Connection, vault: Vault) -> tuple[Reply, ...]:
    """Every entry that is not answered, the one that is due first at the top; acknowledged ones come last."""
    query = select(replies).where(replies.c.stage != ReplyStage.ANSWERED.value)
    is_open = replies.c.stage == ReplyStage.OPEN.value
    rows = connection.execute(query.order_by(is_open.desc(), replies.c.due_at, replies.c.id))
    return tuple(_opened(vault, row) for row in rows.all())


def due_reminders(connection: Connection, now: datetime) -> tuple[str, ...]:
    """The ids of entries of which a reminder is due, the longest overdue first."""
    return due_ids(connection, replies, now)


def due_reminder(connection: Connection, vault: Vault, reply_id: str, now: datetime) -> Reply | None:
    """The entry, if a reminder of it is still due and nobody else is at it; None otherwise."""
    row = due_row(connection, replies, reply_id, now)
    return None if row is None else _opened(vault, row)


def set_reply_reminder(connection: Connection, reply_id: str, at: datetime | None) -> None:
    """From where its reminders have yet to be owed."""
    connection.execute(update(replies).where(replies.c.id == reply_id).values(remind_at=at))


def settle_reply(connection: Connection, reply: Reply, stage: ReplyStage, at: datetime) -> None:
    """It was acknowledged or answered then: nobody is reminded any more. The first such moment counts."""
    values = {"stage": stage.value, "remind_at": None, "settled_at": reply.settled_at or at}
    connection.execute(update(replies).where(replies.c.id == reply.id).values(**values))


def counts_in_time(connection: Connection, since: datetime, now: datetime) -> tuple[int, int]:
    """Of what was due between `since` and `now`: how many, and how many were settled in time."""
    within = and_(replies.c.due_at > since, replies.c.due_at <= now)
    in_time = and_(within, replies.c.settled_at <= replies.c.due_at)
    counted = (select(func.count()).select_from(replies).where(which) for which in (within, in_time))
    count, on_time = (int(connection.execute(query).scalar_one()) for query in counted)
    return count, on_time


def forget_replies(connection: Connection, received_before: datetime) -> int:
    """Delete what was received before then and is settled; how many. What nobody has answered stays."""
    over = and_(replies.c.received_at < received_before, replies.c.stage != ReplyStage.OPEN.value)
    return connection.execute(delete(replies).where(over)).rowcount


def _opened(vault: Vault, row: Row[Any]) -> Reply:
    key = vault.ring.open_record_key(_TABLE, row.id, WrappedKey(row.key_id, bytes(row.wrapped_key)))
    return Reply(
        id=row.id,
        account=row.account,
        kind=row.kind,
        received_at=row.received_at,
        due_at=row.due_at,
        link=key.open("sealed_link", bytes(row.sealed_link)),
        stage=ReplyStage(row.stage),
        remind_at=row.remind_at,
        settled_at=row.settled_at,
    )
