"""Alembic, run from the program: up to the newest schema, and whether the database has it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from bot.storage.database import Database, StorageFault
from bot.storage.postgres import alone, be_patient, is_postgres

# In this order: what is given for all tables is taken back for the audit.
_GRANTS = (
    "GRANT USAGE ON SCHEMA public TO {role}",
    "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
    "REVOKE CREATE ON SCHEMA public FROM {role}",
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {role}",
    "REVOKE UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER ON audit FROM {role}",
    "REVOKE INSERT, UPDATE, DELETE ON alembic_version FROM {role}",
)
_FOLDER = Path(__file__).parent / "migrations"


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the database to `revision`, in one transaction; of two processes at once, one waits.

    Raises StorageFault where this role may not change the schema, and it is not the newest; and where a
    newer version of Signpost has made it.
    """
    with _migrating(database) as connection:
        found = _revision(connection)
        if revision == "head" and found == _head():
            return
        if found is not None and found not in _known():
            raise StorageFault(
                f"The database has the schema {found}, which a newer version of Signpost has made: install"
                " that version again, or restore the backup from before it (docs/databases.md)."
            )
        if not _may_change(connection):
            raise StorageFault(
                "The database has not the newest schema, and this role may not change it: run `python -m bot"
                " migrate --grant ROLE` with the owner's DATABASE_URL (docs/databases.md)."
            )
        command.upgrade(_config(connection), revision)


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


@cache
def _head() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


@cache
def _known() -> frozenset[str]:
    return frozenset(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())


def _may_change(connection: Connection) -> bool:
    if not is_postgres(connection):
        return True
    asked = "SELECT has_schema_privilege(current_user, current_schema(), 'CREATE')"
    return bool(connection.exec_driver_sql(asked).scalar())


def grant(database: Database, role: str) -> None:
    """Let a role that owns nothing serve from this database: it reads and writes, and only adds to the audit.

    Run as the owner, after each migration too. Raises StorageFault where there is no such role.
    """
    if not database.is_shared:
        raise StorageFault("SQLite knows no roles: --grant is for PostgreSQL (docs/databases.md).")
    with database.transaction() as connection:
        known = text("SELECT 1 FROM pg_roles WHERE rolname = :role AND NOT rolsuper")
        if connection.execute(known, {"role": role}).first() is None:
            raise StorageFault(
                f"There is no role {role!r}, or it is a superuser, whom nothing is refused. Make one first:"
                f" CREATE ROLE {role} LOGIN PASSWORD '…' (docs/databases.md)."
            )
        for statement in _GRANTS:
            connection.exec_driver_sql(statement.format(role=_quoted(connection, role)))


def _quoted(connection: Connection, role: str) -> str:
    return connection.dialect.identifier_preparer.quote(role)


@contextmanager
def _migrating(database: Database) -> Iterator[Connection]:
    with database.transaction() as connection:
        be_patient(connection)
        alone(connection, "migrate")
        yield connection


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    return config
