"""How things stand for all processes at once: the version of the roster, and whether Signpost is paused.

One short row, read at the start of each transaction: on another version a process reloads the changes.
"""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from bot.storage.rows import insert_new
from bot.storage.schema import standing

_ROW = "signpost"


def read(connection: Connection) -> tuple[int, bool]:
    """The version of the roster, from 0, and whether Signpost is paused."""
    row = connection.execute(select(standing).where(standing.c.name == _ROW)).one_or_none()
    return (0, False) if row is None else (int(row.version), bool(row.paused))


def change(connection: Connection, paused: bool | None = None) -> None:
    """A new version: every process reloads the changes. `paused` switches, None leaves it."""
    insert_new(connection, standing, name=_ROW, version=0, paused=False)
    values = {} if paused is None else {"paused": paused}
    here = update(standing).where(standing.c.name == _ROW)
    connection.execute(here.values(version=standing.c.version + 1, **values))
