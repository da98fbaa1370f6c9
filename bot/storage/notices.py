"""What a logical message is, and which rows of the outbox tell the same recipient of the same matter."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_

from bot.storage.schema import outbox

# In the key of a message that goes another way than the one before it.
ELSEWHERE = ":not "


@dataclass(frozen=True)
class Notice:
    """A logical message: its key (the same key is the same message), what it is, and for whom.

    `recipient` is "flt_channel", "person:<roster id>" or "reporter". `report_id` is "" for what is about no
    report.
    """

    key: str
    report_id: str
    kind: str
    recipient: str


def of_the_same(notice: Notice) -> ColumnElement[bool]:
    """What is owed to the same recipient of the same report; else the same message, whichever way it goes."""
    if notice.report_id:
        return and_(outbox.c.report_id == notice.report_id, outbox.c.recipient == notice.recipient)
    message = notice.key.partition(ELSEWHERE)[0]
    return or_(outbox.c.key == message, outbox.c.key.startswith(message + ELSEWHERE))
