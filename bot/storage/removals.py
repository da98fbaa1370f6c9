"""What is to be taken away of a report: the lines under its card, and where the card stood."""

from __future__ import annotations

from sqlalchemy import Connection, delete, select

from bot.storage.schema import outbox, posted


def line_keys(connection: Connection, report_id: str, recipient: str) -> tuple[str, ...]:
    """The keys of the lines that may stand under this recipient's card, oldest first."""
    tried = (
        (outbox.c.report_id == report_id)
        & (outbox.c.recipient == recipient)
        & (outbox.c.kind == "line")
        & (outbox.c.attempts > 0)
    )
    query = select(outbox.c.key).where(tried).order_by(outbox.c.created_at, outbox.c.key)
    return tuple(str(row.key) for row in connection.execute(query))


def forget_card(connection: Connection, report_id: str, recipient: str) -> None:
    """This recipient has no card of the report any more."""
    here = (posted.c.report_id == report_id) & (posted.c.recipient == recipient)
    connection.execute(delete(posted).where(here))
