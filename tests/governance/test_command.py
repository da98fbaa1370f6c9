"""`python -m bot report governors`, as the operator types it."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.channels.paper.reading import words
from tests.governance.office import AFTER, AUTUMN, reported
from tests.support.desk import KEY, Desk
from tests.test_commands import Done, bot

pytestmark = pytest.mark.process


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[datetime], None]:
    """Set the clock of the commands."""

    def set_to(now: datetime) -> None:
        monkeypatch.setattr("bot.commands.data.clock", lambda: now)
        monkeypatch.setattr("bot.app.clock", lambda: now)

    set_to(AFTER)
    return set_to


def report(folder: Path, *args: str, term: str = AUTUMN) -> Done:
    return bot(folder, "report", "governors", "--term", term, *args, SIGNPOST_KEYS=KEY)


def term_with(folder: Path, number: int, **slots: str) -> None:
    desk = Desk.open(folder)
    try:
        reported(desk, number, **slots)
    finally:
        desk.close()


@pytest.mark.usefixtures("at")
@pytest.mark.parametrize(
    ("number", "slots", "told"),
    [(0, {}, "0 to 4"), (1, {}, "0 to 4"), (8, {"drill": "yes"}, "0 to 4"), (8, {}, "8")],
)
def test_the_report_as_pdf_and_as_text(tmp_path: Path, number: int, slots: dict[str, str], told: str) -> None:
    """Both say the same of a term without cases, with one, with drills alone, and with several."""
    term_with(tmp_path, number, **slots)
    out, text = tmp_path / "report.pdf", tmp_path / "report.txt"
    assert report(tmp_path, "--out", str(out)).returncode == 0
    assert out.stat().st_mode & 0o777 == 0o600
    assert report(tmp_path, "--out", str(text)).returncode == 0
    shown = report(tmp_path, "--text")
    assert shown.stdout == text.read_text(encoding="utf-8")
    assert f"Abuse on a Federation account: {told}\n" in shown.stdout
    assert f"Abuse on a Federation account {told} " in words(out.read_bytes())
    for name in ("Ana Silva", "Farid", "FED-"):
        assert name not in shown.stdout + words(out.read_bytes())
    for number_ in range(1, 25):
        assert f"X{number_} " in shown.stdout


def test_without_out_the_pdf_has_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: Callable[[datetime], None]
) -> None:
    """Left out, the file is named after its term, and made where one is."""
    monkeypatch.chdir(tmp_path)
    at(AFTER + timedelta(days=2))
    done = report(tmp_path)
    assert done.returncode == 0, done.stderr
    assert "The governors' report of 2026-autumn is in governors-2026-autumn.pdf" in done.stdout
    assert (tmp_path / "governors-2026-autumn.pdf").read_bytes().startswith(b"%PDF-")


@pytest.mark.usefixtures("at")
@pytest.mark.parametrize(
    ("term", "told"),
    [
        ("2031-autumn", "There is no term 2031-autumn with dates"),
        ("2027-spring", "2027-spring is not over: its last day is 11 Apr 2027"),
        ("../../etc", "There is no term ../../etc with dates"),
        ("", "There is no term  with dates"),
    ],
)
def test_a_term_without_a_report_is_refused(tmp_path: Path, term: str, told: str) -> None:
    """A term that is running, unknown or without dates is refused with what to do, and nothing is made."""
    done = report(tmp_path, "--out", str(tmp_path / "report.pdf"), term=term)
    assert done.returncode == 1
    assert told in done.stderr
    assert not (tmp_path / "report.pdf").exists()


@pytest.mark.usefixtures("at")
@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("--out", "{folder}/none/report.pdf"), "there is no folder"),
        (("--out", "{folder}/there.pdf"), "nothing is overwritten"),
        (("--out", "{folder}/report.docx"), "give a name that ends in .pdf or .txt"),
        (("--out", "{folder}/report"), "give a name that ends in .pdf or .txt"),
        (("--text", "--out", "{folder}/report.pdf"), "give a name that ends in .txt"),
    ],
)
def test_a_place_that_does_not_fit_is_told(tmp_path: Path, args: tuple[str, ...], told: str) -> None:
    """A missing folder, a file that is there and a name of another kind are named in words."""
    there = tmp_path / "there.pdf"
    there.write_text("mine", encoding="utf-8")
    done = report(tmp_path, *(arg.format(folder=tmp_path) for arg in args))
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr
    assert there.read_text(encoding="utf-8") == "mine"


@pytest.mark.usefixtures("at")
def test_a_folder_that_may_not_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the folder is read-only that is said, and no half file is left."""
    opened = os.open

    def refusing(path: Any, *args: Any, **kwargs: Any) -> int:
        if str(path).endswith("report.pdf"):
            raise PermissionError(13, "Permission denied")
        return opened(path, *args, **kwargs)

    monkeypatch.setattr("os.open", refusing)
    done = report(tmp_path, "--out", str(tmp_path / "report.pdf"))
    assert done.returncode == 1
    assert "report.pdf cannot be written: Permission denied." in done.stderr
    assert not (tmp_path / "report.pdf").exists()
