import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.paper.tables import csv_file, safe_cell

HOSTILE = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "  =1",
    "\u00a0=1",
    "\u3000=1",
    "\u200b=1",
    "\u202e=1",
    "\ufeff=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    "\u22121",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("http://x","y")',
    "\x00=1",
)


def read(content: bytes) -> list[list[str]]:
    assert content.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_formula_is_text(text: str) -> None:
    """What a spreadsheet could run, behind white space or in full-width signs too, has an apostrophe."""
    [_, _, [cell]] = read(csv_file("note", ["column"], [[text]]))
    assert cell == f"'{text}"


@pytest.mark.parametrize(
    "text", ["", "FED-7K3Q", "2026-11-27 09:00", "a=b", "x\n=1", '"quoted", and "more"', "'=1"]
)
def test_what_is_no_formula_stays(text: str) -> None:
    """An ordinary cell is read back as it was, whatever commas, quotes and line breaks it holds."""
    [_, _, [cell]] = read(csv_file("note", ["column"], [[text]]))
    assert cell == text


def test_no_other_separator_parts_a_cell() -> None:
    """Where a spreadsheet parts cells at semicolons or tabs as well, what is behind one is no formula."""
    row = csv_file("note", ["column"], [["Northgate;=1+1\t=2"]]).decode("utf-8-sig").splitlines()[2]
    assert row == '"Northgate;=1+1\t=2"'


@given(st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\x00")), min_size=2, max_size=4))
def test_every_row_keeps_its_cells(cells: list[str]) -> None:
    """Whatever the cells hold, none becomes two, and none begins with a sign that is run."""
    [_, _, row] = read(csv_file("note", ["a"] * len(cells), [cells]))
    assert row == [safe_cell(cell) for cell in cells]
    assert not any(cell[:1] in "=+-@\t\r\n" for cell in row if cell)
