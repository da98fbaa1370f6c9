"""Rows that may be there already, and rows that fall due: two transactions may meet at both."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Row, Table, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.base import Executable

# Statements are built once, and values go beside them: to build one and to look at each value in it, in
# order to find its compiled text, takes longer than a database does to run it.
_COUNTED = {"preserve_rowcount": True}


@cache
def _into(dialect: str, table: Table) -> postgresql.Insert | sqlite.Insert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)


@cache
def _new(dialect: str, table: Table) -> Executable:
    return _into(dialect, table).inline().on_conflict_do_nothing()


@cache
def _read(dialect: str, table: Table, unique: str) -> Any:
    statement = _into(dialect, table).on_conflict_do_nothing(index_elements=[unique])
    return statement.returning(*table.c)


@cache
def _over(dialect: str, table: Table, names: tuple[str, ...]) -> Executable:
    statement = _into(dialect, table).inline()
    keys = [column.name for column in table.primary_key]
    over = {name: statement.excluded[name] for name in names if name not in keys}
    return statement.on_conflict_do_update(index_elements=keys, set_=over)


def insert_new(connection: Connection, table: Table, **values: Any) -> bool:
    """Insert a row. False where one with its key is there, also one that is being inserted just now."""
    statement = _new(connection.dialect.name, table)
    return connection.execute(statement, values, execution_options=_COUNTED).rowcount == 1


def insert_all_new(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert these rows in one go; those whose key is there already, also of one another, are passed by."""
    if rows:
        connection.execute(_new(connection.dialect.name, table), rows)


def insert_and_read(connection: Connection, table: Table, unique: str, **values: Any) -> Row[Any] | None:
    """Insert a row and read it as it is stored. None where another row has the same `unique` value."""
    return connection.execute(_read(connection.dialect.name, table, unique), values).one_or_none()


def put(connection: Connection, table: Table, **values: Any) -> None:
    """Insert a row, or write over the one with the same primary key."""
    connection.execute(_over(connection.dialect.name, table, tuple(values)), values)


def due_ids(connection: Connection, table: Table, now: datetime) -> tuple[str, ...]:
    """The ids of the rows of this table whose `remind_at` has come, the longest overdue first."""
    query = select(table.c.id).where(table.c.remind_at <= now).order_by(table.c.remind_at)
    return tuple(str(row.id) for row in connection.execute(query))


def due_row(connection: Connection, table: Table, row_id: str, now: datetime) -> Row[Any] | None:
    """Lock and return this row if it is still due; None where it is not, or somebody else has it locked."""
    query = select(table).where(table.c.id == row_id, table.c.remind_at <= now)
    return connection.execute(query.with_for_update(key_share=True, skip_locked=True)).one_or_none()
