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
# A message that is to be hidden at its time; the platform's own id of it is sealed as well.
HIDE = "hide"
SEALED = frozenset((ANSWER, HIDE))
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
    _keep(connection, vault, row_id, sealed)
    notice = Notice(NoticeKey.of(ANSWER, row_id), "", ANSWER, asker.recipient(vault))
    enqueue(connection, row_id, notice, FIRST)


def owe_hiding(connection: Connection, vault: Vault, asker: Asker, message_id: str, sealed: str) -> None:
    """Owe that this message of theirs is hidden, in the place of what was owed of it before."""
    forget_hiding(connection, vault, asker, message_id)
    row_id = _hidden_id(vault, asker, message_id)
    _keep(connection, vault, row_id, sealed)
    notice = Notice(NoticeKey.of(HIDE, row_id), "", HIDE, Recipient(place=f"{HIDE}:{row_id[:_ASKER]}"))
    enqueue(connection, row_id, notice, FIRST)


def forget_hiding(connection: Connection, vault: Vault, asker: Asker, message_id: str) -> None:
    """Something else stands there now, which stays."""
    row_id = _hidden_id(vault, asker, message_id)
    connection.execute(delete(outbox).where(outbox.c.id == row_id))
    connection.execute(delete(answers).where(answers.c.id == row_id))


def _hidden_id(vault: Vault, asker: Asker, message_id: str) -> str:
    return vault.blind(HIDE, asker.platform, asker.user, message_id)


def _keep(connection: Connection, vault: Vault, row_id: str, sealed: str) -> None:
    record, wrapped = vault.ring.new_record_key(_TABLE, row_id)
    values = {"key_id": wrapped.key_id, "wrapped_key": wrapped.wrapped}
    connection.execute(
        insert(answers).values(id=row_id, sealed_answer=record.seal("sealed_answer", sealed), **values)
    )


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
