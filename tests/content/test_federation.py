import re
from datetime import UTC, date, datetime, time
from pathlib import Path

import pytest

from bot.content.documents import DataFaults
from bot.content.federation import is_demo_number, left_from_the_demo, load_federation, production_faults
from bot.domain.escalation import Targets
from bot.domain.times import HalfDay

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
    real = {"999", "101", "116 123", "020 3117 2520", "0800 028 0285", "0808 800 5000", "0344 381 4772"}
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


@pytest.mark.parametrize("platform", ["slack", "teams"])
def test_what_the_demo_left_is_named(tmp_path: Path, platform: str) -> None:
    """With a channel, people whom nothing reaches and limits for programs are named with their lines."""
    path = tmp_path / "federation.yml"
    path.write_text(EXAMPLE.read_text().replace("{playground: maya}", f"{{{platform}: U1}}"))
    federation = load_federation(path)
    found = [str(fault) for fault in left_from_the_demo(path, federation, (platform,))]
    assert len(found) == len(federation.roster.people) - 1 + 2
    assert not any("Maya" in fault for fault in found)
    assert f"people > eleanor: Eleanor Marsh is told nothing, without an account on {platform}:" in found[0]
    for fault in found:
        line = path.read_text().splitlines()[int(fault.split(":")[1]) - 1]
        assert "playground" in line or "6000" in line
    assert list(left_from_the_demo(path, federation, ())) == []


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
        (
            "name: Oak Federation",
            "name: X\ntargets: {standard: [240, 1440]}",
            2,
            "minutes are no longer taken",
        ),
        (
            "name: Oak Federation",
            "name: X\ntargets: {standard: [1 half-day, 2 weeks]}",
            2,
            "is no working time",
        ),
        (
            "name: Oak Federation",
            "name: X\ntargets: {standard: [1 day, 2 half-days]}",
            2,
            "longer than the one",
        ),
        ("name: Oak Federation", "name: X\ncalendar: {bank_holidays: france}", 2, "'england'"),
        ("name: Oak Federation", "name: X\ncalendar: {hours: {moonday: []}}", 2, "'monday'"),
        ("name: Oak Federation", "name: X\ncalendar: {hours: {monday: []}}", 2, "at least one weekday"),
        ("name: Oak Federation", "name: X\ncalendar:\n  hours: {monday: [8 to 12]}", 3, "as 08:30-12:30"),
        ("name: Oak Federation", "name: X\ncalendar: {hours: {monday: [01:30-12:30]}}", 2, "04:00 or later"),
        (
            "name: Oak Federation",
            "name: X\ncalendar: {hours: {monday: [8:30-12:30, 12:00-16:00]}}",
            2,
            "begins before",
        ),
        (
            "name: Oak Federation",
            "name: X\ncalendar:\n  closed: [{name: A, from: 2026-12-19, to: 2026-12-18}]",
            3,
            "the last day",
        ),
        (
            "name: Oak Federation",
            "name: X\ncalendar:\n  closed: [{name: A, from: 2026-12-19, to: 2028-01-03}]",
            3,
            "check the years",
        ),
        (
            "name: Oak Federation",
            "name: X\ncalendar:\n  terms: [{name: 2026-autumn, from: 2026-09-01, to: 2026-09-02}]",
            3,
            "check the years",
        ),
        (
            "name: Oak Federation",
            "name: X\ncalendar:\n  terms: [{name: autumn, from: 2026-09-01, to: 2026-12-20}]",
            3,
            "String should match pattern",
        ),
        (
            "name: Oak Federation",
            "name: X\ncalendar:\n  terms:\n"
            "    - {name: 2026-autumn, from: 2026-09-01, to: 2026-12-18}\n"
            "    - {name: 2027-spring, from: 2027-01-04, to: 2027-04-01}",
            3,
            "must begin on the day after 2026-autumn ends",
        ),
        (
            "name: Oak Federation",
            "name: X\ncalendar:\n  terms:\n"
            "    - {name: 2026-autumn, from: 2026-09-01, to: 2027-01-03}\n"
            "    - {name: 2026-autumn, from: 2027-01-04, to: 2027-04-01}",
            3,
            "only once",
        ),
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


def test_an_older_file_has_a_calendar(tmp_path: Path) -> None:
    """A file that says nothing of working time waits on school days from Monday to Friday, as in England."""
    path = tmp_path / "federation.yml"
    path.write_text(REAL)
    federation = load_federation(path)
    assert federation.targets == Targets()
    working = federation.working_time
    assert [bool(working.half_days(date(2026, 11, 23 + day))) for day in range(7)] == [True] * 5 + [False] * 2
    assert working.half_days(date(2026, 5, 25)) == ()


@pytest.mark.parametrize(
    ("nation", "off", "worked"),
    [
        ("england", "2026-04-06", "2026-11-30"),
        ("wales", "2026-08-31", "2026-08-03"),
        # Saint Andrew's Day and the second of January are Scotland's, Easter Monday is not.
        ("scotland", "2026-11-30", "2026-04-06"),
        ("scotland", "2026-01-02", "2026-08-31"),
        ("northern_ireland", "2026-03-17", "2026-11-30"),
        # A holiday that falls on a weekend is kept on the Monday after it, in a year that is far off too.
        ("england", "2032-12-27", "2032-12-29"),
        ("none", "2026-11-29", "2026-12-25"),
    ],
)
def test_bank_holidays_are_the_nations_own(tmp_path: Path, nation: str, off: str, worked: str) -> None:
    """Each nation of the United Kingdom has its days off and works on the others'."""
    path = tmp_path / "federation.yml"
    path.write_text(f"{REAL}calendar: {{bank_holidays: {nation}}}\n")
    working = load_federation(path).working_time
    assert working.half_days(date.fromisoformat(off)) == ()
    assert working.half_days(date.fromisoformat(worked)) != ()


def test_a_school_in_scotland_and_one_in_england(tmp_path: Path) -> None:
    """A report of the Friday before Saint Andrew's Day climbs a day later where that is a day off."""
    path, due = tmp_path / "federation.yml", {}
    for nation in ("scotland", "england"):
        path.write_text(f"{REAL}calendar: {{bank_holidays: {nation}}}\n")
        received = datetime(2026, 11, 27, 18, 0, tzinfo=UTC)
        due[nation] = load_federation(path).timetable(received, urgent=False).step(0)
    assert due["england"] == datetime(2026, 11, 30, 12, 30, tzinfo=UTC)
    assert due["scotland"] == datetime(2026, 12, 1, 12, 30, tzinfo=UTC)


def test_the_week_and_the_closures_are_the_files_own(tmp_path: Path) -> None:
    """Half-days with a break, a short day, a weekday that is not named, and both days of a closure."""
    path = tmp_path / "federation.yml"
    path.write_text(
        f"{REAL}calendar:\n"
        "  hours: {monday: [8:30-12:30, 13:15-16:00], tuesday: ['09:00-12:00'], saturday: [10:00-12:00]}\n"
        "  closed: [{name: Half term, from: 2026-10-24, to: 2026-10-31}]\n"
    )
    working = load_federation(path).working_time
    monday = (HalfDay(time(8, 30), time(12, 30)), HalfDay(time(13, 15), time(16)))
    assert working.half_days(date(2026, 11, 23)) == monday
    assert working.half_days(date(2026, 11, 24)) == (HalfDay(time(9), time(12)),)
    assert working.half_days(date(2026, 11, 25)) == ()
    assert working.half_days(date(2026, 10, 24)) == working.half_days(date(2026, 10, 31)) == ()
    assert working.half_days(date(2026, 11, 7)) != ()


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ("020 8123 4567", "999", 'dsl > phone: text is needed here: put it in quotes, "999"'),
        ("020 8123 4567", "+442081234567", 'put it in quotes, "+442081234567"'),
        ("020 8123 4567", "01632", 'YAML reads 01632 as another number: put it in quotes, "01632"'),
        ("020 8123 4567", "", "dsl > phone: text is needed here"),
        ("name: Oak School", "name: yes", 'name: text is needed here: put it in quotes, "yes"'),
        ("name: A,", "name: 2026-11-01,", 'put it in quotes, "2026-11-01"'),
        ("teams: T1", "teams: 8:30", 'YAML reads 8:30 as another number: put it in quotes, "8:30"'),
        ("eht: [a]", "eht: [5]", 'put it in quotes, "5"'),
        ("2026-11-01", "2026", "checked: 2026 is no date: write it as 2026-11-01"),
        ("2026-11-01", "01.11.2026", "checked: 01.11.2026 is no date"),
        ("2026-11-01", "2026-11-01 10:00", "checked: 2026-11-01 10:00 is no date"),
        ("2026-11-01", "2026-13-01", "no such day: month must be in 1..12"),
    ],
)
def test_what_yaml_takes_for_something_else_is_refused(
    tmp_path: Path, was: str, becomes: str, told: str
) -> None:
    """A value that YAML reads as a number, a day or yes is named with line, its own words and the cure."""
    found = faults(tmp_path, REAL.replace(was, becomes))
    line = next(number for number, row in enumerate(REAL.splitlines(), 1) if was in row)
    assert any(told in fault for fault in found), found
    assert all(fault.startswith(f"federation.yml:{line}: ") for fault in found)


QUOTED = 'give a time of day in quotes, such as "08:30"'
NUMBER = "as another number: put it in quotes, "


@pytest.mark.parametrize("key", ["at", "before_days_off"])
@pytest.mark.parametrize(
    ("value", "told"),
    [("8:30", NUMBER), ("16:00", NUMBER), ("08:30:00.5", NUMBER), ("8", QUOTED), ("8.30", QUOTED)]
    + [(text, QUOTED) for text in ('"8"', '"24:00"', '"08:30Z"', "0830", "2026-11-01", "yes", "null")],
)
def test_a_time_is_a_time(tmp_path: Path, key: str, value: str, told: str) -> None:
    """Of the digest's times nothing is taken but hours and minutes in words: a number would be seconds."""
    (found,) = faults(tmp_path, f"{REAL}digest: {{{key}: {value}}}\n")
    assert found.startswith("federation.yml:8: ")
    assert told in found


@pytest.mark.parametrize("value", ['"08:30"', '"8:30"', "'8:30'", "08:30"])
def test_a_time_in_words_is_taken(tmp_path: Path, value: str) -> None:
    """Hours and minutes that are text to YAML are that time of day, on the Federation's clock."""
    path = tmp_path / "federation.yml"
    path.write_text(f"{REAL}digest: {{at: {value}}}\n")
    digest = load_federation(path).digest
    assert digest is not None
    assert digest.at == time(8, 30)


@pytest.mark.parametrize("taken", ["reporter", "signpost", "host", "unknown"])
def test_nobody_bears_the_name_of_no_person(tmp_path: Path, taken: str) -> None:
    """An id that means "nobody on the roster" in a history is refused, with its line."""
    (found,) = faults(tmp_path, REAL.replace("{id: a,", f"{{id: {taken},").replace("[a", f"[{taken}"))[:1]
    assert "federation.yml:4" in found
    assert "give another id" in found


def test_a_few_lines_cannot_stand_for_millions(tmp_path: Path) -> None:
    """Aliases of aliases, and one that holds itself, are refused at once; a plain alias is read."""
    bomb = "a: &a [x, x, x, x, x, x, x, x, x, x]\n"
    for name, before in zip("bcdefghi", "abcdefgh", strict=True):
        bomb += f"{name}: &{name} [{', '.join([f'*{before}'] * 10)}]\n"
    assert len(bomb) < 600
    for text in (bomb, "a: &a [*a]\n"):
        assert "federation.yml:1: its aliases (*name)" in faults(tmp_path, text)[0]
    path = tmp_path / "federation.yml"
    path.write_text(REAL.replace("eht: [a]", "eht: &eht [a]").replace("chair: [a]", "chair: *eht"))
    assert load_federation(path).roster.roles["chair"]
