"""`gaps`: what the Federation answered by itself, for the policy officer to take over."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.app import NoEngine, build, clock
from bot.commands.data import refuse_existing, write_new
from bot.commands.registry import cli, command
from bot.gaps.export import exported
from bot.settings import SettingsFaults, read_settings
from bot.storage import audit
from bot.storage.audit import AuditEntry

group = typer.Typer(help="Questions that the policy leaves open (docs/gaps.md).", no_args_is_help=True)
cli.add_typer(group, name="gaps")
Out = Annotated[Path, typer.Option("--out", help="A folder that is there; no file in it is overwritten.")]


@command("export", group)
def export(out: Out) -> None:
    """Write each signed answer as a topic, with its examples and a golden question."""
    if not out.is_dir():
        raise SettingsFaults(f"There is no folder {out}. Make it, or give another place.")
    product = build(read_settings(), engine=NoEngine())
    try:
        world = product.context.world
        with product.database.transaction() as tx:
            audit.record(tx, product.context.vault, AuditEntry(clock(), audit.HOST, "", "gap.export"))
    finally:
        product.close()
    if not world.live:
        typer.echo("No signed answer is in force: nothing is written.")
        return
    files = exported((one.answer for one in world.live), world)
    for name in files:
        refuse_existing(out / name)
    for name, content in files.items():
        write_new(out / name, content.encode(), mode=0o644)
    typer.echo(
        f"{len(world.live)} signed answers: {', '.join(files)} in {out}. Nothing is taken over by itself."
    )
