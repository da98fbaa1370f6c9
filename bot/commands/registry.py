"""What commands share: the command line, faults as lines with a cure, the opened database."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from bot.app import clock
from bot.content.documents import DataFaults
from bot.settings import Settings, SettingsFaults, read_settings
from bot.storage import audit, migrate
from bot.storage.audit import AuditEntry
from bot.storage.crypto import KeyFault
from bot.storage.database import Database, StorageFault, StorageUnavailable
from bot.storage.vault import Vault, open_vault

JsonOption = Annotated[bool, typer.Option("--json", help="One line of JSON for each.")]

cli = typer.Typer(
    help="Signpost: answers from the policy with the exact clause, and reports that are never lost.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_FAULTS = (SettingsFaults, DataFaults, StorageFault, StorageUnavailable, KeyFault)


def command(name: str, group: typer.Typer = cli) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A command whose faults are shown as lines that say what to do, never as a traceback."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(function)
        def run(*args: Any, **kwargs: Any) -> None:
            try:
                function(*args, **kwargs)
            except _FAULTS as fault:
                typer.echo(str(fault), err=True)
                raise typer.Exit(1) from None

        group.command(name)(run)
        return run

    return register


@dataclass(frozen=True)
class Opened:
    """What such a command works with."""

    settings: Settings
    database: Database
    vault: Vault

    def record(self, action: str, **detail: str) -> None:
        """Put into the audit what was done from the command line."""
        with self.database.transaction() as tx:
            audit.record(tx, self.vault, AuditEntry(clock(), audit.HOST, "", action, detail=detail))


@contextmanager
def opened() -> Iterator[Opened]:
    """Open the database at its newest schema. Raises a fault that says what to do."""
    settings = read_settings()
    database = Database(settings.database_url)
    try:
        database.check()
        migrate.upgrade(database)
        with database.transaction() as tx:
            vault = open_vault(tx, settings.ring)
        yield Opened(settings, database, vault)
    finally:
        database.close()
