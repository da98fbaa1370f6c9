"""The opened database, for the commands that work on it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from bot.app import clock
from bot.settings import Settings, read_settings
from bot.storage import audit, migrate
from bot.storage.audit import AuditEntry
from bot.storage.database import Database
from bot.storage.vault import Vault, open_vault


@dataclass(frozen=True)
class OpenedProduct:
    """What such a command works with."""

    settings: Settings
    database: Database
    vault: Vault

    def record(self, action: str, **detail: str) -> None:
        """Put into the audit what was done from the command line."""
        with self.database.transaction() as tx:
            audit.record(tx, self.vault, AuditEntry(clock(), audit.HOST, "", action, detail=detail))


@contextmanager
def opened() -> Iterator[OpenedProduct]:
    """Open the database at its newest schema. Raises a fault that says what to do."""
    settings = read_settings()
    database = Database(settings.database_url)
    try:
        database.check()
        migrate.upgrade(database)
        with database.transaction() as tx:
            vault = open_vault(tx, settings.ring)
        yield OpenedProduct(settings, database, vault)
    finally:
        database.close()
