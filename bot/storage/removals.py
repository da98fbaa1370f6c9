"""What was posted of a report, so that it can be taken away again: every message, not the card alone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from bot.domain.notices import FLT_CHANNEL, NoticeKey, Recipient
from bot.storage.drawings import REDRAW
from bot.storage.outbox import Notice, enqueue
from bot.storage.schema import outbox, posted, reports


@dataclass(frozen=True)
class Stood:
    """A message that stands somewhere, or may: its kind, and the platform's id ("" where none was told).

    `platform` is the one that it was last tried on, where that is known.
    """

    key: NoticeKey
    kind: str
    message_id: str
    platform: str


def remember_place(connection: Connection, row_id: str, platform: str, message_id: str) -> None:
    """Where this row's message stands."""
    place = {"platform": platform, "message_id": message_id}
    connection.execute(update(outbox).where(outbox.c.id == row_id).values(**place))


def owe_look(
    connection: Connection, row_id: str, notice: Notice, now: datetime, platform: str, message_id: str
) -> None:
    """Any other message of this one is to be taken away; this one stands there on the platform."""
    if enqueue(connection, row_id, notice, now):
        remember_place(connection, row_id, platform, message_id)


def other_messages(connection: Connection, report_id: str, recipient: Recipient) -> tuple[Stood, ...]:
    """What the recipient was sent of the report beside its card, or may have been sent."""
    here = (outbox.c.report_id == report_id) & (outbox.c.recipient == recipient)
    kinds = outbox.c.kind.not_in(("card", "gone", "double", REDRAW))
    query = select(outbox).where(here, kinds, outbox.c.attempts > 0).order_by(outbox.c.created_at)
    return tuple(_stood(row) for row in connection.execute(query))


def is_outdated(connection: Connection, reference: str, platform: str, message_id: str) -> bool:
    """Whether the FLT's card of this case stands on the platform under another id, and no card under this."""
    flt = (posted.c.recipient == FLT_CHANNEL) & (posted.c.platform == platform)
    theirs = select(posted.c.message_id).join(reports, reports.c.id == posted.c.report_id)
    known = connection.execute(theirs.where(flt, reports.c.reference == reference)).first()
    here = connection.execute(select(posted.c.report_id).where(posted.c.message_id == message_id)).first()
    return known is not None and known.message_id != message_id and here is None


def stood(connection: Connection, key: NoticeKey) -> Stood | None:
    """The message of this key, or None."""
    row = connection.execute(select(outbox).where(outbox.c.key == str(key))).one_or_none()
    return None if row is None else _stood(row)


def placed(connection: Connection, key: NoticeKey) -> Stood | None:
    """Where the message of this key stands, whichever way it went; None where that is not known."""
    same = (outbox.c.key == str(key)) | outbox.c.key.startswith(key.every_other, autoescape=True)
    row = connection.execute(select(outbox).where(same, outbox.c.message_id != "").limit(1)).first()
    return None if row is None else _stood(row)


def _stood(row: Row[Any]) -> Stood:
    return Stood(NoticeKey.parse(row.key), row.kind, row.message_id, row.platform)
