"""`ask` and `evaluate`: answers without a conversation."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.app import read_engine, read_rasa, read_world
from bot.asking import evaluation
from bot.asking.answer import Answer, to_json
from bot.asking.conversation import ask as ask_in
from bot.asking.labels import read_labelled
from bot.commands.registry import JsonOption, command
from bot.content.world import World
from bot.domain.turns import Session, Tokens
from bot.engine.parse import Engine
from bot.engine.rasa import answers_by_engine
from bot.settings import Settings, SettingsFaults, read_settings

EngineName = Literal["builtin", "rasa"]
EngineOption = Annotated[
    EngineName | None,
    typer.Option(help="Which engine reads the questions; without it, the one that `serve` uses."),
]


@command("ask")
def ask(
    question: Annotated[
        str | None, typer.Argument(help="One question; without it, one a line from input.")
    ] = None,
    as_json: JsonOption = False,
    engine: EngineOption = None,
) -> None:
    """Answer one question, or each line of standard input."""
    if question is not None and not question.strip():
        raise SettingsFaults('The question is empty: write it after `ask`, in quotes: ask "can I …?"')
    answering = _answering(engine)
    asked = False
    for text in _lines() if question is None else [question]:
        asked = True
        turns = _turns(text) if as_json else None
        found = answering(*(turns or [text]))
        shown = to_json(found, answering.policy) if as_json else None
        typer.echo(found.text if shown is None else json.dumps(shown, ensure_ascii=False))
    if not asked:
        raise SettingsFaults("No question came in: write one a line, or one after `ask`, in quotes.")
    _tell_who_answered()


def _turns(line: str) -> list[str] | None:
    """The turns of a conversation on one line, `{"turns": ["…", "…"]}`; None for a question as it is."""
    if not line.startswith("{"):
        return None
    try:
        found = json.loads(line)
    except ValueError:
        return None
    turns = found.get("turns") if isinstance(found, dict) else None
    if not isinstance(turns, list) or not turns or not all(isinstance(turn, str) for turn in turns):
        return None
    return turns


def _lines() -> Iterator[str]:
    if sys.stdin.isatty():
        typer.echo("Type a question and press Enter; Ctrl-D ends.", err=True)
    # A line that is not UTF-8 is still a question: what cannot be read in it is left out.
    sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]
    yield from (line.strip() for line in sys.stdin if line.strip())


class Answering:
    """Answers the last of several turns, in the light of the others, from `policy`."""

    def __init__(self, engine: Engine, world: World) -> None:
        self._engine = engine
        self._world = world
        self.policy = world.policy

    def __call__(self, *turns: str) -> Answer:
        """The answer to the last turn."""
        session = Session(Tokens("", "", ""))
        for text in turns:
            session, found = ask_in(session, text, self._engine.parse(text), self._world)
        return found


def _answering(name: EngineName | None) -> Answering:
    settings = read_settings()
    world = read_world(settings)
    return Answering(_engine(name, settings, world), world)


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
    questions = read_labelled(file)
    if not questions:
        raise SettingsFaults(f"{file}:1: there is no question in it: write one a line (docs/answers.md).")
    settings = read_settings()
    world = read_world(settings)
    asking = Answering(_engine(engine, settings, world), world)
    scores = evaluation.evaluate(questions, asking, world.policy)
    shown = (
        json.dumps(evaluation.to_json(scores), ensure_ascii=False) if as_json else evaluation.table(scores)
    )
    typer.echo(shown)
    if misses and not as_json:
        typer.echo(f"\n{evaluation.misses_table(scores)}")
    _tell_who_answered()
