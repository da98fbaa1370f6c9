from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import inspect, text
from sqlalchemy.exc import IntegrityError

from bot.storage import migrate
from bot.storage.crypto import KeyRing
from bot.storage.database import Database, StorageFault, StorageUnavailable
from bot.storage.schema import metadata
from bot.storage.vault import Vault, open_vault
from tests.support import schema
from tests.support.desk import Desk


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


def test_all_forms_of_a_postgres_address_are_read() -> None:
    """PostgreSQL's address is taken as hosting platforms write it, and no password is shown."""
    for form in ("postgres", "postgresql", "postgresql+psycopg"):
        database = Database(f"{form}://signpost:secret@localhost/signpost")
        assert database.is_shared
        assert database.url.render_as_string() == "postgresql+psycopg://signpost:***@localhost/signpost"


def test_going_down_and_up_keeps_the_reports(migrated_url: str) -> None:
    """The step before the newest schema and back lose no report; all the way down and up works too."""
    database = Database(migrated_url)
    desk = Desk.open(Path(), database_url=migrated_url)
    reference = desk.report("ana", kind="colleague").reference
    with database.transaction() as tx:
        # What an older schema has no place for: reminders begin with the next deadline, up again, and nobody
        # is asked whether anything has happened since. Reminders of the work count from the upgrade.
        tx.execute(text("UPDATE reports SET remind_at = due_at, check_at = NULL"))
    before = desk.dump()
    for revision in ("0002", "0001"):
        schema.downgrade(database, revision)
        assert not schema.is_current(database)
        migrate.upgrade(database)
        assert schema.is_current(database)
        with database.transaction() as tx:
            counted = tx.execute(text("SELECT work_at = work_from FROM reports")).one()
            tx.execute(text("UPDATE reports SET work_at = NULL, work_from = NULL"))
        assert counted[0]
    assert desk.dump() == before
    assert reference in desk.press("farid", "case.show", reference)
    schema.downgrade(database, "base")
    migrate.upgrade(database)
    assert schema.is_current(database)
    assert reference not in desk.dump()
    desk.close()
    database.close()


@pytest.mark.parametrize("state", ["pending", "sent"])
def test_a_line_of_an_older_version_is_taken_away(migrated_url: str, state: str) -> None:
    """Of a line in the channel that says that a report was moved, owed or posted before, nothing is left."""
    desk = Desk.open(Path(), database_url=migrated_url)
    reference = desk.report("ana", kind="colleague").reference
    desk.work()
    desk.fill("ana", "report.move", reference, to="chair", code="")
    older = (
        "UPDATE outbox SET kind = 'moved', key = 'moved:' || report_id || ':flt_channel:2', state = :state"
        " WHERE kind = 'gone' AND recipient = 'flt_channel'"
    )
    with desk.product.database.transaction() as tx:
        assert tx.execute(text(older), {"state": state}).rowcount == 1
    schema.downgrade(desk.product.database, "0014")
    migrate.upgrade(desk.product.database)
    assert len(desk.notebook.texts("flt")) == 1
    desk.work(rounds=10)
    assert desk.notebook.texts("flt") == []
    desk.close()


def test_two_processes_may_migrate_at_once(empty_url: str) -> None:
    """Of several that start on an empty database together, each finds the newest schema, made once."""
    databases = [Database(empty_url) for _ in range(4)]
    with ThreadPoolExecutor() as together:
        list(together.map(migrate.upgrade, databases))
    for database in databases:
        assert schema.is_current(database)
        database.close()


def test_the_first_two_processes_share_one_look_up_key(database_url: str, ring: KeyRing) -> None:
    """Two processes that start together on an empty database hide names in the same way."""
    databases = [Database(database_url) for _ in range(2)]
    migrate.upgrade(databases[0])

    def opened(database: Database) -> Vault:
        with database.transaction() as tx:
            return open_vault(tx, ring)

    with ThreadPoolExecutor() as together:
        one, two = together.map(opened, databases)
    assert one.index == two.index
    for database in databases:
        database.close()
