"""SQLite: one process, one connection, and the pragmas that keep a commit through a power cut.

WAL with synchronous=FULL where the WAL-reset bug is mended (3.51.3), else DELETE with EXTRA; every
transaction begins IMMEDIATE on the one connection, so that no reader ever holds a writer up.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError

# How every transaction begins.
BEGIN = "BEGIN IMMEDIATE"
_WAL_RESET_MENDED = (3, 51, 3)
_BUSY_MS = 2000
_FILE = "file"
_WAIT_S = 2.4


def make_engine(url: URL) -> Engine:
    """An engine whose every connection has the durable settings; its file's folder is made."""
    _make_folder(url.database)
    engine = create_engine(
        url,
        pool_size=1,
        max_overflow=0,
        pool_timeout=_WAIT_S,
        hide_parameters=True,
        connect_args={"check_same_thread": False, "timeout": _BUSY_MS / 1000},
    )
    event.listen(engine, "connect", _on_connect)
    event.listen(engine, "begin", _on_begin)
    return engine


def _make_folder(path: str | None) -> None:
    if path and path != ":memory:":
        Path(path).parent.mkdir(parents=True, exist_ok=True)


def faults(connection: Connection) -> list[str]:
    """What makes this database unsafe to run on, and what to do."""
    found = {name: _pragma(connection, name) for name in ("journal_mode", "synchronous")}
    state = _pragma(connection, "quick_check(1)")
    wrong = []
    if (found["journal_mode"], int(found["synchronous"])) != _durable(sqlite3.sqlite_version_info):
        wrong.append(f"SQLite refuses the durable settings (it has {found}): use a local disk.")
    if state != "ok":
        wrong.append(f"The database file is damaged ({state}): restore the latest backup.")
    return wrong


def copy(source: str, target: Path) -> None:
    """A whole copy of the database file, taken while others go on writing; readable by its owner alone.

    Writers wait while it is read, which takes a second a gigabyte. Raises FileExistsError where `target`
    is there already, sqlite3.Error or OSError where it cannot be made; then nothing is left behind.
    """
    if target.exists():
        raise FileExistsError(f"{target} is there already")
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        _copy_into(source, unfinished)
        # A link, not a rename: a file that came to be there meanwhile is not overwritten.
        os.link(unfinished, target)
        _settle(target.parent)
    finally:
        unfinished.unlink()


def _copy_into(source: str, target: Path) -> None:
    with closing(_reader(source)) as reading, closing(sqlite3.connect(target)) as writing:
        # Not durable while it is written: a slow disk must not delay reports meanwhile.
        writing.execute("PRAGMA synchronous=OFF")
        reading.backup(writing)
        if (state := writing.execute("PRAGMA quick_check(1)").fetchone()[0]) != "ok":
            raise sqlite3.DatabaseError(f"the copy is damaged: {state}")
    _settle(target)


def _reader(source: str) -> sqlite3.Connection:
    return sqlite3.connect(f"{Path(source).resolve().as_uri()}?mode=rw", uri=True, timeout=_BUSY_MS / 1000)


def _settle(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def first_statements(version: tuple[int, ...]) -> tuple[str, ...]:
    """What each connection begins with, on this version of SQLite, so that a commit outlives a power cut."""
    journal, synchronous = _durable(version)
    return (
        f"PRAGMA journal_mode={journal}",
        f"PRAGMA synchronous={synchronous}",
        "PRAGMA foreign_keys=ON",
        "PRAGMA secure_delete=ON",
        # What a checkpoint has emptied is cut off with the next write: see `leave_no_trace`.
        "PRAGMA journal_size_limit=0",
    )


def leave_no_trace(engine: Engine) -> None:
    """Bring what the WAL holds into the file, waiting for nobody: deleted rows do not live on in it.

    Without a WAL there is nothing to do.
    """
    raw = engine.raw_connection()
    try:
        raw.cursor().execute("PRAGMA wal_checkpoint(PASSIVE)").close()
    finally:
        raw.close()


def overwrite_deleted(engine: Engine) -> str:
    """Rewrite the file without what was deleted (`secure_delete` has zeroed it), and empty the WAL."""
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("VACUUM")
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.close()
    finally:
        raw.close()
    return "What was deleted is overwritten in the database file and its journal."


def _durable(version: tuple[int, ...]) -> tuple[str, int]:
    return ("wal", 2) if version >= _WAL_RESET_MENDED else ("delete", 3)


def _on_connect(connection: Any, record: Any) -> None:
    # SQLAlchemy says BEGIN itself, below: the driver must not.
    connection.isolation_level = None
    cursor = connection.cursor()
    for statement in first_statements(sqlite3.sqlite_version_info):
        cursor.execute(statement)
    path = cursor.execute("PRAGMA database_list").fetchone()[2]
    cursor.close()
    record.info[_FILE] = path, _identity(path)


def _identity(path: str) -> tuple[int, int] | None:
    """What tells this file from every other, whatever its name; None where there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _on_begin(connection: Connection) -> None:
    path, opened = connection.info[_FILE]
    if _identity(path) != opened:
        # What is written would be in a file that nobody finds any more.
        moved = sqlite3.OperationalError("the database file was moved or replaced: start Signpost again")
        raise OperationalError(BEGIN, None, moved)
    connection.exec_driver_sql(BEGIN)


def _pragma(connection: Connection, name: str) -> Any:
    return connection.exec_driver_sql(f"PRAGMA {name}").scalar()
