"""Answers to questions on their way: to whom and what, sealed, and deleted as soon as it is there.

A row of the outbox stands for each, without a report, a moment or a name: what is left of it afterwards is
nothing, so that nobody who reads the database can hold a question against an anonymous report.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, and_, delete, insert, select

from bot.domain.notices import NoticeKey, Recipient
from bot.storage.crypto import WrappedKey
from bot.storage.outbox import FIRST, SENDING, Claimed, Notice, enqueue
from bot.storage.schema import answers, outbox
from bot.storage.vault import Vault

ANSWER = "answer"
_TABLE = "answers"
_ASKER = 32


@dataclass(frozen=True)
class Asker:
    """A user of a platform, as whom nobody but us can recognise them in a row."""

    platform: str
    user: str

    def recipient(self, vault: Vault) -> Recipient:
        """Whom the row of the outbox is for: the same for each answer to them, and for nothing else."""
        return Recipient(place=f"asker:{vault.blind('asker', self.platform, self.user)[:_ASKER]}")


def owe(connection: Connection, vault: Vault, asker: Asker, sealed: str) -> None:
    """Owe this to the asker, at once and before anything else that waits."""
    row_id = vault.new_id()
    record, wrapped = vault.ring.new_record_key(_TABLE, row_id)
    values = {"key_id": wrapped.key_id, "wrapped_key": wrapped.wrapped}
    connection.execute(
        insert(answers).values(id=row_id, sealed_answer=record.seal("sealed_answer", sealed), **values)
    )
    notice = Notice(NoticeKey.of(ANSWER, row_id), "", ANSWER, asker.recipient(vault))
    enqueue(connection, row_id, notice, FIRST)


def owed(connection: Connection, vault: Vault, row_id: str) -> str | None:
    """What was owed under this row; None where it is there already."""
    row = connection.execute(select(answers).where(answers.c.id == row_id)).one_or_none()
    if row is None:
        return None
    record = vault.ring.open_record_key(_TABLE, row_id, WrappedKey(row.key_id, row.wrapped_key))
    return record.open("sealed_answer", row.sealed_answer)


def forget(connection: Connection, claimed: Claimed) -> None:
    """It is there, or can never be: nothing is left of it. Not where the lease was lost."""
    mine = and_(outbox.c.id == claimed.id, outbox.c.lease_token == claimed.token, outbox.c.state == SENDING)
    if connection.execute(delete(outbox).where(mine)).rowcount == 1:
        connection.execute(delete(answers).where(answers.c.id == claimed.id))
