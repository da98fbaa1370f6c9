"""Alembic, run from the program: up to the newest schema, and whether the database has it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from bot.storage.database import Database
from bot.storage.postgres import alone, be_patient

_FOLDER = Path(__file__).parent / "migrations"


def upgrade(database: Database, revision: str = "head") -> None:
    """Bring the database to `revision`, in one transaction; of two processes at once, one waits."""
    with _migrating(database) as connection:
        command.upgrade(_config(connection), revision)


def downgrade(database: Database, revision: str) -> None:
    """Take the database back to `revision`, in one transaction."""
    with _migrating(database) as connection:
        command.downgrade(_config(connection), revision)


def is_current(database: Database) -> bool:
    """Whether the database has the newest schema."""
    with database.transaction() as connection:
        found = MigrationContext.configure(connection).get_current_revision()
        return found == ScriptDirectory.from_config(_config(connection)).get_current_head()


@contextmanager
def _migrating(database: Database) -> Iterator[Connection]:
    with database.transaction() as connection:
        be_patient(connection)
        alone(connection, "migrate")
        yield connection


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.attributes["connection"] = connection
    return config
