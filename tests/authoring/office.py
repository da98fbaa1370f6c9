"""A policy officer's checkout: a copy of the product's data files, and the commands typed there."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot import places
from bot.__main__ import cli
from bot.asking.answer import Answer, answer
from bot.asking.render import as_messages
from bot.content.world import World, load_world
from bot.engine.parse import Parse, Ranked
from tests.support.federation import federation
from tests.support.sqlite import make_ready

ROOT = Path(__file__).resolve().parents[2]
TODAY = date(2026, 11, 30)


@dataclass(frozen=True)
class Done:
    """What a command printed, and how it ended."""

    said: str
    status: int


@dataclass(frozen=True)
class Office:
    """The copy, and what is typed in it. Nothing outside of it is read or changed."""

    home: Path
    settings: Mapping[str, str]

    @property
    def policy_kb(self) -> Path:
        """The officer's own files."""
        return self.home / "policy_kb"

    def edit(self, name: str, old: str, new: str) -> Path:
        """Change the one `old` of a file, as in an editor; it must be there once."""
        path = self.home / name
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, (name, text.count(old))
        path.write_text(text.replace(old, new), encoding="utf-8")
        return path

    def bot(self, *args: str) -> Done:
        """`python -m bot …`."""
        found = CliRunner().invoke(cli, list(args), env=dict(self.settings))
        if found.exception is not None and not isinstance(found.exception, SystemExit):
            raise found.exception
        return Done(found.stdout + found.stderr, found.exit_code)

    def check(self) -> Done:
        """`check --content`."""
        return self.bot("check", "--content")

    def faults(self) -> list[str]:
        """What `check --content` finds wrong, a line each, with paths below the checkout."""
        done = self.check()
        lines = [line.strip().replace(f"{self.home}/", "") for line in done.said.splitlines()[1:]]
        assert bool(done.status) == done.said.startswith("FAULT")
        return lines if done.status else []

    def warnings(self) -> list[str]:
        """What `check --content` warns of, in the same way."""
        done = self.check()
        assert done.status == 0, done.said
        return [line.strip().replace(f"{self.home}/", "") for line in done.said.splitlines()[1:]]

    def world(self) -> World:
        """What a start would read. Raises DataFaults where it would be refused."""
        return load_world(self.policy_kb, self.home / "intents", federation())

    def ask(self, topic: str) -> tuple[Answer, World]:
        """The answer to a question that the engine is sure is about `topic`."""
        world = self.world()
        question = world.policy.topics[topic].question
        parse = Parse(question, (Ranked(world.policy.intent(topic), 0.95),), 1.0)
        return answer(question, parse, world.policy, rules=world.rules), world

    def shown(self, given: Answer, world: World) -> str:
        """The message of an answer."""
        return str(as_messages(given, world.policy, {}, texts=world.rules.texts))


def open_office(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Office:
    """A fresh copy, on a fixed day."""
    for folder in ("policy_kb", "intents"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    monkeypatch.setattr(places, "HOME", tmp_path)
    monkeypatch.setattr("bot.settings.HOME", tmp_path)
    monkeypatch.setattr(places, "today", lambda: TODAY)
    settings = {
        "DATABASE_URL": f"sqlite:///{tmp_path / 'signpost.db'}",
        "SIGNPOST_CONFIG": str(ROOT / "federation.example.yml"),
    }
    make_ready(settings["DATABASE_URL"])
    return Office(tmp_path, settings)
