"""What a command refuses before it does anything: a line that says what is wrong and what to do."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import cli
from bot.environment import VARIABLES

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(autouse=True)
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of its own, and none of Signpost's variables."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which another program listens."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


def refused(*args: str, **env: str) -> str:
    """What the command says as it ends with status 1, without a traceback."""
    found = CliRunner().invoke(cli, list(args), env=env)
    assert isinstance(found.exception, SystemExit), found.exception
    assert found.exit_code == 1, found.output
    assert "Traceback" not in found.output
    return found.output


@pytest.mark.parametrize("question", ["", "   "])
def test_an_empty_question_is_refused(question: str) -> None:
    """`ask ""` says that the question is empty, and waits for no other."""
    assert "The question is empty: write it after `ask`" in refused("ask", question)


def test_a_file_without_questions_is_refused(alone: Path) -> None:
    """`evaluate` of a file that holds nothing names it: a table of nothing would look like a result."""
    (alone / "questions.jsonl").write_text("\n\n")
    assert "questions.jsonl:1: there is no question in it" in refused("evaluate", "questions.jsonl")


def test_a_file_that_is_not_there_is_told_in_words() -> None:
    """`evaluate` of a missing file says so without the system's number."""
    found = refused("evaluate", "none.jsonl")
    assert "none.jsonl:1: cannot be read: No such file or directory" in found
    assert "Errno" not in found


def test_days_the_wrong_way_round_are_refused(alone: Path) -> None:
    """`export` from a day after its last one says which is which, and writes nothing."""
    days = ("--from", "2026-10-02", "--to", "2026-10-01")
    found = refused("export", "--format", "csv", "--out", "register.csv", *days)
    assert "--from 2026-10-02 is after --to 2026-10-01" in found
    assert not (alone / "register.csv").exists()


@pytest.mark.parametrize(
    "command",
    [
        ("backup", "nowhere/copy.db"),
        ("report", "sheet", "--out", "nowhere/copy.db"),
        ("export", "--format", "csv", "--out", "nowhere/copy.db"),
    ],
)
def test_a_folder_that_is_not_there_is_named(command: tuple[str, ...]) -> None:
    """Each command that writes a file names the folder that is missing, without the system's number."""
    found = refused(*command)
    assert "nowhere/copy.db cannot be written: there is no folder nowhere. Make it" in found
    assert "Errno" not in found


def test_a_port_that_is_taken_is_told_before_anything(taken: int, alone: Path) -> None:
    """`serve` on a port of another program names it at once, and never says that it serves."""
    found = refused("serve", PORT=str(taken))
    assert f"PORT: {taken} cannot be served on (Address already in use)" in found
    assert "serving" not in found
    assert not (alone / "data" / "signpost.db").exists()


@pytest.mark.parametrize("command", ["migrate", "roster", "chat"])
@pytest.mark.parametrize(
    ("address", "told"),
    [
        ("sqlite:///file/inside/signpost.db", "the folder of file/inside/signpost.db cannot be made"),
        ("sqlite:///file", "The database cannot be opened"),
        ("postgresql://u:p@localhost:port/x", "DATABASE_URL: sqlite:///path, or postgresql+psycopg://"),
        ("", "DATABASE_URL: sqlite:///path, or postgresql+psycopg://"),
    ],
)
def test_a_database_that_cannot_be_says_why(alone: Path, command: str, address: str, told: str) -> None:
    """An address that is none, and a place that cannot be one, are told with the variable's name."""
    (alone / "file").write_text("no database " * 100)
    found = refused(command, DATABASE_URL=address, SIGNPOST_KEYS=f"2026:{'k' * 43}=")
    assert told in found
    assert "DATABASE_URL" in found


@pytest.mark.parametrize("command", ["check", "serve", "migrate", "ask"])
def test_a_misspelt_variable_stops_every_command(command: str) -> None:
    """With a slip in a variable's name nothing starts as if it had not been set."""
    assert "DATABSE_URL is not read: write DATABASE_URL" in refused(command, DATABSE_URL="sqlite:///x.db")
    assert "SIGNPOST_CONFIG: there is no file my.yml" in refused(command, SIGNPOST_CONFIG="my.yml")
