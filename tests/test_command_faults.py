"""What a command refuses before it does anything: a line that says what is wrong and what to do."""

from __future__ import annotations

import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import cli
from bot.environment import VARIABLES
from bot.storage.database import StorageFault, served_alone
from tests.support.sqlite import make_ready

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


def test_a_second_serve_on_one_file_is_refused(alone: Path) -> None:
    """While one process serves from a file no other does: it would send again what the first one sends."""
    url = f"sqlite:///{alone / 'signpost.db'}"
    with served_alone(url):
        found = refused("serve", PORT="0", DATABASE_URL=url, SIGNPOST_KEYS=f"2026:{'k' * 43}=")
    assert "another Signpost serves from" in found
    assert not (alone / "signpost.db").exists()
    with served_alone(url):
        pass


@pytest.mark.process
def test_a_serve_that_was_killed_keeps_nobody_out(alone: Path) -> None:
    """The lock on the file ends with the process that holds it, however that ended."""
    url = f"sqlite:///{alone / 'signpost.db'}"
    code = (
        "import time; from bot.storage.database import served_alone\n"
        f"with served_alone({url!r}): print(1, flush=True); time.sleep(60)"
    )
    with subprocess.Popen((sys.executable, "-c", code), cwd=ROOT, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline()
        with pytest.raises(StorageFault), served_alone(url):
            pass
        holder.kill()
        holder.wait()
        with served_alone(url):
            pass


@pytest.mark.parametrize("command", ["migrate", "chat"])
def test_a_database_of_a_newer_version_is_told_in_a_sentence(alone: Path, command: str) -> None:
    """Code that is older than the schema says so, and what to do; it changes nothing."""
    url = f"sqlite:///{alone / 'signpost.db'}"
    make_ready(url)
    with closing(sqlite3.connect(alone / "signpost.db")) as raw, raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    found = refused(command, DATABASE_URL=url, SIGNPOST_KEYS=f"2026:{'k' * 43}=")
    assert "the schema 9999, which a newer version of Signpost has made" in found
    assert "Traceback" not in found


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
