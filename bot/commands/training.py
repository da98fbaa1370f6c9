"""`training`: the list of staff, taken in from a CSV file, and the register as it stands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from bot.app import NoEngine, build, clock
from bot.casework.context import Context
from bot.commands.opened import opened
from bot.commands.registry import cli, command
from bot.content.staff_list import COLUMNS, read_staff_list
from bot.domain.roster import role_name
from bot.domain.staff import Member, as_address
from bot.settings import read_settings
from bot.staff.register import Taken, members, take_in
from bot.storage import audit
from bot.storage.audit import AuditEntry

group = typer.Typer(help="Who works here (docs/roster.md).", no_args_is_help=True)
cli.add_typer(group, name="training")
ListFile = Annotated[Path, typer.Argument(help=f"A CSV file with the columns {', '.join(COLUMNS)}.")]
Everybody = Annotated[
    bool, typer.Option("--everybody", help="The file names everybody: whoever is not in it has left.")
]
DryRun = Annotated[
    bool, typer.Option("--dry-run", help="Read the file, say what it would do, and do nothing.")
]
Email = Annotated[str, typer.Option("--email", help="All that is kept of this person alone.")]


class _NotMeant(Exception):
    """What was done is undone again: only its counts were wanted."""


@command("import", group)
def take_file(file: ListFile, everybody: Everybody = False, dry_run: DryRun = False) -> None:
    """Take the list in: all of it, or nothing where a line of it is wrong. Again, it changes nothing."""
    found = read_staff_list(file, read_settings().federation.schools)
    taken = Taken()
    with opened() as product:
        try:
            with product.database.transaction() as tx:
                taken = take_in(tx, product.vault, found, clock(), everybody=everybody)
                counts = {name: str(number) for name, number in vars(taken).items()}
                audit.record(
                    tx, product.vault, AuditEntry(clock(), audit.HOST, "", "staff.import", detail=counts)
                )
                if dry_run:
                    raise _NotMeant
        except _NotMeant:
            typer.echo("Nothing was changed. Without --dry-run:")
    typer.echo(
        f"{len(found)} people: {taken.added} added, {taken.changed} changed, {taken.same} as before;"
        f" {taken.left} have left."
    )


@command("list", group)
def show_register(email: Email = "") -> None:
    """Everybody on the staff register, a line each: schools, what they do, roles, platforms."""
    product = build(read_settings(), engine=NoEngine())
    try:
        with product.database.transaction() as tx:
            context = product.context
            found = members(tx, context.vault, context.world.federation)
            audit.record(tx, context.vault, AuditEntry(clock(), audit.HOST, "", "staff.list"))
    finally:
        product.close()
    shown = [one for one in found if not email or one.email == as_address(email)]
    for line in (_line(context, one, whole=bool(email)) for one in shown):
        typer.echo(line)
    if not shown:
        typer.echo("Nobody with this address is on the register." if email else "Nobody is on the register.")


def _line(context: Context, member: Member, *, whole: bool) -> str:
    return " · ".join([member.name, *_parts(context, member), *([member.email] if whole else [])])


def _parts(context: Context, member: Member) -> Iterator[str]:
    federation = context.world.federation
    yield ", ".join(federation.school_name(school) for school in member.schools)
    yield from filter(
        None,
        (
            ", ".join(member.jobs),
            ", ".join(role_name(role) for role in member.roles),
            ", ".join(member.platforms),
            "on leave" if member.on_leave else "",
            f"left on {context.local(member.left_at)}" if member.left_at else "",
        ),
    )
