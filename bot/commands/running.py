"""`serve`, `web`, `worker` and `chat`: the product, at work."""

from __future__ import annotations

import getpass
import uuid

import typer

from bot.app import build, serve, work
from bot.channels.terminal import Terminal
from bot.commands.registry import command
from bot.settings import read_settings


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
