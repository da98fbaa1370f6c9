"""SQLite files at the newest schema, copied from one that is migrated once in each process."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from bot.storage import migrate
from bot.storage.database import Database

_PREFIX = "sqlite:///"


@cache
def _migrated() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "signpost.db"
        database = Database(f"{_PREFIX}{file}")
        migrate.upgrade(database)
        database.close()
        return file.read_bytes()


def make_ready(database_url: str) -> None:
    """Put the newest schema where the SQLite file of `database_url` would stand; one that is there stays."""
    # A dozen migrations for each of thousands of tests would take longer than the tests.
    file = Path(database_url.removeprefix(_PREFIX))
    if database_url.startswith(_PREFIX) and not file.exists():
        file.write_bytes(_migrated())
