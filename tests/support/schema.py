"""The schema of a database, taken back and looked at: the product only ever goes forward."""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from bot.storage import migrations
from bot.storage.database import Database


def downgrade(database: Database, revision: str) -> None:
    """Take the database back to `revision`, in one transaction."""
    with database.transaction() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def is_current(database: Database) -> bool:
    """Whether the database has the newest schema."""
    with database.transaction() as connection:
        revision = MigrationContext.configure(connection).get_current_revision()
    return revision == ScriptDirectory.from_config(_config()).get_current_head()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", next(iter(migrations.__path__)))
    return config
