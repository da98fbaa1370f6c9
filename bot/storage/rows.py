"""Rows that may be there already: what two transactions may write at the same moment."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def _into(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def insert_new(connection: Connection, table: Table, **values: Any) -> bool:
    """Insert a row. False where one with its key is there, also one that is being inserted just now."""
    statement = _into(connection, table).values(**values).inline()
    count = {"preserve_rowcount": True}
    return connection.execute(statement.on_conflict_do_nothing(), execution_options=count).rowcount == 1


def put(connection: Connection, table: Table, **values: Any) -> None:
    """Insert a row, or write over the one with the same primary key."""
    statement = _into(connection, table).values(**values).inline()
    keys = [column.name for column in table.primary_key]
    over = {name: statement.excluded[name] for name in values if name not in keys}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=over))
