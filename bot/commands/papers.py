"""`report …`: papers of the Federation as a whole, and files that are never written over."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from bot.app import clock, read_world
from bot.channels.paper import Sheet, on_one_page
from bot.channels.paper.phone_sheet import phone_sheet
from bot.commands.registry import cli, command
from bot.settings import SettingsFaults, read_settings

report = typer.Typer(help="Papers of the Federation as a whole.", no_args_is_help=True)
cli.add_typer(report, name="report")


@command("sheet", report)
def sheet(
    out: Annotated[Path, typer.Option(help="The new PDF; nothing is overwritten.")] = Path("phone-sheet.pdf"),
) -> None:
    """Print whom to phone when Signpost is down, on one page of A4 (PDF)."""
    settings = read_settings()
    world = read_world(settings)
    today = clock().astimezone(ZoneInfo(world.federation.timezone)).date()
    blocks = phone_sheet(world, today)
    title = world.paper.sheet.title.fill(federation=world.federation.name)
    printed = f"{today.day} {today:%b %Y}"
    write_new(out, on_one_page(Sheet(title, blocks, printed), world.paper.pages), mode=0o644)
    typer.echo(f"The phone sheet is in {out}. Print it, and look at every number on it once a year.")


def write_new(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Write a file that was not there. Raises SettingsFaults; nothing is left half written."""
    refuse_existing(path)
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except OSError as error:
        raise SettingsFaults(f"{path} cannot be written: {error.strerror}.") from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise SettingsFaults(f"{path} cannot be written: {error.strerror}. Nothing was left there.") from None


def refuse_existing(path: Path) -> None:
    """Raise SettingsFaults where a file could not be made, before a code is used up for it."""
    if path.exists() or path.is_symlink():
        raise SettingsFaults(f"{path} is there already, and nothing is overwritten: give another name.")
    if not path.parent.is_dir():
        raise SettingsFaults(
            f"{path} cannot be written: there is no folder {path.parent}. Make it, or give another place."
        )
