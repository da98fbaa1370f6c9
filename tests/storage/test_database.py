import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from bot.storage import migrate
from bot.storage.database import Database, StorageFault, StorageUnavailable
from bot.storage.schema import metadata


def test_the_durable_pragmas_are_in_force(database: Database) -> None:
    """The database runs with settings that keep a commit through a power cut, and the check sees it."""
    database.check()
    with database.transaction() as tx:
        found = [tx.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]
        secure = tx.exec_driver_sql("PRAGMA secure_delete").scalar()
    expected = ["wal", 2] if sqlite3.sqlite_version_info >= (3, 51, 3) else ["delete", 3]
    assert found == expected
    assert secure == 1


def test_check_refuses_weak_pragmas(database: Database) -> None:
    """A database whose commits could be lost is refused, with what to do."""
    with database.engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA synchronous=OFF")  # type: ignore[union-attr]
    with pytest.raises(StorageFault, match="durable settings"):
        database.check()


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    """A file that is not a database is a fault in words, not a traceback."""
    path = tmp_path / "signpost.db"
    path.write_text("this is not a database, however long it may be made to be for the header" * 20)
    with pytest.raises(StorageFault, match="cannot be opened"):
        Database(f"sqlite:///{path}").check()


def test_other_databases_are_refused() -> None:
    """A database that Signpost cannot run on is refused with the form that it takes."""
    with pytest.raises(StorageFault, match="DATABASE_URL"):
        Database("mysql://localhost/x")


def test_an_exception_rolls_everything_back(database: Database) -> None:
    """Nothing of a transaction is stored where its block raises."""
    with pytest.raises(RuntimeError), database.transaction() as tx:
        tx.execute(text("INSERT INTO heartbeats (name, at) VALUES ('w', '2026-01-01')"))
        raise RuntimeError
    with database.transaction() as tx:
        assert tx.execute(text("SELECT count(*) FROM heartbeats")).scalar() == 0


def test_a_locked_database_is_unavailable_in_time(database: Database, tmp_path: Path) -> None:
    """Where another process holds the lock, the transaction fails within the time that a platform waits."""
    other = sqlite3.connect(tmp_path / "signpost.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageUnavailable), database.transaction():
        pass
    other.close()


def test_the_fault_never_repeats_what_was_stored(database: Database) -> None:
    """The text of a storage fault holds no parameter of the statement."""
    with pytest.raises(StorageUnavailable) as fault, database.transaction() as tx:
        tx.execute(text("INSERT INTO nowhere (x) VALUES (:x)"), {"x": "a secret"})
    assert "a secret" not in str(fault.value)


def test_a_row_twice_is_the_callers_to_know(database: Database) -> None:
    """A uniqueness fault is not taken for an outage."""
    insert = text("INSERT INTO heartbeats (name, at) VALUES ('w', '2026-01-01')")
    with pytest.raises(IntegrityError), database.transaction() as tx:
        tx.execute(insert)
        tx.execute(insert)


def test_migrations_make_the_tables_of_the_schema(database: Database) -> None:
    """The migrations and the schema in the code agree, table by table and column by column."""
    inspector = inspect(database.engine)
    found = {
        table: {column["name"] for column in inspector.get_columns(table)}
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }
    assert found == {table.name: set(table.columns.keys()) for table in metadata.sorted_tables}


def test_migrations_go_down_and_up_again(database: Database) -> None:
    """The newest schema can be left and reached again, and the database says which it has."""
    assert migrate.is_current(database)
    migrate.downgrade(database, "base")
    assert not migrate.is_current(database)
    migrate.upgrade(database)
    assert migrate.is_current(database)
