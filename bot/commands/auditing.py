"""`audit verify`: whether the audit still is what was written."""

from __future__ import annotations

from typing import Annotated

import typer

from bot.commands.opened import OpenedProduct, opened
from bot.commands.registry import cli, command
from bot.storage import audit
from bot.storage.audit import Head, Verified
from bot.storage.database import StorageFault

group = typer.Typer(help="Who did or saw what (docs/keys.md).", no_args_is_help=True)
cli.add_typer(group, name="audit")
HeadOption = Annotated[
    str,
    typer.Option("--head", help="A head that was kept elsewhere (a digest, a log): it must be there still."),
]


@command("verify", group)
def verify(head: HeadOption = "") -> None:
    """Find every row of the audit that was changed, removed or moved; there being one, end with status 1."""
    with opened() as product:
        kept = _read(head)
        found = followed(product)
        faults = [f"row {number}: {why}" for number, why in found.faults]
        if kept and not _knows(product, kept):
            faults.append(
                f"the head {head} is not in it: rows were cut off its end, or the database is an older one"
            )
    for fault in faults:
        typer.echo(f"FAULT  {fault}", err=True)
    if faults:
        typer.echo(
            "The audit is not what was written. Keep this database as it is, and find out why.", err=True
        )
        raise typer.Exit(1)
    typer.echo(f"The audit holds: {found.head.number} rows, none changed, removed or moved.")
    typer.echo(f"Head: {found.head if found.head.hash else 'none yet'}")
    typer.echo("Keep this head away from the database: `audit verify --head HASH` finds a cut-off end later.")


def followed(product: OpenedProduct) -> Verified:
    """The whole chain, followed to its end."""
    # In pages, each in a transaction of its own: on SQLite nobody else could write meanwhile.
    found = Verified()
    while not found.whole:
        with product.database.transaction() as tx:
            found = audit.verify_page(tx, product.vault, found)
    return found


def _read(head: str) -> Head | None:
    kept = audit.read_head(head) if head else None
    if head and kept is None:
        raise StorageFault(
            f"{head!r} is no head: give 64 digits and letters from a to f, as they were printed."
        )
    return kept


def _knows(product: OpenedProduct, kept: Head) -> bool:
    with product.database.transaction() as tx:
        return audit.knows(tx, kept)
