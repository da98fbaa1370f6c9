"""Conversations that their platform asked to leave alone for a while: no worker of any process tries them."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Select, select

from bot.domain.notices import Recipient
from bot.storage.rows import put
from bot.storage.schema import pauses

# No platform asks for more; what is further off was set by a clock that was ahead, and holds nobody up.
LONGEST = timedelta(hours=1)


def pause(connection: Connection, recipient: Recipient, until: datetime) -> None:
    """Nothing for this recipient before `until`."""
    put(connection, pauses, recipient=recipient, until=until)


def paused(now: ColumnElement[datetime], farthest: ColumnElement[datetime]) -> Select[tuple[Recipient]]:
    """The recipients who are left alone at `now`; `farthest` is LONGEST after it."""
    return select(pauses.c.recipient).where(pauses.c.until > now, pauses.c.until <= farthest)
