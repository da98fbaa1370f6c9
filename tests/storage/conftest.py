import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.storage import migrate
from bot.storage.crypto import KeyRing, new_key
from bot.storage.database import Database
from bot.storage.vault import Vault, open_vault


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A migrated SQLite database of its own."""
    found = Database(f"sqlite:///{tmp_path / 'signpost.db'}")
    migrate.upgrade(found)
    yield found
    found.close()


@pytest.fixture
def ring() -> KeyRing:
    """One dated key."""
    return KeyRing.parse(new_key("2026-11", secrets.token_bytes), secrets.token_bytes)


@pytest.fixture
def vault(database: Database, ring: KeyRing) -> Vault:
    """The vault of the database."""
    with database.transaction() as tx:
        return open_vault(tx, ring)
