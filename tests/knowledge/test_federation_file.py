import re
from pathlib import Path

import pytest

from bot.knowledge.documents import DataFaults
from bot.knowledge.federation_file import is_demo_number, load_federation, production_faults

EXAMPLE = Path(__file__).resolve().parents[2] / "federation.example.yml"
REAL = """\
name: Oak Federation
schools: [{id: oak, name: Oak School}]
people:
  - {id: a, name: A, accounts: {slack: U1, teams: T1}}
  - {id: b, name: B, accounts: {slack: U2}}
roles: {eht: [a], flt: [a, b], fbm: [b], dsl: {oak: [b]}, chair: [a]}
contacts: {dsl: {label: DSL, phone: 020 8123 4567, checked: 2026-11-01}}
"""


def faults(tmp_path: Path, text: str) -> list[str]:
    path = tmp_path / "federation.yml"
    path.write_text(text)
    with pytest.raises(DataFaults) as raised:
        load_federation(path)
    return [str(fault).removeprefix(f"{path.parent}/") for fault in raised.value.faults]


def test_the_example_is_a_demo_that_holds_together() -> None:
    """The example file loads, and every one of its made-up numbers is recognised as such."""
    federation = load_federation(EXAMPLE)
    assert federation.demo
    real = {"999", "101", "116 123", "020 3117 2520", "0800 028 0285", "0344 381 4772"}
    for contact in federation.contacts.values():
        assert (contact.phone in real) != is_demo_number(contact.phone), contact


def test_a_real_file_has_no_production_faults(tmp_path: Path) -> None:
    """A file with its own values, every needed role held, may be used for real."""
    path = tmp_path / "federation.yml"
    path.write_text(REAL)
    assert production_faults(path, load_federation(path)) == ()


@pytest.mark.parametrize(
    ("was", "becomes", "expected"),
    [
        ("eht: [a], ", "", "eht (Executive Headteacher): nobody holds it"),
        ("flt: [a, b]", "flt: [a]", "at least 2 people must hold it"),
        (
            "dsl: {oak: [b]}",
            "dsl: {oak: []}",
            "dsl (Designated Safeguarding Lead): nobody holds it for Oak School",
        ),
        ("020 8123 4567", "020 7946 0999", "is a demo number"),
        ("020 8123 4567", "+44 20 7946 0999", "is a demo number"),
    ],
)
def test_what_keeps_a_file_from_real_use(tmp_path: Path, was: str, becomes: str, expected: str) -> None:
    """A role that nobody holds and a demo number are named before the first message goes out."""
    path = tmp_path / "federation.yml"
    path.write_text(REAL.replace(was, becomes))
    found = [str(fault) for fault in production_faults(path, load_federation(path))]
    assert any(expected in fault for fault in found), found


@pytest.mark.parametrize(
    ("was", "becomes", "line", "expected"),
    [
        ("eht: [a]", "eht: [zed]", 6, "nobody has the id zed"),
        ("eht: [a]", "head: [a]", 6, "no such role: head"),
        ("{oak: [b]}", "{elm: [b]}", 6, "no school has the id elm"),
        ("slack: U2", "slack: U1", 5, "slack 'U1' is given twice"),
        ("id: b,", "id: a,", 5, "id 'a' is given twice"),
        ("name: Oak Federation", "name: Oak Federation\ncolour: red", 2, "colour"),
        ("name: Oak Federation", "timezone: Mars/Phobos\nname: X", 1, "is not a time zone"),
        ("name: Oak Federation", "name: X\ntargets: {urgent: [10, 10]}", 2, "each more than the one before"),
        ("name: Oak Federation", "name: [", 3, "not valid YAML"),
        ("checked: 2026-11-01", "checked: soon", 7, "date"),
    ],
)
def test_each_fault_has_its_line(tmp_path: Path, was: str, becomes: str, line: int, expected: str) -> None:
    """Each kind of mistake is one fault with the file, the line and what is wrong."""
    found = faults(tmp_path, REAL.replace(was, becomes))
    assert any(re.match(rf"federation\.yml:{line}: .*{re.escape(expected)}", fault) for fault in found), found


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    """Two mistakes are two faults, in one go."""
    assert len(faults(tmp_path, REAL.replace("eht: [a]", "eht: [x]").replace("fbm: [b]", "fbm: [y]"))) == 2


def test_object_ids_are_the_same_in_capitals(tmp_path: Path) -> None:
    """An id of Microsoft's that was copied in capitals is its owner all the same; others stay as they are."""
    path = tmp_path / "federation.yml"
    big = "0A1B2C3D-0000-4000-8000-ABCDEF012345"
    path.write_text(REAL.replace("teams: T1", f"teams: {big}"))
    people = load_federation(path).roster
    found = people.by_account("teams", big.lower())
    assert found is not None
    assert people.by_account("slack", "U1") == found
