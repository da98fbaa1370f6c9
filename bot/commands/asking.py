"""`ask` and `evaluate`: answers without a conversation."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.app import read_engine, read_rasa, read_world
from bot.asking import evaluation, score_tables
from bot.asking.answer import Answer, answer, to_json
from bot.commands.registry import JsonOption, command
from bot.conversation.world import World
from bot.delivery.engines import answers_by_engine
from bot.knowledge.parsing import Engine
from bot.settings import Settings, SettingsFaults, read_settings

EngineName = Literal["builtin", "rasa"]
EngineOption = Annotated[
    EngineName | None,
    typer.Option(help="Which engine reads the questions; without it, the one that `serve` uses."),
]


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
