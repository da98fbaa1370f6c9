import secrets
import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.storage import sqlite
from bot.storage.crypto import KeyRing, new_key
from bot.storage.database import Database, StorageFault, StorageUnavailable
from bot.storage.vault import open_vault
from tests.support import schema
from tests.support.desk import Desk
from tests.support.files import database_bytes


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """SQLite alone."""
    return f"sqlite:///{tmp_path / 'signpost.db'}"


def test_the_durable_pragmas_are_in_force(database: Database) -> None:
    """The database runs with settings that keep a commit through a power cut, and the check sees it."""
    database.check()
    with database.transaction() as tx:
        found = [tx.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]
        secure = tx.exec_driver_sql("PRAGMA secure_delete").scalar()
    expected = ["wal", 2] if sqlite3.sqlite_version_info >= (3, 51, 3) else ["delete", 3]
    assert found == expected
    assert secure == 1


def test_no_deleted_row_lives_on_in_the_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a write-ahead log, what was deleted is gone from all of the database's files soon after."""
    monkeypatch.setattr(sqlite, "_durable", lambda _version: ("wal", 2))
    database = Database(f"sqlite:///{tmp_path / 'signpost.db'}")
    word = "Zeisigruf" * 40
    for statement in ("CREATE TABLE t (x)", f"INSERT INTO t VALUES ('{word}')", "DELETE FROM t"):
        with database.transaction() as tx:
            tx.exec_driver_sql(statement)
    assert word in raw(tmp_path)
    for _ in range(2):
        database.leave_no_trace()
        with database.transaction() as tx:
            tx.exec_driver_sql("INSERT INTO t VALUES (1)")
    assert word not in raw(tmp_path)
    database.close()


def raw(folder: Path) -> str:
    return database_bytes(folder).decode("latin-1")


def test_what_is_remembered_stands_in_no_order(database: Database) -> None:
    """No row number says in which order events came and reports were sent."""
    for table in ("seen_events", "submission_keys", "teams_references"):
        with pytest.raises(StorageUnavailable, match="rowid"), database.transaction() as tx:
            tx.exec_driver_sql(f"SELECT rowid FROM {table}")


def test_check_refuses_weak_pragmas(database: Database) -> None:
    """A database whose commits could be lost is refused, with what to do."""
    with database.engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA synchronous=OFF")
    with pytest.raises(StorageFault, match="durable settings"):
        database.check()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """A file that is not a database is a fault in words, not a traceback."""
    path = tmp_path / "signpost.db"
    path.write_text("this is not a database, however long it may be made to be for the header" * 20)
    with pytest.raises(StorageFault, match="cannot be opened"):
        Database(f"sqlite:///{path}").check()


def test_a_locked_database_is_unavailable_in_time(database: Database, tmp_path: Path) -> None:
    """Where another process holds the lock, the transaction fails within the time that a platform waits."""
    other = sqlite3.connect(tmp_path / "signpost.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageUnavailable), database.transaction():
        pass
    other.close()


def test_a_backup_opens_with_the_keys(tmp_path: Path) -> None:
    """A backup, put in the place of the lost file, opens the report again; its copy is its owner's alone."""
    desk = Desk.open(tmp_path)
    reference = desk.report("ana", kind="colleague").reference
    desk.press("farid", "case.acknowledge", reference)
    backup = tmp_path / "backups" / "monday.db"
    backup.parent.mkdir()
    desk.product.database.backup(backup)
    assert backup.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in backup.parent.iterdir()] == ["monday.db"]
    desk.close()
    (tmp_path / "signpost.db").write_bytes(backup.read_bytes())
    again = Desk.open(tmp_path)
    assert "Reporter: Ana" in again.press("farid", "case.details", reference)
    again.close()


def test_a_backup_shows_nothing_without_the_keys(tmp_path: Path, ring: KeyRing) -> None:
    """Anybody who has a backup and not its keys reads no word, and Signpost does not start on it."""
    desk = Desk.open(tmp_path)
    desk.report("ana", kind="colleague", story="What I saw that day")
    desk.product.database.backup(tmp_path / "stolen.db")
    desk.close()
    assert b"What I saw" not in (tmp_path / "stolen.db").read_bytes()
    stolen = Database(f"sqlite:///{tmp_path / 'stolen.db'}")
    other = KeyRing.parse(new_key("2026-12", secrets.token_bytes), secrets.token_bytes)
    with pytest.raises(Exception, match=r"Put each back"), stolen.transaction() as tx:
        open_vault(tx, other)
    stolen.close()


def test_a_backup_is_whole_while_others_write(database: Database, tmp_path: Path) -> None:
    """A backup made in the middle of many commits is in order, and holds up none of them for long."""
    done, refused = threading.Event(), []

    def write() -> None:
        number = 0
        while not done.is_set():
            number += 1
            try:
                with database.transaction() as tx:
                    values = {"name": str(number), "at": "2026-01-01 00:00:00"}
                    tx.execute(text("INSERT INTO heartbeats (name, at) VALUES (:name, :at)"), values)
            except StorageUnavailable as fault:
                refused.append(fault)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for number in range(3):
            database.backup(tmp_path / f"{number}.db")
    finally:
        done.set()
        writer.join()
    assert refused == []
    for number in range(3):
        copy = Database(f"sqlite:///{tmp_path / f'{number}.db'}")
        copy.check()
        assert schema.is_current(copy)
        copy.close()


def test_a_backup_overwrites_nothing(database: Database, tmp_path: Path) -> None:
    """Where there is a file already, or no folder, or no database, it says so and leaves no half copy."""
    there = tmp_path / "there.db"
    there.write_text("the backup of last week")
    with pytest.raises(StorageFault, match="there already"):
        database.backup(there)
    assert there.read_text() == "the backup of last week"
    with pytest.raises(StorageFault, match="No backup was made"):
        database.backup(tmp_path / "nowhere" / "backup.db")
    with pytest.raises(StorageFault, match="there is no database"):
        Database(f"sqlite:///{tmp_path / 'none' / 'x.db'}").backup(tmp_path / "backup.db")
    assert not list(tmp_path.glob(".*"))
