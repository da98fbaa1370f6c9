"""What a server has kept of somebody: every table, the bytes of its files, and its log."""

from __future__ import annotations

import os
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.storage import conversations
from bot.storage.crypto import KeyRing
from bot.storage.database import Database
from bot.storage.vault import Vault, open_vault
from tests.acceptance.server import Server
from tests.support.files import contents, database_bytes

# What is kept of people and not of reports, with the column that says until or since when.
OF_PEOPLE = {
    "seen_events": "expires_at",
    "submission_keys": "expires_at",
    "sessions": "expires_at",
    "teams_references": "seen_at",
}


@dataclass(frozen=True)
class Someone:
    """A person as a channel, the roster and the product itself could know them."""

    platform: str
    user: str
    # Everything else that is theirs: names, other ids, the roster's id.
    known_as: tuple[str, ...]
    # The ids under which their acts came in.
    events: tuple[str, ...] = ()

    def computed(self, vault: Vault) -> dict[str, str]:
        """What the product could compute from who they are, under the running keys."""
        found = {
            f"{use} {name}": vault.blind(use, self.platform, name)
            for use in ("session", "reporter")
            for name in (self.user, *self.known_as)
        }
        for name in (self.user, *self.known_as):
            found[f"teams {name}"] = vault.blind("teams", f"person|{name}")
            found[f"conversation {name}"] = vault.blind("conversation", f"dm:{name}")
        return found

    def came(self, vault: Vault) -> dict[str, str]:
        """What the product could compute from the ids of their acts, where a platform's owner knew them."""
        return {event: vault.blind("event", self.platform, event) for event in self.events}


def rows(server: Server) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table."""
    with closing(sqlite3.connect(server.database, timeout=30)) as database:
        database.row_factory = sqlite3.Row
        names = [
            row["name"] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        return {name: [dict(row) for row in database.execute(f'SELECT * FROM "{name}"')] for name in names}


def columns_with(needles: Iterable[str], found: Mapping[str, list[dict[str, Any]]]) -> set[str]:
    """The columns, as table.column, in which one of the needles stands."""
    wanted = [needle.casefold() for needle in needles]
    return {
        f"{table}.{column}"
        for table, kept in found.items()
        for row in kept
        for column, value in row.items()
        if any(needle in str(value).casefold() for needle in wanted)
    }


def raw(server: Server) -> str:
    """The bytes of the database's files."""
    return database_bytes(server.folder).decode("latin-1")


def logged(server: Server) -> str:
    """All that was logged, by the server and by every chat at a terminal."""
    return "".join(path.read_text() for path in server.folder.glob("*.log"))


def left(server: Server) -> str:
    """Every file that it wrote, logs and temporary ones too, and what its processes were called with."""
    found = [held for _, held in contents(server.folder)]
    for path in Path("/proc").glob("[0-9]*"):
        # Others end meanwhile, or are not ours to look into.
        with suppress(OSError):
            if os.fsencode(server.folder) in (environment := (path / "environ").read_bytes()):
                found += [environment, (path / "cmdline").read_bytes()]
    return b"".join(found).decode("latin-1")


def values_of(found: Mapping[str, list[dict[str, Any]]], tables: Iterable[str]) -> set[str]:
    """Every value that says something: long enough to be like another one for a reason."""
    every = (value for table in tables for row in found[table] for value in row.values())
    # The dated key that wraps a record is the same for all of them.
    return {str(value) for value in every if len(str(value)) > 8} - {
        str(row["key_id"]) for rows in found.values() for row in rows if "key_id" in row
    }


@contextmanager
def opened(server: Server) -> Iterator[tuple[Database, Vault]]:
    """The server's database with the keys, as anybody who holds both could open it."""
    ring = KeyRing.parse(_keys(server), secrets.token_bytes)
    database = Database(f"sqlite:///{server.database}")
    try:
        with database.transaction() as tx:
            vault = open_vault(tx, ring)
        yield database, vault
    finally:
        database.close()


def _keys(server: Server) -> str:
    return server.environment.get("SIGNPOST_KEYS") or (server.folder / "keys").read_text()


def let_expire(server: Server, at: datetime) -> None:
    """What the worker does every few seconds, as it will be done at a later moment."""
    with opened(server) as (database, _):
        for _ in range(2):
            database.leave_no_trace()
            with database.transaction() as tx:
                conversations.forget_expired(tx, at.astimezone(UTC))
