"""What a logical message is, and which rows of the outbox tell the same recipient of the same matter."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_

from bot.domain.notices import NoticeKey, Recipient
from bot.storage.schema import outbox


@dataclass(frozen=True)
class Notice:
    """A logical message: its key (the same key is the same message), what it is, and for whom.

    `report_id` is "" for what is about no report.
    """

    key: NoticeKey
    report_id: str
    kind: str
    recipient: Recipient


def of_the_same(notice: Notice) -> ColumnElement[bool]:
    """What is owed to the same recipient of the same report; else the same message, whichever way it goes."""
    if notice.report_id:
        return and_(outbox.c.report_id == notice.report_id, outbox.c.recipient == notice.recipient)
    key = notice.key
    return or_(outbox.c.key == str(key.first), outbox.c.key.startswith(key.every_other))
