"""`migrate`, `backup` and `check`: what whoever runs Signpost does beside it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.checks import check_everything
from bot.commands.registry import command
from bot.settings import read_settings
from bot.storage import migrate
from bot.storage.database import Database


@command("migrate")
def migrate_command() -> None:
    """Bring the database to the newest schema."""
    settings = read_settings()
    database = Database(settings.database_url)
    migrate.upgrade(database)
    database.close()
    typer.echo("The database has the newest schema.")


@command("backup")
def backup(path: Annotated[Path, typer.Argument(help="The new file; nothing is overwritten.")]) -> None:
    """Copy the whole database to a file, while Signpost serves (SQLite; docs/databases.md)."""
    database = Database(read_settings().database_url)
    try:
        database.backup(path)
    finally:
        database.close()
    typer.echo(f"The backup is in {path}. It opens with SIGNPOST_KEYS alone: keep those in another place.")


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
