"""`train`, `serve`, `web`, `worker`, `chat`, `migrate`, `backup`: run the product, and keep it."""

from __future__ import annotations

import getpass
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from bot.app import build, clock, serve, work
from bot.channels.terminal import Terminal
from bot.commands.data import refuse_existing
from bot.commands.registry import command
from bot.content.policy_load import load_policies
from bot.engine.engine import STEPS, Told, build_engine, find_fit, read_lesson
from bot.settings import Settings, SettingsFaults, read_places, read_settings
from bot.storage import migrate
from bot.storage.audit import HOST, AuditEntry, record
from bot.storage.crypto import KeyFault
from bot.storage.database import Database, StorageUnavailable
from bot.storage.vault import open_vault

# Of the bar of `train`: hundredths of a percent.
_LENGTH = 10_000


@command("train")
def train() -> None:
    """Learn from intents/ and the policy, so that the next start takes seconds; needs no settings."""
    places = read_places()
    learnt_from = read_lesson(places.intents, [load_policies(places.policy_kb)])
    if (fit := find_fit(learnt_from, places.cache)).is_whole:
        typer.echo(f"Trained already, from intents/ and the policy as they are: {fit.path}")
        return
    with _progress() as told:
        build_engine(learnt_from, places.cache, told=told)
    if not find_fit(learnt_from, places.cache).is_whole:
        raise SettingsFaults(
            f"{fit.path} cannot be written: let this user write to the folder {places.cache}."
        )
    reduced = " With reduced accuracy: the language model is missing." if fit.reduced_accuracy else ""
    typer.echo(f"Trained: {fit.path}.{reduced}")


@contextmanager
def _progress() -> Iterator[Told]:
    """A bar that moves; where there is no terminal to draw it on, a line a step."""
    steps = list(STEPS)
    if not sys.stderr.isatty():

        def say(step: str, done: float) -> None:
            if done == 0.0:
                typer.echo(f"{steps.index(step) + 1}/{len(steps)} {step}", err=True)

        yield say
        return
    widest = max(map(len, steps))
    with typer.progressbar(length=_LENGTH, file=sys.stderr) as bar:

        def move(step: str, done: float) -> None:
            before = sum(STEPS[name] for name in steps[: steps.index(step)])
            bar.label = f"{step:{widest}}"
            bar.update(int(_LENGTH * (before + STEPS[step] * done)) - bar.pos)
            bar.render_progress()

        yield move
        bar.update(_LENGTH - bar.pos)


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
            handle=lambda incoming: product.assistant.handle(incoming, product.clock()),
            read=input,
            show=typer.echo,
            new_id=lambda: uuid.uuid4().hex,
        ).run()
    finally:
        product.close()


GrantOption = Annotated[
    str,
    typer.Option("--grant", help="PostgreSQL: the role that Signpost serves as, which is not the owner."),
]


@command("migrate")
def migrate_command(grant: GrantOption = "") -> None:
    """Bring the database to the newest schema; with --grant, let another role serve from it."""
    settings = read_settings()
    database = Database(settings.database_url)
    try:
        database.check()
        migrate.upgrade(database)
        typer.echo("The database has the newest schema.")
        if grant:
            migrate.grant(database, grant)
            typer.echo(f"{grant} may serve from it, and may neither change nor delete a row of the audit.")
    finally:
        database.close()


@command("backup")
def backup(path: Annotated[Path, typer.Argument(help="The new file; nothing is overwritten.")]) -> None:
    """Copy the whole database to a file, while Signpost serves (SQLite; docs/databases.md)."""
    settings = read_settings()
    database = Database(settings.database_url)
    try:
        if not database.is_shared:
            refuse_existing(path)
        database.backup(path)
        _record_backup(settings, database)
    finally:
        database.close()
    typer.echo(f"The backup is in {path}. It opens with SIGNPOST_KEYS alone: keep those in another place.")


def _record_backup(settings: Settings, database: Database) -> None:
    try:
        with database.transaction() as tx:
            record(tx, open_vault(tx, settings.ring), AuditEntry(clock(), HOST, "", "backup"))
    except (KeyFault, StorageUnavailable) as fault:
        # The copy is there, and worth more than the line about it.
        typer.echo(f"The backup was made; it is not in the audit: {fault}", err=True)
