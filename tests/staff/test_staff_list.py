"""A list of staff from a CSV file: taken whole, or every fault named with file and line."""

from datetime import date
from pathlib import Path

import pytest

from bot.content.documents import DataFaults
from bot.content.staff_list import MOST_LINES, read_staff_list
from bot.domain.roster import School
from bot.domain.staff import ListedStaff

SCHOOLS = (School("northgate", "Northgate School"), School("southmere", "Southmere School"))
HEAD = "name,e-mail,school,role\n"


def read(folder: Path, text: str | bytes) -> tuple[ListedStaff, ...]:
    path = folder / "staff.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_staff_list(path, SCHOOLS)


def faults(folder: Path, text: str | bytes) -> list[tuple[int, str]]:
    with pytest.raises(DataFaults) as found:
        read(folder, text)
    assert {fault.path.name for fault in found.value.faults} == {"staff.csv"}
    return [(fault.line, fault.message) for fault in found.value.faults]


def test_a_list_is_read(tmp_path: Path) -> None:
    """Name, address, schools by id or name, roles; several parted by semicolons, no school is every one."""
    text = (
        "\ufeffName,Email,School,Role\r\n"
        "Ana Silva,Ana.Silva@Harbour.Example,northgate,Teacher\r\n"
        "\r\n"
        '"O’Neill, Sean",sean@harbour.example,Southmere School; NORTHGATE,"Teacher; Head of History"\r\n'
        "Priya Shah,priya@harbour.example,,\r\n"
    )
    assert read(tmp_path, text) == (
        ListedStaff("Ana Silva", "ana.silva@harbour.example", ("northgate",), ("Teacher",)),
        ListedStaff(
            "O’Neill, Sean",
            "sean@harbour.example",
            ("southmere", "northgate"),
            ("Teacher", "Head of History"),
        ),
        ListedStaff("Priya Shah", "priya@harbour.example"),
    )


def test_columns_may_stand_in_any_order(tmp_path: Path) -> None:
    """The first line says which column is which."""
    text = "role,school,e-mail,name\nTeacher,northgate,ana@harbour.example,Ana Silva\n"
    assert read(tmp_path, text)[0].name == "Ana Silva"


@pytest.mark.parametrize(
    ("head", "told"),
    [
        ("", "it says nothing"),
        ("name;e-mail;school;role\n", "it says name;e-mail;school;role"),
        ("name,e-mail,school\n", "it says name, e-mail, school"),
        ("name,e-mail,school,role,salary\n", "salary"),
        ("name,name,school,role\n", "it says name, name"),
        ("name,e-mail,school,role,slack,slack\n", "slack, slack"),
        ("Ana Silva,ana@harbour.example,northgate,Teacher\n", "it says Ana Silva"),
    ],
)
def test_wrong_columns_are_named(tmp_path: Path, head: str, told: str) -> None:
    """Another first line than the four columns is a fault that says what is wanted and what is there."""
    ((line, message),) = faults(tmp_path, head)
    assert line == 1
    assert "the first line must name the columns name, e-mail, school, role, and may name slack" in message
    assert told in message


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("Ana,ana@harbour.example,northgate", "3 cells; there must be 4"),
        ("Ana,ana@harbour.example,northgate,Teacher,x", "5 cells; there must be 4"),
        (",ana@harbour.example,northgate,Teacher", "name: it is missing"),
        ("Ana,,northgate,Teacher", "e-mail: it is missing"),
        ("Ana,ana,northgate,Teacher", "e-mail: this is no address"),
        ("Ana,ana@harbour,northgate,Teacher", "e-mail: this is no address"),
        ("Ana,a b@harbour.example,northgate,Teacher", "e-mail: this is no address"),
        ("Ana,ana@harbour.example,Eastgate,Teacher", "there is no school 'Eastgate'"),
        (
            "=HYPERLINK(1),ana@harbour.example,northgate,Teacher",
            "name: it begins with '=', as a formula does",
        ),
        ("Ana,ana@harbour.example,northgate,+44", "role: it begins with '+'"),
        ("Ana,ana@harbour.example,northgate, @SUM(A1)", "role: it begins with '@'"),
        ("-Ana,ana@harbour.example,northgate,Teacher", "name: it begins with '-'"),
        ('"A\nna",ana@harbour.example,northgate,Teacher', "name: it holds a line break"),
        (
            "A\u202ena,ana@harbour.example,northgate,Teacher",
            "name: it holds a line break or a hidden character",
        ),
        (f"{'A' * 101},ana@harbour.example,northgate,Teacher", "name: longer than 100 characters"),
    ],
)
def test_each_bad_line_is_named(tmp_path: Path, row: str, told: str) -> None:
    """What is wrong with a line is said with its number, and nothing of the file is taken."""
    good = "Joe,joe@harbour.example,northgate,Teacher\n"
    ((line, message),) = faults(tmp_path, f"{HEAD}{good}{row}\n")
    assert line == 3
    assert told in message


def test_doubles_name_both_lines(tmp_path: Path) -> None:
    """The same address twice, in other capitals too, is a fault on the second line that names the first."""
    text = f"{HEAD}Ana,ana@harbour.example,,\nJoe,joe@harbour.example,,\nAnna,ANA@harbour.example,,\n"
    assert faults(tmp_path, text) == [(4, "e-mail: it stands on line 2 already")]


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    """Fifty faults are listed, and how many more there are."""
    found = faults(tmp_path, HEAD + "Ana,nothing,,\n" * 200)
    assert [line for line, _ in found[:50]] == list(range(2, 52))
    assert found[50:] == [(52, "and 150 more faults from here")]


def test_a_line_after_a_cell_of_two_lines_has_its_own_number(tmp_path: Path) -> None:
    """Lines are those of the file, as an editor counts them."""
    text = f'{HEAD}"A\nna",ana@harbour.example,,\nJoe,nothing,,\n'
    assert [line for line, _ in faults(tmp_path, text)] == [2, 4]


def test_ten_thousand_people_are_taken_and_one_more_is_not(tmp_path: Path) -> None:
    """A list of 10,000 is read whole; with one more it is refused on the line where it is too long."""
    rows = "".join(f"Person {number},p{number}@harbour.example,,Teacher\n" for number in range(MOST_LINES))
    assert len(read(tmp_path, HEAD + rows)) == MOST_LINES
    ((line, message),) = faults(tmp_path, f"{HEAD}{rows}One more,more@harbour.example,,\n")
    assert line == MOST_LINES + 2
    assert "more than 10,000 people" in message


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"name,e-mail,school,role\nAn\xe1,ana@harbour.example,,\n", "it is not UTF-8"),
        (b"x" * 5_000_001, "larger than 5 MB"),
        (b'name,e-mail,school,role\n"Ana" Silva,ana@harbour.example,,\n', "not CSV"),
        (b'name,e-mail,school,role\n"Ana,ana@harbour.example,,\n', "not CSV"),
    ],
)
def test_what_is_no_list_is_refused(tmp_path: Path, content: bytes, told: str) -> None:
    """Another encoding, a file far too large, and quotes that do not close are each said."""
    ((_, message),) = faults(tmp_path, content)
    assert told in message


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """It is named, and said not to be there."""
    with pytest.raises(DataFaults, match="cannot be read"):
        read_staff_list(tmp_path / "nobody.csv", SCHOOLS)


def test_accounts_and_training_may_be_told(tmp_path: Path) -> None:
    """User ids on the platforms and the day of the last training are read where the list has them."""
    text = (
        "name,e-mail,school,role,Slack,teams,trained\n"
        "Ana,ana@harbour.example,,Teacher,U012AB,,2026-09-01\n"
        "Joe,joe@harbour.example,,,,8D1F3C5E-0000-4000-8000-0123456789AB,\n"
    )
    ana, joe = read(tmp_path, text)
    assert (ana.accounts, ana.trained) == ({"slack": "U012AB"}, date(2026, 9, 1))
    assert joe.accounts == {"teams": "8d1f3c5e-0000-4000-8000-0123456789ab"}
    assert joe.trained is None


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("Joe,joe@harbour.example,,,U1,", "slack: it stands on line 2 already"),
        ("Joe,joe@harbour.example,,,=U2,", "slack: it begins with '=', as a formula does"),
        (f"Joe,joe@harbour.example,,,{'U' * 65},", "slack: longer than 64 characters"),
        ("Joe,joe@harbour.example,,,,1/9/2026", "trained: give the day of the last training"),
        ("Joe,joe@harbour.example,,,,2026-02-30", "trained: give the day of the last training"),
        ("Joe,joe@harbour.example,,,,2026-11-24", "none that is yet to come"),
    ],
)
def test_bad_accounts_and_days_are_named(tmp_path: Path, row: str, told: str) -> None:
    """An account twice, a formula, and a day that is none or yet to come: each with its line."""
    path = tmp_path / "staff.csv"
    path.write_text(
        f"name,e-mail,school,role,slack,trained\nAna,ana@harbour.example,,,U1,2026-11-23\n{row}\n"
    )
    with pytest.raises(DataFaults) as found:
        read_staff_list(path, SCHOOLS, date(2026, 11, 23))
    ((line, message),) = [(fault.line, fault.message) for fault in found.value.faults]
    assert line == 3
    assert told in message
