"""`purge`: what has outlived its period loses its key and its text (docs/retention.md)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import typer

from bot.app import clock
from bot.commands.agreeing import agreement, used
from bot.commands.opened import opened
from bot.commands.registry import command
from bot.content.documents import load
from bot.content.retention_file import Retention
from bot.domain.retention import CASE_CLASSES
from bot.records.retention import Going, due, purge


@command("purge")
def purge_command(
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Only list what would go, with no content.")
    ] = False,
) -> None:
    """Destroy the text of closed cases whose period has passed; two people must have agreed in the chat."""
    with opened() as product:
        retention = load(product.settings.policy_kb / "retention.yml", Retention)
        if dry_run:
            with product.database.transaction() as tx:
                _tell(retention, due(tx, retention, clock()))
            typer.echo("Nothing has changed.")
            return
        approval = agreement(product, "purge", "a purge")
        _tell(retention, purge(product.database, product.vault, retention, clock()))
        # Only now is the agreement used up: a purge that was killed is run again.
        used(product, approval, "purge")
        typer.echo(product.database.overwrite_deleted())
        typer.echo("Backups made before now still hold it: see docs/retention.md for what ends that.")


def _tell(retention: Retention, going: Iterable[Going]) -> None:
    listed = list(going)
    for name in CASE_CLASSES:
        references = [item.reference for item in listed if item.case_class == name]
        days = retention.cases[name].days
        period = f"{days} days after closing" if days else "kept: no period is set"
        typer.echo(f"{name} ({period}; not in this policy): {len(references)}")
        if references:
            typer.echo("  " + " ".join(references))
