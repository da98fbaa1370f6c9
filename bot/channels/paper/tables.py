"""A table for a spreadsheet: every cell is text, whatever the spreadsheet would make of it."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable, Sequence

# What a spreadsheet takes for the start of a formula, and a minus that is not on the keyboard.
_STARTS = frozenset("=+-@\u2212")
_BREAKS = frozenset("\t\r\n")
# Excel reads UTF-8 as such only where the file begins with this.
_MARK = "\ufeff"


def safe_cell(text: str) -> str:
    """`text` with an apostrophe before it where a spreadsheet could run it as a formula.

    White space, unseen characters and full-width forms before or in the sign make no difference.
    """
    start = unicodedata.normalize("NFKC", text)
    seen = "".join(char for char in start if not char.isspace() and not _is_unseen(char))
    return f"'{text}" if text[:1] in _BREAKS or seen[:1] in _STARTS else text


def _is_unseen(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cf", "Cs")


def csv_file(note: str, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """RFC 4180 in UTF-8: a line with the note, the columns, and the rows."""
    target = io.StringIO(newline="")
    # All of them in quotes: a spreadsheet that parts cells at semicolons too makes no second one of a cell.
    writer = csv.writer(target, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    for row in ([note], columns, *rows):
        writer.writerow([safe_cell(cell) for cell in row])
    return (_MARK + target.getvalue()).encode("utf-8", errors="replace")
