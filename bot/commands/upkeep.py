"""`migrate`, `backup` and `check`: what whoever runs Signpost does beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.app import clock
from bot.checks import check_everything
from bot.commands.papers import refuse_existing
from bot.commands.registry import command
from bot.settings import Settings, read_settings
from bot.storage import migrate
from bot.storage.audit import HOST, AuditEntry, record
from bot.storage.crypto import KeyFault
from bot.storage.database import Database, StorageUnavailable
from bot.storage.vault import open_vault

GrantOption = Annotated[
    str,
    typer.Option("--grant", help="PostgreSQL: the role that Signpost serves as, which is not the owner."),
]


@command("migrate")
def migrate_command(grant: GrantOption = "") -> None:
    """Bring the database to the newest schema; with --grant, let another role serve from it."""
    settings = read_settings()
    database = Database(settings.database_url)
    try:
        database.check()
        migrate.upgrade(database)
        typer.echo("The database has the newest schema.")
        if grant:
            migrate.grant(database, grant)
            typer.echo(f"{grant} may serve from it, and may neither change nor delete a row of the audit.")
    finally:
        database.close()


@command("backup")
def backup(path: Annotated[Path, typer.Argument(help="The new file; nothing is overwritten.")]) -> None:
    """Copy the whole database to a file, while Signpost serves (SQLite; docs/databases.md)."""
    settings = read_settings()
    database = Database(settings.database_url)
    try:
        if not database.is_shared:
            refuse_existing(path)
        database.backup(path)
        _record_backup(settings, database)
    finally:
        database.close()
    typer.echo(f"The backup is in {path}. It opens with SIGNPOST_KEYS alone: keep those in another place.")


def _record_backup(settings: Settings, database: Database) -> None:
    try:
        with database.transaction() as tx:
            record(tx, open_vault(tx, settings.ring), AuditEntry(clock(), HOST, "", "backup"))
    except (KeyFault, StorageUnavailable) as fault:
        # The copy is there, and worth more than the line about it.
        typer.echo(f"The backup was made; it is not in the audit: {fault}", err=True)


@command("check")
def check() -> None:
    """Prove settings, roles, knowledge base, intents and database; say the fix for each fault."""
    failed = False
    for finding in check_everything():
        failed = failed or bool(finding.faults)
        typer.echo(f"{'FAULT' if finding.faults else 'ok':5}  {finding.part}: {finding.note}")
        for fault in finding.faults:
            typer.echo(f"       {fault}")
    if failed:
        raise typer.Exit(1)
