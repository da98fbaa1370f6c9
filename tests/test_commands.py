"""The commands as an administrator types them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import cli

pytestmark = pytest.mark.process

ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Done:
    """What a command printed, and how it ended."""

    stdout: str
    stderr: str
    returncode: int


def bot(folder: Path, *args: str, typed: str = "", **env: str) -> Done:
    """`python -m bot …` with a database in `folder`, in this process: the engine is slow to import."""
    found = CliRunner().invoke(cli, list(args), input=typed, env={**_settings(folder), **env})
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        raise found.exception
    return Done(found.stdout, found.stderr, found.exit_code)


def _settings(folder: Path) -> dict[str, str]:
    return {
        "DATABASE_URL": f"sqlite:///{folder / 'signpost.db'}",
        "SIGNPOST_CONFIG": str(ROOT / "federation.example.yml"),
    }


def process(folder: Path, *args: str, typed: str = "") -> Done:
    """The same in a process of its own, as an administrator runs it."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", *args],
        cwd=ROOT,
        input=typed,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
        env={**os.environ, **_settings(folder)},  # noqa: TID251 - a child gets what this process has
    )
    return Done(done.stdout, done.stderr, done.returncode)


@pytest.mark.parametrize("command", ["web", "worker"])
def test_one_of_several_processes_refuses_sqlite(tmp_path: Path, command: str) -> None:
    """On SQLite, which is for one process, `web` and `worker` end at once and say what to run instead."""
    done = bot(tmp_path, command)
    assert done.returncode == 1
    assert "python -m bot serve" in done.stderr
    assert "postgresql+psycopg://" in done.stderr


def test_backup_writes_a_file_and_names_the_keys(tmp_path: Path) -> None:
    """`backup` makes a new file, says what opens it, and refuses to write over one."""
    assert bot(tmp_path, "migrate").returncode == 0
    done = bot(tmp_path, "backup", str(tmp_path / "monday.db"))
    assert done.returncode == 0
    assert "SIGNPOST_KEYS" in done.stdout
    assert (tmp_path / "monday.db").stat().st_size > 0
    again = bot(tmp_path, "backup", str(tmp_path / "monday.db"))
    assert again.returncode == 1
    assert "there already" in again.stderr


def test_backup_of_postgres_names_its_own_tool(tmp_path: Path) -> None:
    """For PostgreSQL `backup` prints the command that makes one, without a password, and fails."""
    url = "postgresql://signpost:secret@localhost/signpost"
    done = bot(tmp_path, "backup", "monday.dump", DATABASE_URL=url)
    assert done.returncode == 1
    assert (
        'pg_dump --format=custom --file="monday.dump" "postgresql://signpost@localhost/signpost"'
        in done.stderr
    )
    assert "secret" not in done.stderr


def test_ask_json_has_the_agreed_shape(tmp_path: Path) -> None:
    """Each line of input gives one line of JSON with exactly the agreed keys, and the verdict "never"."""
    done = process(tmp_path, "ask", "--json", typed="can I follow a former student?\n\nwhat is for lunch\n")
    first, second = [json.loads(line) for line in done.stdout.splitlines()]
    keys = "question kind verdict modality text topic confidence citations options report frame policy"
    assert list(first) == keys.split()
    assert (first["kind"], first["verdict"], first["modality"]) == ("answer", "never", "must")
    assert first["citations"][0] == {
        "clause": "sm-094",
        "section": "Personal use > Staff",
        "lines": [328, 329],
        "quote": "Staff are not permitted to follow or engage with current or prior students of the"
        " Federation on any personal social media network account.",
    }
    assert (second["kind"], second["verdict"]) == ("not_covered", None)
    assert first["frame"]["person"] == "former_student"
    assert first["policy"] == "social-media"


def test_ask_json_reads_a_conversation_from_one_line(tmp_path: Path) -> None:
    """`{"turns": […]}` is one conversation; a line that only looks like it is a question."""
    lines = [
        json.dumps({"turns": ["can I follow a pupil on Instagram?", "and on LinkedIn?"]}),
        "can I follow pupils and who approves a new account?",
        '{"turns": []}',
        '{"turns": "no"}',
        "{",
    ]
    done = process(tmp_path, "ask", "--json", typed="\n".join(lines))
    after, double, *odd = [json.loads(line) for line in done.stdout.splitlines()]
    assert (after["question"], after["verdict"]) == ("and on LinkedIn?", "never")
    assert [answer["kind"] for answer in double["also"]] == ["answer"]
    assert [answer["question"] for answer in odd] == lines[2:]


def test_ask_takes_a_question_as_an_argument(tmp_path: Path) -> None:
    """Without --json the answer is text for people."""
    done = bot(tmp_path, "ask", "can I follow a former student?")
    assert "not permitted to follow" in done.stdout
    assert done.returncode == 0


def test_no_question_at_all_is_a_fault(tmp_path: Path) -> None:
    """`ask` with an empty standard input says that nothing came in, and ends with status 1."""
    done = bot(tmp_path, "ask", typed="\n\n")
    assert done.returncode == 1
    assert "No question came in" in done.stderr


def test_check_tells_of_variables_like_its_own(tmp_path: Path) -> None:
    """A variable that begins like Signpost's own is told by `check` and stops nothing."""
    done = bot(tmp_path, "check", SLACK_WEBHOOK_URL="https://example.org/x")
    assert "not read by Signpost: SLACK_WEBHOOK_URL" in done.stdout
    assert "example.org" not in done.stdout
    assert done.returncode == 0


def test_evaluate_prints_a_table(tmp_path: Path) -> None:
    """`evaluate` scores labelled questions, conversations and group tests, as a table and as JSON."""
    labelled = tmp_path / "questions.jsonl"
    lines = [
        {"q": "can I follow a former student?", "kind": "policy", "expect": ["not permitted to follow"]},
        {"q": "what is for lunch", "kind": "out_of_scope"},
        {
            "turns": ["can I follow a pupil?", "and a former one?"],
            "group": "follow-up",
            "not_kind": "smalltalk",
        },
    ]
    labelled.write_text("\n".join(json.dumps(line) for line in lines))
    printed = bot(tmp_path, "evaluate", str(labelled)).stdout
    assert "first clause right" in printed
    assert "right, by group" in printed
    assert json.loads(bot(tmp_path, "evaluate", str(labelled), "--json").stdout)


def test_evaluate_names_the_line_that_is_wrong(tmp_path: Path) -> None:
    """A labelled file that cannot be read is a fault with file and line, not a traceback."""
    labelled = tmp_path / "questions.jsonl"
    labelled.write_text('{"q": "a", "kind": "policy", "expect": ["b"]}\nnot json\n')
    done = bot(tmp_path, "evaluate", str(labelled))
    assert done.returncode == 1
    assert "questions.jsonl:2" in done.stderr
    assert "Traceback" not in done.stderr


def test_check_proves_each_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a clean machine every part is proved; on a day on which no review is due."""
    monkeypatch.setattr("bot.checks.clock", lambda: datetime(2026, 11, 30, 9, tzinfo=UTC))
    done = bot(tmp_path, "check")
    assert done.returncode == 0, done.stdout
    for part in ("settings", "knowledge base", "intents", "database"):
        assert f"ok     {part}" in done.stdout
    assert "warn   roles: 13 people hold 10 roles" in done.stdout
    assert "without `page` any https link passes for a post on: @HarbourFed on X (Twitter), " in done.stdout
    periods = "questions 90 days from the last entry; drills 30 days from the last entry (not in this policy)"
    assert f"warn   retention: {periods}\n" in done.stdout
    assert (
        "retention.yml: without `days`, so kept for ever: safeguarding, cases. Agree a number" in done.stdout
    )


def test_check_says_the_fix(tmp_path: Path) -> None:
    """A malformed federation.yml is named with file and line, and the exit status says so."""
    broken = tmp_path / "federation.yml"
    broken.write_text("name: X\nschools: [\n")
    done = bot(tmp_path, "check", SIGNPOST_CONFIG=str(broken))
    assert done.returncode == 1
    assert "federation.yml:3: not valid YAML" in done.stdout


def test_rasa_is_asked_for_only_where_it_is(tmp_path: Path) -> None:
    """`--engine rasa` without NLU_URL says what is missing; `check` says that it is not used."""
    done = bot(tmp_path, "ask", "can I follow a former student?", "--engine", "rasa")
    assert done.returncode == 1
    assert "NLU_URL is not set" in done.stderr
    assert "ok     rasa: not used" in bot(tmp_path, "check").stdout


def test_a_fall_back_does_not_pass_for_rasa(tmp_path: Path) -> None:
    """With Rasa away the answer is there all the same, and it is told which engine gave it."""
    away = {"NLU_URL": "http://127.0.0.1:1", "NLU_TOKEN": "t" * 32}
    done = bot(tmp_path, "ask", "can I follow a former student?", "--engine", "rasa", **away)
    assert "not permitted to follow" in done.stdout
    assert "builtin (unreachable)" in done.stderr
    checked = bot(tmp_path, "check", **away)
    assert checked.returncode == 1
    assert "the built-in engine answers until it is mended" in checked.stdout


@pytest.mark.parametrize("command", ["serve", "chat", "ask", "check", "migrate"])
def test_wrong_settings_are_told_without_a_traceback(tmp_path: Path, command: str) -> None:
    """Every command says what is wrong with the settings, in words."""
    done = bot(tmp_path, command, DATABASE_URL="mysql://x", SIGNPOST_KEYS="nonsense")
    assert done.returncode == 1
    assert "SIGNPOST_KEYS" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_chat_is_the_same_conversation(tmp_path: Path) -> None:
    """In the terminal a question is answered, a report started, saved, and gone on with in the next chat."""
    first = bot(tmp_path, "chat", typed="can I follow a former student?\nreport\n1\nsave\nquit\n")
    assert "not permitted to follow" in first.stdout
    assert "is anyone in danger" in first.stdout.lower()
    second = bot(tmp_path, "chat", typed="resume\nquit\n")
    assert "which school" in second.stdout.lower()


def test_migrate_is_safe_to_repeat(tmp_path: Path) -> None:
    """`migrate` brings a new database up, and changes nothing the second time."""
    for _ in range(2):
        assert "newest schema" in bot(tmp_path, "migrate").stdout


def test_every_command_explains_itself(tmp_path: Path) -> None:
    """Each command has a help text."""
    for command in ("serve", "chat", "ask", "evaluate", "migrate", "check"):
        assert "Usage" in bot(tmp_path, command, "--help").stdout
