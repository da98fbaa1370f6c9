"""One engine, checked at start: SQLite for one process, PostgreSQL for any number of them."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout
from sqlalchemy import URL, Connection
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, SQLAlchemyError

from bot.domain.faults import ToldFault
from bot.storage import audit, postgres, sqlite
from bot.storage.postgres import Listener

# The floors above hand a transaction on without knowing SQLAlchemy.
Transaction = Connection
# A row that is there already: somebody else was first.
Collision = IntegrityError

# A report is some 50 kB with all that it owes; its pages are written twice, to the journal and to the file.
_A_REPORT = 512 * 1024
_KINDS = {"sqlite": sqlite, "postgresql": postgres}


class StorageUnavailable(ToldFault):
    """The database did not take it: nothing of this transaction is stored.

    One exception: where the connection is cut in the middle of COMMIT, nobody knows; a caller that tries
    again under the same key finds it, if it was taken.
    """


class StorageFault(ToldFault):
    """The database is not safe to run on. The text says what is wrong and what to do."""


@contextmanager
def apart(tx: Transaction) -> Iterator[None]:
    """A part of a transaction that is undone by itself where it raises; the rest stands.

    Raises StorageUnavailable like a transaction: then the whole should be tried again.
    """
    number = audit.recorded(tx)
    try:
        with tx.begin_nested():
            yield
    except BaseException as error:
        audit.forget_from(tx, number)
        if isinstance(error, SQLAlchemyError) and not isinstance(error, IntegrityError):
            raise StorageUnavailable(_reason(error)) from error
        raise


class Database:
    """Transactions on one database. Raises StorageFault where its address is none."""

    def __init__(self, url: str) -> None:
        self.url = _read(url)
        self._kind = _KINDS[self.url.get_backend_name()]
        try:
            self.engine = self._kind.make_engine(self.url)
        except OSError as error:
            raise _folder_fault(self.url.database, error) from None

    @property
    def is_shared(self) -> bool:
        """Whether several processes may serve from it at once."""
        return self._kind is postgres

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """One transaction: committed at the end, rolled back on any exception.

        Raises StorageUnavailable where the database is locked, full, away or broken. A row that is
        there already (Collision) is the caller's to know, and passes through.
        """
        try:
            with self.engine.begin() as connection:
                audit.forget_pending(connection)
                yield connection
                audit.write_pending(connection)
        except IntegrityError:
            raise
        except SQLAlchemyError as error:
            raise StorageUnavailable(_reason(error)) from error

    def check(self) -> None:
        """Raise StorageFault unless the durable settings are really in force."""
        try:
            with self.engine.connect() as connection:
                faults = self._kind.faults(connection)
        except SQLAlchemyError as error:
            raise StorageFault(
                f"The database cannot be opened: {_reason(error)}. DATABASE_URL says where it is."
            ) from error
        if faults:
            raise StorageFault("\n".join(faults))

    def now(self) -> datetime:
        """The time that all processes share, on a database that is shared."""
        with self.transaction() as tx:
            return postgres.now(tx)

    @property
    def is_full(self) -> bool:
        """Whether the disk of its file has no room for a report: a small write may pass all the same."""
        path = file_of(self.url.render_as_string(hide_password=False))
        return path is not None and shutil.disk_usage(path.resolve().parent).free < _A_REPORT

    def listener(self) -> Listener | None:
        """What hears of other processes' commits; None where there are no other processes."""
        return Listener(self.url) if self.is_shared else None

    def backup(self, target: Path) -> None:
        """Copy the whole database to a file, while others write. Raises StorageFault with what to do."""
        if self.is_shared:
            raise StorageFault(
                "PostgreSQL is backed up with its own tool (docs/databases.md):\n  "
                f'pg_dump --format=custom --file="{target}" "{_for_tools(self.url)}"'
            )
        source = self.url.database or ""
        try:
            if not Path(source).is_file():
                raise FileNotFoundError(f"there is no database at {source}")
            sqlite.copy(source, target)
        except (OSError, sqlite3.Error) as error:
            # Of the system's own faults the words: what comes before them is a number.
            why = error.strerror if isinstance(error, OSError) and error.strerror else error
            raise StorageFault(f"No backup was made at {target}: {why}.") from error

    def overwrite_deleted(self) -> str:
        """Leave nothing of what was deleted in the database's own files; says what was done, or was not."""
        try:
            return str(self._kind.overwrite_deleted(self.engine))
        except (SQLAlchemyError, sqlite3.Error) as error:
            why = type(error).__name__
            return f"What was deleted is not yet overwritten ({why}): purge again when less is going on."

    def leave_no_trace(self) -> None:
        """Let no deleted row live on in the database's journal. Raises StorageUnavailable."""
        try:
            self._kind.leave_no_trace(self.engine)
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise StorageUnavailable(type(error).__name__) from error

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()


def file_of(url: str) -> Path | None:
    """The file of a DATABASE_URL; None where it is a server, in memory, or no such URL."""
    try:
        found = _read(url)
    except StorageFault:
        return None
    is_file = _KINDS[found.get_backend_name()] is sqlite and found.database not in (None, "", ":memory:")
    return Path(found.database or "") if is_file else None


@contextmanager
def served_alone(url: str) -> Iterator[None]:
    """Keep every other process from serving from the same file, until the end or the death of this one.

    Raises StorageFault where another one does. A database that can be shared is nobody's alone.
    """
    if (path := file_of(url)) is None:
        yield
        return
    lock = FileLock(f"{path.resolve()}.serving", timeout=0)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire()
    except Timeout:
        raise StorageFault(
            f"DATABASE_URL: another Signpost serves from {path}, and two would send everything twice: end"
            " that one, or give this one a file of its own."
        ) from None
    except OSError as error:
        raise _folder_fault(path, error) from None
    try:
        yield
    finally:
        lock.release()


def _folder_fault(path: object, error: OSError) -> StorageFault:
    return StorageFault(
        f"DATABASE_URL: the folder of {path} cannot be made or written to ({error.strerror}): let this user"
        " write there, or give another one."
    )


def may_be_shared(url: str) -> bool:
    """Whether a DATABASE_URL names one for several processes. Raises StorageFault on a wrong one."""
    return _KINDS[_read(url).get_backend_name()] is postgres


def _read(text: str) -> URL:
    forms = "DATABASE_URL: sqlite:///path, or postgresql+psycopg://user:password@host/database."
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise StorageFault(forms) from None
    backend = url.get_backend_name()
    if backend in ("postgresql", "postgres"):
        # As hosting platforms write it, without the driver.
        return url.set(drivername="postgresql+psycopg")
    if url.drivername not in ("sqlite", "sqlite+pysqlite"):
        raise StorageFault(forms)
    return url


def _for_tools(url: URL) -> str:
    # PostgreSQL's own tools ask for the password, or find it in ~/.pgpass: it stands in no command.
    return url._replace(drivername="postgresql", password=None).render_as_string()


def _reason(error: SQLAlchemyError) -> str:
    # Never str(error), which repeats the statement; and of what PostgreSQL answers to a statement only
    # the kind, since its text repeats values.
    if not isinstance(error, DBAPIError):
        return type(error).__name__
    state = getattr(error.orig, "sqlstate", None)
    return f"{type(error.orig).__name__} ({state})" if state else " ".join(str(error.orig).split())
