"""Training apart from serving: `train`, and what `check` and a start say where nobody has trained."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from typer.testing import CliRunner, Result

from bot import settings
from bot.__main__ import cli
from bot.app import read_engine, read_world
from bot.checks import check_everything
from bot.engine import features
from bot.engine.engine import STEPS
from bot.environment import VARIABLES

ROOT = Path(__file__).resolve().parents[1]
_EXAMPLES = {
    "greet": ("hello", "good morning", "hi there", "anybody in"),
    "danger": ("a child is being hurt", "he wants to die", "her uncle beats her", "she took pills"),
    "out_of_scope": ("when is lunch", "book annual leave", "the printer is broken", "who won the cup"),
}
# Of each author a short text of each side, and a story of each: so many words that it is read in windows.
_CALM = "we went to the museum and had lunch there and the coach was late but all were in good spirits " * 2
_GATE = tuple(
    (
        {"text": told, "grade": "danger"},
        {"text": calm, "grade": "harmless"},
        {"text": f"{_CALM} {calm}", "grade": "harmless"},
        {"text": f"{_CALM} {told}", "grade": "danger", "spans": [told]},
    )
    for told, calm in (("he hurts himself", "may I post it"), ("she is not safe", "is it allowed"))
)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with few examples, which letters alone learn in no time."""
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    small_house(tmp_path)
    monkeypatch.setattr(settings, "HOME", tmp_path)
    monkeypatch.setattr(features, "_PACKAGE", "no_such_package_here")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def small_house(folder: Path) -> None:
    """The data files of a checkout, with a handful of examples in `intents/`."""
    shutil.copytree(ROOT / "policy_kb", folder / "policy_kb")
    shutil.copytree(
        ROOT / "intents", folder / "intents", ignore=shutil.ignore_patterns("nlu", "gate", "tests")
    )
    intents = folder / "intents"
    (intents / "gate").mkdir()
    for number, lines in enumerate(_GATE):
        (intents / "gate" / f"{number}.jsonl").write_text("\n".join(map(json.dumps, lines)) + "\n")
    (intents / "domain.yml").write_text(f'version: "3.1"\nintents: [{", ".join(_EXAMPLES)}]\n')
    (intents / "nlu").mkdir()
    groups = ['version: "3.1"', "nlu:"]
    for name, texts in _EXAMPLES.items():
        groups += [f"- intent: {name}", "  examples: |", *(f"    - {text}" for text in texts)]
    (intents / "nlu" / "few.yml").write_text("\n".join([*groups, ""]))


def train() -> Result:
    """`python -m bot train`, in this process."""
    return CliRunner().invoke(cli, ["train"])


def fits(home: Path) -> list[Path]:
    """What is kept of what was learnt."""
    return sorted((home / ".cache").glob("engine-*.npz"))


def intents_note() -> str:
    """What `check` says of the intents."""
    (found,) = (found for found in check_everything() if found.part == "intents")
    assert not found.faults
    return found.note


def test_each_step_of_training_is_told(home: Path) -> None:
    """`train` names every step in its order as it begins, and says where the result is."""
    done = train()
    assert done.exit_code == 0, done.output
    told = [line.partition(" ")[2] for line in done.stderr.splitlines()]
    assert told == list(STEPS)
    (fit,) = fits(home)
    assert f"Trained: {fit}" in done.stdout


def test_training_twice_changes_nothing(home: Path) -> None:
    """A second `train` of the same examples learns nothing, says so, and leaves the file as it is."""
    train()
    (fit,) = fits(home)
    written = fit.stat().st_mtime_ns
    again = train()
    assert again.exit_code == 0
    assert again.stderr == ""
    assert "Trained already" in again.stdout
    assert fit.stat().st_mtime_ns == written


def test_a_half_written_fit_is_trained_again(home: Path) -> None:
    """A file that was cut short counts as none: `check` says so, and `train` makes it whole."""
    train()
    (fit,) = fits(home)
    whole = fit.read_bytes()
    fit.write_bytes(whole[: len(whole) // 2])
    assert "not trained yet: run `python -m bot train`" in intents_note()
    assert "Trained: " in train().stdout
    assert len(fit.read_bytes()) == len(whole)


def test_a_folder_that_cannot_be_written_is_said(home: Path) -> None:
    """Where the result cannot be kept `train` fails with the folder and what to do, and no traceback."""
    (home / ".cache").write_text("in the way")
    done = train()
    assert done.exit_code == 1
    assert f"cannot be written: let this user write to the folder {home / '.cache'}" in done.stderr


def test_training_needs_no_settings(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installation trains before anybody has configured it, and makes no keys of this machine."""
    monkeypatch.setenv("SLACK_BOT_TOKEN", "xoxb-and-nothing-else")
    assert train().exit_code == 0
    assert not (home / "data").exists()


def test_check_names_what_is_newer_than_the_fit(home: Path) -> None:
    """After a change of an example or a topic `check` names the file and the command, and learns nothing."""
    assert "not trained yet" in intents_note()
    assert not fits(home)
    train()
    assert intents_note().startswith("the builtin engine is trained")
    (fit,) = fits(home)
    os.utime(fit, (1, 1))
    for path in home.rglob("*.*"):
        if path != fit:
            os.utime(path, (0, 0))
    changed = home / "intents" / "nlu" / "few.yml"
    changed.write_text(changed.read_text().replace("when is lunch", "when is supper"))
    note = intents_note()
    assert f"older than {Path('intents', 'nlu', 'few.yml')}: run `python -m bot train`" in note
    assert fits(home) == [fit]


def test_a_start_never_learns_in_silence(home: Path) -> None:
    """A start without a fit logs that it learns, how to avoid it, and each step; the next logs nothing."""
    found = settings.read_settings()
    world = read_world(found)
    with capture_logs() as logged:
        read_engine(found, world)
    assert logged[0]["event"] == "not_trained"
    assert logged[0]["beforehand"] == "python -m bot train"
    assert [line["step"] for line in logged[1:]] == list(STEPS)
    with capture_logs() as logged:
        read_engine(found, world)
    assert logged == []


@pytest.mark.process
def test_of_two_that_train_at_once_one_learns(tmp_path: Path) -> None:
    """Two processes on one folder leave one whole fit, and only one of them went through the steps."""
    shutil.copytree(ROOT / "bot", tmp_path / "bot", ignore=shutil.ignore_patterns("__pycache__"))
    small_house(tmp_path)
    # Found before the installed one, and without a model in it: letters alone are learnt in no time.
    (tmp_path / features._PACKAGE).mkdir()
    (tmp_path / features._PACKAGE / "__init__.py").touch()
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "bot", "train"],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    ended = [process.communicate(timeout=120) for process in started]
    assert [process.returncode for process in started] == [0, 0], ended
    assert sum("1/5" in steps for _, steps in ended) == 1
    assert len(fits(tmp_path)) == 1
    again = subprocess.run(
        [sys.executable, "-m", "bot", "train"], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert "Trained already" in again.stdout
