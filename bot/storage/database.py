"""One engine, checked at start: the pragmas that keep a commit through a power cut, and one writer.

SQLite: WAL with synchronous=FULL where the WAL-reset bug is mended (3.51.3), else DELETE with EXTRA;
every transaction begins IMMEDIATE on the one connection, so that no reader ever holds a writer up.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError

_WAL_RESET_MENDED = (3, 51, 3)
_BUSY_MS = 2000
_WAIT_S = 2.4


# The floors above hand a transaction on without knowing SQLAlchemy.
Transaction = Connection


class StorageUnavailable(Exception):
    """The database did not take it: nothing of this transaction is stored."""


class StorageFault(Exception):
    """The database is not safe to run on. The text says what is wrong and what to do."""


class Database:
    """Transactions on one database."""

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        if self.url.get_backend_name() != "sqlite":
            raise StorageFault("DATABASE_URL: only SQLite (sqlite:///path) is supported so far.")
        _make_folder(self.url.database)
        self.engine = _sqlite_engine(url)

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """One transaction: committed at the end, rolled back on any exception.

        Raises StorageUnavailable where the database is locked, full, away or broken. A row that is
        there already (IntegrityError) is the caller's to know, and passes through.
        """
        try:
            with self.engine.begin() as connection:
                yield connection
        except IntegrityError:
            raise
        except SQLAlchemyError as error:
            raise StorageUnavailable(_reason(error)) from error

    def check(self) -> None:
        """Raise StorageFault unless the durable settings are really in force."""
        try:
            with self.engine.connect() as connection:
                found = {name: _pragma(connection, name) for name in ("journal_mode", "synchronous")}
                state = _pragma(connection, "quick_check(1)")
        except SQLAlchemyError as error:
            raise StorageFault(f"The database cannot be opened: {_reason(error)}.") from error
        if (found["journal_mode"], int(found["synchronous"])) != _durable():
            raise StorageFault(f"SQLite refuses the durable settings (it has {found}): use a local disk.")
        if state != "ok":
            raise StorageFault(f"The database file is damaged ({state}): restore the latest backup.")

    def close(self) -> None:
        """Give the connection back."""
        self.engine.dispose()


def _make_folder(path: str | None) -> None:
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)


def _sqlite_engine(url: str) -> Engine:
    engine = create_engine(
        url,
        pool_size=1,
        max_overflow=0,
        pool_timeout=_WAIT_S,
        connect_args={"check_same_thread": False, "timeout": _BUSY_MS / 1000},
    )
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _durable() -> tuple[str, int]:
    return ("wal", 2) if sqlite3.sqlite_version_info >= _WAL_RESET_MENDED else ("delete", 3)


def _on_connect(connection: Any, _record: Any) -> None:
    # SQLAlchemy says BEGIN itself, below: the driver must not.
    connection.isolation_level = None
    cursor = connection.cursor()
    journal, synchronous = _durable()
    cursor.execute(f"PRAGMA journal_mode={journal}")
    cursor.execute(f"PRAGMA synchronous={synchronous}")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA secure_delete=ON")
    cursor.close()


def _on_begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _pragma(connection: Connection, name: str) -> Any:
    return connection.exec_driver_sql(f"PRAGMA {name}").scalar()


def _reason(error: SQLAlchemyError) -> str:
    # Never str(error): it repeats the statement's parameters.
    return str(error.orig) if isinstance(error, DBAPIError) else type(error).__name__
