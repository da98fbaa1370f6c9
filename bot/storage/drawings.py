"""The cards that show what an older version put on them, and the rewriting that is owed of them."""

from __future__ import annotations

from sqlalchemy import Connection, and_, select, update

from bot.domain.cases import Stage
from bot.domain.notices import Recipient
from bot.storage.outbox import unfinished
from bot.storage.schema import outbox, posted, reports

REDRAW = "redraw"


def outdated(connection: Connection, drawing: int, limit: int) -> tuple[tuple[str, Recipient], ...]:
    """One card each of up to `limit` recipients that is of an older drawing, by the id of its report.

    Of a case that is open before that of one that is closed, the newest first. None of a recipient to whom
    such a rewriting is owed still.
    """
    waiting = select(outbox.c.recipient).where(unfinished(), outbox.c.kind == REDRAW)
    old = and_(posted.c.drawn < drawing, posted.c.recipient.not_in(waiting))
    recipients = select(posted.c.recipient).where(old).distinct().order_by(posted.c.recipient).limit(limit)
    return tuple(
        (_first(connection, drawing, recipient), recipient)
        for recipient in connection.execute(recipients).scalars().all()
    )


def _first(connection: Connection, drawing: int, recipient: Recipient) -> str:
    old = and_(posted.c.drawn < drawing, posted.c.recipient == recipient)
    query = select(posted.c.report_id).join(reports, reports.c.id == posted.c.report_id).where(old)
    closed = reports.c.stage == Stage.CLOSED.value
    return str(connection.execute(query.order_by(closed, reports.c.received_at.desc())).scalars().first())


def is_left(connection: Connection, drawing: int) -> bool:
    """Whether any card is of an older drawing, and its rewriting is not owed yet."""
    return connection.execute(select(posted.c.drawn).where(posted.c.drawn < drawing)).first() is not None


def settle(connection: Connection, report_id: str, recipient: Recipient, drawing: int) -> None:
    """This card is of that drawing, or its rewriting is owed."""
    here = and_(posted.c.report_id == report_id, posted.c.recipient == recipient)
    connection.execute(update(posted).where(here).values(drawn=drawing))
