import secrets
from collections.abc import Iterator

import pytest

from bot.storage import migrate
from bot.storage.crypto import KeyRing, new_key
from bot.storage.database import Database
from bot.storage.vault import Vault, open_vault


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated database of its own."""
    found = Database(database_url)
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
