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
from bot.app import build, clock, read_engine, read_rasa, read_world, serve, work
from bot.channels.terminal import Terminal
from bot.checks import check_everything
from bot.conversation import evaluation, score_tables
from bot.conversation.answering import Answer, answer, to_json
from bot.conversation.world import World
from bot.delivery.engines import answers_by_engine
from bot.knowledge.documents import DataFaults
from bot.knowledge.parsing import Engine
from bot.settings import Settings, SettingsFaults, read_settings
from bot.storage import migrate
from bot.storage.crypto import KeyFault
from bot.storage.database import Database, StorageFault, StorageUnavailable

EngineName = Literal["builtin", "rasa"]
EngineOption = Annotated[
    EngineName | None,
    typer.Option(help="Which engine reads the questions; without it, the one that `serve` uses."),
]
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


@command("web")
def web_command() -> None:
    """Serve the channels alone, beside `worker`: any number of each, on PostgreSQL."""
    serve(read_settings(), works=False)


@command("worker")
def worker_command() -> None:
    """Deliver what is owed and climb what is overdue, beside `web`: any number of each, on PostgreSQL."""
    work(read_settings())


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
    engine: EngineOption = None,
) -> None:
    """Answer one question, or each line of standard input."""
    answering = _answering(engine)
    for text in [question] if question else _lines():
        found = answering(text)
        typer.echo(json.dumps(to_json(found), ensure_ascii=False) if as_json else found.text)
    _tell_who_answered()


def _lines() -> Iterator[str]:
    if sys.stdin.isatty():
        typer.echo("Type a question and press Enter; Ctrl-D ends.", err=True)
    # A line that is not UTF-8 is still a question: what cannot be read in it is left out.
    sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]
    yield from (line.strip() for line in sys.stdin if line.strip())


def _answering(name: EngineName | None) -> Callable[[str], Answer]:
    settings = read_settings()
    world = read_world(settings)
    return _asking(_engine(name, settings, world), world)


def _asking(engine: Engine, world: World) -> Callable[[str], Answer]:
    return lambda text: answer(text, engine.parse(text), world.policy, rules=world.rules)


def _engine(name: EngineName | None, settings: Settings, world: World) -> Engine:
    if name == "rasa" and settings.nlu is None:
        raise SettingsFaults("NLU_URL is not set: it says where Rasa answers (docs/rasa.md).")
    builtin = read_engine(settings, world)
    return builtin if name == "builtin" else read_rasa(settings, builtin) or builtin


def _tell_who_answered() -> None:
    """With Rasa configured, how many texts each engine read: a fall-back must not pass for Rasa."""
    if told := answers_by_engine():
        typer.echo(f"Read by: {told}", err=True)


@command("evaluate")
def evaluate(
    file: Annotated[Path, typer.Argument(help="Labelled questions, one line of JSON each.")],
    as_json: JsonOption = False,
    engine: EngineOption = None,
    misses: Annotated[
        bool, typer.Option("--misses", help="List each question not answered as labelled.")
    ] = False,
) -> None:
    """How right the answers are on labelled questions, as a table."""
    questions = evaluation.read_labelled(file)
    settings = read_settings()
    world = read_world(settings)
    asking = _asking(_engine(engine, settings, world), world)
    scores = evaluation.evaluate(questions, asking, world.policy.clauses.values())
    shown = (
        json.dumps(score_tables.to_json(scores), ensure_ascii=False)
        if as_json
        else score_tables.table(scores)
    )
    typer.echo(shown)
    if misses and not as_json:
        typer.echo(f"\n{score_tables.misses_table(scores)}")
    _tell_who_answered()


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


if __name__ == "__main__":
    logs.configure(to_terminal=sys.stderr.isatty())
    cli()
