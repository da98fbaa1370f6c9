"""A list of staff as a CSV file: name, e-mail, school, role, accounts, training. Whole, or not at all."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path

from bot.content.documents import DataFaults, Fault, unreadable
from bot.domain.roster import School, as_written
from bot.domain.staff import EMAIL, ListedStaff, as_address

COLUMNS = ("name", "e-mail", "school", "role")
# What a list may tell beside: user ids on the platforms, and the day of somebody's last training.
ACCOUNTS = ("slack", "teams", "playground")
TRAINED = "trained"
OPTIONAL = (*ACCOUNTS, TRAINED)
MOST_LINES = 10_000
_MOST_BYTES = 5_000_000
_MOST_FAULTS = 50
_LONGEST = {"name": 100, "e-mail": 254, "school": 300, "role": 200, **dict.fromkeys(OPTIONAL, 64)}
# What a spreadsheet would carry out when the list is opened in it again.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_KNOWN_AS = {"email": "e-mail", "e-mail": "e-mail", "mail": "e-mail"}


def read_staff_list(path: Path, schools: Sequence[School], today: date = date.max) -> tuple[ListedStaff, ...]:
    """Everybody on the list. Raises DataFaults with every fault, each with its line; then nothing is taken.

    Several schools or roles of one person stand in one cell, parted by semicolons; no school is every one.
    Nobody was trained after `today`.
    """
    rows = _rows(path)
    columns = _columns(path, rows[0][1] if rows else [])
    known = {name.casefold(): school.id for school in schools for name in (school.id, school.name)}
    if len(rows) - 1 > MOST_LINES:
        line = rows[MOST_LINES + 1][0]
        raise DataFaults(
            [Fault(path, line, f"more than {MOST_LINES:,} people: give the list in several files")]
        )
    found, faults, lines = list[ListedStaff](), list[Fault](), dict[tuple[str, str], int]()
    for line, cells in rows[1:]:
        wrong = [Fault(path, line, why) for why in _wrong(cells, columns, known, today)]
        if wrong:
            faults += wrong
            continue
        one = _listed(dict(zip(columns, cells, strict=True)), known)
        for item in (("e-mail", one.email), *one.accounts.items()):
            if item in lines:
                faults.append(Fault(path, line, f"{item[0]}: it stands on line {lines[item]} already"))
            lines.setdefault(item, line)
        found.append(one)
    if faults:
        raise DataFaults(_shown(path, faults))
    return tuple(found)


def _shown(path: Path, faults: list[Fault]) -> list[Fault]:
    more = len(faults) - _MOST_FAULTS
    last = [Fault(path, faults[_MOST_FAULTS].line, f"and {more:,} more faults from here")] if more > 0 else []
    return [*faults[:_MOST_FAULTS], *last]


def _rows(path: Path) -> list[tuple[int, list[str]]]:
    """Each row that holds something, with the number of its first line."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise DataFaults([Fault(path, 1, "larger than 5 MB: give name, e-mail, school and role alone")])
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataFaults([unreadable(path, error)]) from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows, line = list[tuple[int, list[str]]](), 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((line, [unicodedata.normalize("NFC", cell) for cell in cells]))
            line = reader.line_num + 1
    except csv.Error as error:
        raise DataFaults([Fault(path, line, f"not CSV: {error}")]) from None
    return rows


def _columns(path: Path, header: list[str]) -> tuple[str, ...]:
    given = tuple(_KNOWN_AS.get(plain := cell.strip().casefold(), plain) for cell in header)
    beside = [name for name in given if name not in COLUMNS]
    must = sorted(name for name in given if name in COLUMNS) == sorted(COLUMNS)
    if not must or len(set(beside)) < len(beside) or not set(beside) <= set(OPTIONAL):
        told = ", ".join(cell.strip() for cell in header) or "nothing"
        wanted = f"{', '.join(COLUMNS)}, and may name {', '.join(OPTIONAL)}"
        raise DataFaults([Fault(path, 1, f"the first line must name the columns {wanted}; it says {told}")])
    return given


def _wrong(
    cells: list[str], columns: tuple[str, ...], known: Mapping[str, str], today: date
) -> Iterator[str]:
    if len(cells) != len(columns):
        yield f"{len(cells)} cells; there must be {len(columns)}: {', '.join(columns)}"
        return
    for name, cell in zip(columns, cells, strict=True):
        if why := _unfit(cell, _LONGEST[name]):
            yield f"{name}: {why}"
    given = {name: cell.strip() for name, cell in zip(columns, cells, strict=True)}
    if not given["name"]:
        yield "name: it is missing"
    if not re.fullmatch(EMAIL, given["e-mail"]):
        yield "e-mail: this is no address" if given["e-mail"] else "e-mail: it is missing"
    for school in _several(given["school"]):
        if school.casefold() not in known:
            yield f"school: there is no school {school!r} in federation.yml"
    yield from _wrong_day(given.get(TRAINED, ""), today)


def _wrong_day(text: str, today: date) -> Iterator[str]:
    day = _day(text)
    if text and (day is None or day > today):
        yield "trained: give the day of the last training, such as 2026-09-01, and none that is yet to come"


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _unfit(cell: str, longest: int) -> str:
    """What makes a cell one that nobody would type; "" where nothing does."""
    if (begins := cell.lstrip(" ")).startswith(_FORMULA):
        return f"it begins with {begins[0]!r}, as a formula does; write it without"
    if any(unicodedata.category(sign) in ("Cc", "Cf") for sign in cell):
        return "it holds a line break or a hidden character"
    return f"longer than {longest} characters" if len(cell) > longest else ""


def _several(cell: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one.strip() for one in cell.split(";") if one.strip()))


def _listed(given: Mapping[str, str], known: Mapping[str, str]) -> ListedStaff:
    schools = tuple(dict.fromkeys(known[one.casefold()] for one in _several(given["school"])))
    email = as_address(given["e-mail"])
    accounts = {name: as_written(user) for name in ACCOUNTS if (user := given.get(name, "").strip())}
    trained = _day(given.get(TRAINED, "").strip())
    return ListedStaff(
        given["name"].strip(), email, schools, _several(given["role"]), accounts=accounts, trained=trained
    )
