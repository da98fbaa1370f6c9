"""The command line: `python -m bot COMMAND`."""

from __future__ import annotations

import functools
import getpass
import json
import sys
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from bot import logs
from bot.app import build, clock, read_engine, read_world, serve
from bot.channels.terminal import Terminal
from bot.checks import check_everything
from bot.conversation import evaluation
from bot.conversation.answering import Answer, answer, to_json
from bot.knowledge.documents import DataFaults
from bot.settings import SettingsFaults, read_settings
from bot.storage import migrate
from bot.storage.crypto import KeyFault
from bot.storage.database import Database, StorageFault, StorageUnavailable

# Rasa comes as a second engine behind the same port.
EngineName = Literal["builtin"]
EngineOption = Annotated[EngineName, typer.Option(help="Which engine reads the questions.")]
JsonOption = Annotated[bool, typer.Option("--json", help="One line of JSON for each.")]

cli = typer.Typer(
    help="Signpost: answers from the policy with the exact clause, and reports that are never lost.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
_FAULTS = (SettingsFaults, DataFaults, StorageFault, StorageUnavailable, KeyFault)


def command(name: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A command whose faults are shown as lines that say what to do, never as a traceback."""

    def register(function: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(function)
        def run(*args: Any, **kwargs: Any) -> None:
            try:
                function(*args, **kwargs)
            except _FAULTS as fault:
                typer.echo(str(fault), err=True)
                raise typer.Exit(1) from None

        cli.command(name)(run)
        return run

    return register


@command("serve")
def serve_command() -> None:
    """Serve everything in one process: the playground or the channels, and the worker."""
    serve(read_settings())


@command("chat")
def chat() -> None:
    """The same conversation in this terminal, against the same database."""
    product = build(read_settings())
    try:
        typer.echo("Signpost. Ask about the social media policy, or type “report”. “quit” leaves.")
        Terminal(
            user=getpass.getuser(),
            handle=lambda incoming: product.assistant.handle(incoming, clock()),
            read=input,
            show=typer.echo,
            new_id=lambda: uuid.uuid4().hex,
        ).run()
    finally:
        product.close()


@command("ask")
def ask(
    question: Annotated[str, typer.Argument(help="One question; without it, one a line from input.")] = "",
    as_json: JsonOption = False,
    engine: EngineOption = "builtin",  # noqa: ARG001 - one engine so far; the option's values say so
) -> None:
    """Answer one question, or each line of standard input."""
    answering = _answering()
    for text in [question] if question else _lines():
        found = answering(text)
        typer.echo(json.dumps(to_json(found), ensure_ascii=False) if as_json else found.text)


def _lines() -> Iterator[str]:
    if sys.stdin.isatty():
        typer.echo("Type a question and press Enter; Ctrl-D ends.", err=True)
    # A line that is not UTF-8 is still a question: what cannot be read in it is left out.
    sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]
    yield from (line.strip() for line in sys.stdin if line.strip())


def _answering() -> Callable[[str], Answer]:
    settings = read_settings()
    world = read_world(settings)
    engine = read_engine(settings, world)
    return lambda text: answer(text, engine.parse(text), world.policy, rules=world.rules)


@command("evaluate")
def evaluate(
    file: Annotated[Path, typer.Argument(help="Labelled questions, one line of JSON each.")],
    as_json: JsonOption = False,
    engine: EngineOption = "builtin",  # noqa: ARG001 - one engine so far; the option's values say so
) -> None:
    """How right the answers are on labelled questions, as a table."""
    scores = evaluation.evaluate(evaluation.read_labelled(file), _answering())
    shown = (
        json.dumps(evaluation.to_json(scores), ensure_ascii=False) if as_json else evaluation.table(scores)
    )
    typer.echo(shown)


@command("migrate")
def migrate_command() -> None:
    """Bring the database to the newest schema."""
    settings = read_settings()
    database = Database(settings.database_url)
    migrate.upgrade(database)
    database.close()
    typer.echo("The database has the newest schema.")


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


if __name__ == "__main__":
    logs.configure(to_terminal=sys.stderr.isatty())
    cli()
