"""`roster`: who holds which role now. It shows, and changes nothing: that takes two people in the chat."""

from __future__ import annotations

import typer

from bot.app import NoEngine, build, clock
from bot.commands.registry import command
from bot.people.roster_report import lines
from bot.settings import read_settings


@command("roster")
def roster() -> None:
    """Who holds which role now, who is away, and what waits for a second person. Changes nothing."""
    product = build(read_settings(), engine=NoEngine())
    try:
        with product.database.transaction() as tx:
            for line in lines(tx, product.context, clock()):
                typer.echo(line)
    finally:
        product.close()
