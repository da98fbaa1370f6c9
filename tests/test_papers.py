"""The commands that make papers and files."""

from __future__ import annotations

from pathlib import Path

from tests.channels.paper.reading import read, words
from tests.test_commands import bot


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
