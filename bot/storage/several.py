"""Several reports in one transaction: looked up without being held, and held in one order by everybody."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from bot.storage.conversations import may_be_reference
from bot.storage.reports import Report, opened
from bot.storage.schema import reports
from bot.storage.vault import Vault

OLDEST_FIRST = (reports.c.received_at, reports.c.id)


def look_up(connection: Connection, vault: Vault, reference: str) -> Report | None:
    """The report of a reference, or None, for whoever only reads it: others may change it meanwhile."""
    if not may_be_reference(reference):
        return None
    query = select(reports).where(reports.c.reference == reference, reports.c.wrapped_key != b"")
    row = connection.execute(query).one_or_none()
    return None if row is None else opened(vault, row)


def hold_in_order(connection: Connection, ids: Collection[str]) -> None:
    """Hold several reports, the oldest first, as everybody does who changes more than one.

    Whoever came to them in another order and somebody else would each wait for what the other one holds.
    """
    wanted = select(reports.c.id).where(reports.c.id.in_(ids)).order_by(*OLDEST_FIRST)
    connection.execute(wanted.with_for_update(key_share=True)).all()
