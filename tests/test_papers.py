"""The commands that make papers and files."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.app import clock
from tests.channels.paper.reading import read, words
from tests.support.desk import KEY, Desk
from tests.test_commands import Done, bot

pytestmark = pytest.mark.process

CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}\b")


def test_report_sheet_is_one_page(tmp_path: Path) -> None:
    """`report sheet` makes one page of A4 with the numbers, and refuses to write over a file."""
    out = tmp_path / "sheet.pdf"
    done = bot(tmp_path, "report", "sheet", "--out", str(out))
    assert done.returncode == 0, done.stderr
    assert len(read(out.read_bytes()).pages) == 1
    assert "Whom to phone: Harbour Federation" in words(out.read_bytes())
    assert "020 7946 0105" in words(out.read_bytes())
    before = out.read_bytes()
    again = bot(tmp_path, "report", "sheet", "--out", str(out))
    assert again.returncode == 1
    assert "nothing is overwritten" in again.stderr
    assert out.read_bytes() == before


def test_a_paper_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A folder that is not there is named in words, without a traceback."""
    done = bot(tmp_path, "report", "sheet", "--out", str(tmp_path / "none" / "sheet.pdf"))
    assert done.returncode == 1
    assert "cannot be written" in done.stderr


@dataclass(frozen=True)
class Office:
    """A database with one report in it, and the codes that people asked for."""

    folder: Path
    reference: str
    codes: dict[str, str]

    def export(self, *args: str, **env: str) -> Done:
        """`python -m bot export …` on this database."""
        return bot(self.folder, "export", *args, SIGNPOST_KEYS=KEY, **env)


def office(folder: Path) -> Office:
    desk = Desk.open(folder)
    desk.now = clock()
    try:
        long = "They wrote <img src='file:///etc/passwd'/> & more. " + "word " * 4000
        reference = desk.report("ana", kind="colleague", mode="confidential", narrative=long).reference
        desk.fill("farid", "case.note", reference, note="Only for us.")
        codes = {
            "pdf": desk.fill("eleanor", "case.export", reference, format="pdf"),
            "json": desk.fill("eleanor", "case.export", reference, format="json"),
            "ana": desk.fill("eleanor", "case.subject", "", account="playground:ana", format="pdf"),
        }
        desk.report("ana", kind="abuse", category="offensive", account="=1+1")
    finally:
        desk.close()
    return Office(folder, reference, {name: CODE.findall(text)[0] for name, text in codes.items()})


def test_one_case_as_pdf(tmp_path: Path) -> None:
    """The code gives one case as a PDF that only its owner may open, once, and never over a file."""
    made = office(tmp_path)
    out = tmp_path / "case.pdf"
    args = ("--case", made.reference.lower(), "--format", "pdf", "--code", made.codes["pdf"].lower(), "--out")
    done = made.export(*args, str(out))
    assert done.returncode == 0, done.stderr
    assert out.stat().st_mode & 0o777 == 0o600
    shown = words(out.read_bytes())
    for text in (
        *(f"{made.reference}: Abuse by a colleague", "<img src='file:///etc/passwd'/> & more."),
        *(
            "INTERNAL · Note Only for us.",
            "(clause sm-",
            "no name is in this export",
            "Signpost takes, fetches and holds none",
        ),
    ):
        assert text in shown
    assert "Ana Silva" not in shown
    assert len(read(out.read_bytes()).pages) > 3
    assert "nothing is overwritten" in made.export(*args, str(out)).stderr
    again = made.export(*args, str(tmp_path / "again.pdf"))
    assert again.returncode == 1
    assert "Nothing was exported" in again.stderr
    assert not (tmp_path / "again.pdf").exists()


def test_one_case_as_json(tmp_path: Path) -> None:
    """The same as JSON; a code that is typed at the prompt is not shown, and one for PDF does not fit."""
    made = office(tmp_path)
    out = tmp_path / "case.json"
    args = ("--case", made.reference, "--format", "json", "--out", str(out))
    assert made.export(*args, "--code", made.codes["pdf"]).returncode == 1
    done = bot(tmp_path, "export", *args, typed=made.codes["json"] + "\n", SIGNPOST_KEYS=KEY)
    assert done.returncode == 0, done.stderr
    assert made.codes["json"] not in done.stdout + done.stderr
    assert json.loads(out.read_text())["case"]["reference"] == made.reference


def test_one_person_as_pdf(tmp_path: Path) -> None:
    """What is held of a person goes out with the mark that somebody must read it first."""
    made = office(tmp_path)
    out = tmp_path / "ana.pdf"
    subject = ("--subject", "playground:ana", "--format", "pdf", "--out", str(out))
    assert made.export(*subject, "--code", made.codes["ana"]).returncode == 0
    shown = words(out.read_bytes())
    assert "To be read by the data-protection lead before it is handed over" in shown
    assert made.reference in shown
    assert "Only for us." not in shown


def test_the_register_as_csv_and_json(tmp_path: Path) -> None:
    """The register says in its first line what is left out, and holds the rows and no narrative."""
    made = office(tmp_path)
    table, lines = tmp_path / "register.csv", tmp_path / "register.json"
    assert made.export("--format", "csv", "--out", str(table)).returncode == 0
    assert made.export("--format", "json", "--out", str(lines), "--from", "2020-01-01").returncode == 0
    note, columns, *rows = csv.reader(io.StringIO(table.read_text("utf-8-sig"), newline=""))
    assert "restricted reports" in note[0]
    assert columns == ["Reference", "Kind", "School", "Received", "Urgent", "Status", "Closed", "Outcome"]
    assert made.reference in [row[0] for row in rows]
    assert "=1+1" not in table.read_text("utf-8-sig")
    assert [item["reference"] for item in json.loads(lines.read_text())["reports"]] == [
        row[0] for row in rows
    ]


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("--format", "pdf"), "give csv or json"),
        (("--format", "csv", "--case", "FED-ABCD", "--code", "x"), "give pdf or json"),
        (("--format", "pdf", "--case", "FED-ABCD", "--subject", "x", "--code", "x"), "two exports"),
        (("--format", "pdf", "--case", "FED-ABCD", "--from", "2026-01-01", "--code", "x"), "leave them out"),
        (("--format", "csv", "--from", "yesterday"), "is no day"),
        (("--format", "pdf", "--subject", "nonsense", "--code", "x"), "platform:user"),
        (("--format", "pdf", "--case", "FED-ABCD", "--code", "x"), "Nothing was exported"),
    ],
)
def test_what_does_not_fit_is_told(tmp_path: Path, args: tuple[str, ...], told: str) -> None:
    """Options that do not go together, and codes that fit nothing, are told in words, and no file is made."""
    out = tmp_path / "out"
    done = bot(tmp_path, "export", *args, "--out", str(out))
    assert done.returncode == 1
    assert told in done.stderr
    assert not out.exists()
