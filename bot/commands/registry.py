"""What commands share: the command line, and faults as lines with a cure. It loads nothing of the product."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Annotated, Any

import typer

from bot.domain.faults import ToldFault

JsonOption = Annotated[bool, typer.Option("--json", help="One line of JSON for each.")]

cli = typer.Typer(
    help="Signpost: answers from the policy with the exact clause, and reports that are never lost.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def command(name: str, group: typer.Typer = cli) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A command whose faults are shown as lines that say what to do, never as a traceback."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(function)
        def run(*args: Any, **kwargs: Any) -> None:
            try:
                function(*args, **kwargs)
            except ToldFault as fault:
                typer.echo(str(fault), err=True)
                raise typer.Exit(1) from None

        group.command(name)(run)
        return run

    return register
