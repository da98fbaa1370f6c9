"""The staff register: one person one entry, sealed, forgotten in time, and no way to any right."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from bot.__main__ import cli
from bot.content.documents import DataFaults
from bot.content.federation import load_federation
from bot.domain.roster import Absence, Person
from bot.domain.routing import conflict_of
from bot.domain.staff import ListedStaff, register
from bot.domain.turns import Said
from bot.settings import EXAMPLE
from bot.staff.register import ImportCounts, members, take_in
from tests.support.desk import START, Desk, text_of

FEDERATION = load_federation(EXAMPLE)
ROOT = Path(__file__).resolve().parents[2]
ANA = ListedStaff("Ana Silva", "ana.silva@harbour.example", ("northgate",), ("Teacher",))
JOE = ListedStaff("Joe Whitfield", "joe@harbour.example", (), ("Teaching assistant",))


def take(desk: Desk, *people: ListedStaff, everybody: bool = False) -> ImportCounts:
    with desk.product.database.transaction() as tx:
        return take_in(tx, desk.product.context.vault, people, desk.now, everybody=everybody)


def names(desk: Desk) -> dict[str, bool]:
    """Everybody on the register who is not on the roster, and whether they have left."""
    context = desk.product.context
    with desk.product.database.transaction() as tx:
        found = members(tx, context.vault, context.world.federation)
    return {one.name: one.left_at is not None for one in found if not one.person}


def test_one_person_is_one_entry_over_both_platforms() -> None:
    """A person on the roster, on two platforms, and on the list by the same address stands there once."""
    roster = FEDERATION.roster
    grace = Person("grace", "Grace Holloway", {"slack": "U1", "teams": "t-1"}, "grace@harbour.example")
    roster = replace(roster, people={**roster.people, "grace": grace})
    listed = ListedStaff("G. Holloway", "grace@harbour.example", ("southmere",), ("Deputy head",))
    found = [one for one in register(roster, FEDERATION.schools, (listed, ANA)) if "olloway" in one.name]
    (one,) = found
    assert (one.name, one.person, one.jobs, one.roles) == (
        "Grace Holloway", "grace", ("Deputy head",), ("flt",)
    )  # fmt: skip
    assert one.platforms == ("slack", "teams")
    assert one.schools == ("southmere",)


def test_the_roster_tells_schools_roles_and_leave() -> None:
    """A role for one school is of that school, one for all of every school; a person away is on leave."""
    roster = replace(FEDERATION.roster, covers={"dina": "lucy"})
    found = {one.person: one for one in register(roster, FEDERATION.schools, ())}
    assert found["dina"].schools == ("northgate",)
    assert found["dina"].on_leave
    assert found["eleanor"].schools == ("northgate", "southmere")
    assert not found["eleanor"].on_leave
    assert found["ravi"].roles == ("deputy_fbm", "sbm")


def test_a_list_twice_changes_nothing(desk: Desk) -> None:
    """The same list again leaves every row as it is; what differs is changed, and what is new is added."""
    assert take(desk, ANA, JOE) == ImportCounts(added=2)
    with desk.product.database.transaction() as tx:
        before = sorted(map(repr, tx.execute(text("SELECT * FROM staff"))))
    assert take(desk, ANA, JOE) == ImportCounts(same=2)
    with desk.product.database.transaction() as tx:
        assert sorted(map(repr, tx.execute(text("SELECT * FROM staff")))) == before
    assert take(desk, replace(ANA, name="Ana Costa"), JOE) == ImportCounts(changed=1, same=1)
    assert names(desk) == {"Ana Costa": False, "Joe Whitfield": False}


def test_a_part_of_a_list_lets_nobody_leave(desk: Desk) -> None:
    """Without being told that the file names everybody, anybody who is missing from it stays."""
    take(desk, ANA, JOE)
    assert take(desk, ANA) == ImportCounts(same=1)
    assert names(desk) == {"Ana Silva": False, "Joe Whitfield": False}


def test_who_left_is_deleted_after_the_days_that_are_set(desk: Desk) -> None:
    """Left out of a whole list they have left, and are gone a year later; one who came back has not left."""
    take(desk, ANA, JOE)
    assert take(desk, ANA, everybody=True) == ImportCounts(same=1, left=1)
    assert take(desk, ANA, everybody=True) == ImportCounts(same=1), "left once"
    assert names(desk) == {"Ana Silva": False, "Joe Whitfield": True}
    desk.later(days=364)
    desk.work()
    assert names(desk) == {"Ana Silva": False, "Joe Whitfield": True}
    desk.later(days=2)
    desk.work()
    assert names(desk) == {"Ana Silva": False}
    take(desk, JOE, everybody=True)
    assert take(desk, ANA) == ImportCounts(changed=1)
    assert names(desk) == {"Ana Silva": False, "Joe Whitfield": False}


def test_nothing_of_anybody_stands_in_the_clear(desk: Desk) -> None:
    """Names, addresses and what people do are sealed; the row's id says nothing of the address."""
    take(desk, ANA)
    dump = desk.dump()
    for word in ("Silva", "harbour.example", "Teacher"):
        assert word not in dump


def test_the_list_gives_nobody_a_right(desk: Desk) -> None:
    """Somebody on the list as "Executive Headteacher" may see and change nothing more than before."""
    take(desk, ListedStaff("ana", "ana@harbour.example", (), ("Executive Headteacher", "eht", "flt")))
    reference = desk.report().reference
    assert "not on the roster" in desk.press("ana", "case.acknowledge", reference)
    (answer,) = desk.send("ana", Said("replies"))
    assert "You run no account" in text_of(answer)


def test_ten_thousand_people_are_taken_in(desk: Desk) -> None:
    """The longest list is taken in whole, in one transaction, and a second time changes nothing."""
    people = [ListedStaff(f"Person {n}", f"p{n}@harbour.example", (), ("Teacher",)) for n in range(10_000)]
    assert take(desk, *people) == ImportCounts(added=10_000)
    assert take(desk, *people) == ImportCounts(same=10_000)


def bot(folder: Path, *args: str) -> tuple[int, str]:
    """A command as an administrator types it: how it ended, and what it said."""
    env = {"DATABASE_URL": f"sqlite:///{folder / 'signpost.db'}", "SIGNPOST_CONFIG": str(EXAMPLE)}
    found = CliRunner().invoke(cli, list(args), env=env)
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        raise found.exception
    return found.exit_code, found.output


@pytest.mark.process
def test_the_commands(tmp_path: Path) -> None:
    """`training import` takes a file in, whole or not at all; `training list` shows the register."""
    path = tmp_path / "staff.csv"
    path.write_text("name,e-mail,school,role\nAna Silva,ana.silva@harbour.example,northgate,Teacher\n")
    code, said = bot(tmp_path, "training", "import", str(path), "--dry-run")
    assert (code, "Nothing was changed" in said) == (0, True)
    assert "1 added" in bot(tmp_path, "training", "import", str(path))[1]
    assert "1 as before" in bot(tmp_path, "training", "import", str(path), "--everybody")[1]
    code, listed = bot(tmp_path, "training", "list")
    assert "Ana Silva · Northgate School · Teacher" in listed
    assert "ana.silva@" not in listed
    assert "Eleanor Marsh · Northgate School, Southmere School · Executive Headteacher" in listed
    assert (
        "ana.silva@harbour.example"
        in bot(tmp_path, "training", "list", "--email", "Ana.Silva@harbour.example")[1]
    )
    path.write_text("name,e-mail,school,role\nJoe,joe,,\nAna,ana@harbour.example,Eastgate,\n")
    code, said = bot(tmp_path, "training", "import", str(path))
    assert code == 1
    assert f"{path}:2: e-mail: this is no address" in said
    assert f"{path}:3: school: there is no school 'Eastgate'" in said
    assert "Joe" not in bot(tmp_path, "training", "list")[1].replace("Joe W", "")


def test_the_policy_owner_is_the_headteacher_until_somebody_is_given_the_role() -> None:
    """Without a holder the Executive Headteacher owns the policy; with one, that one alone."""
    roster = FEDERATION.roster
    assert roster.holders("policy_owner", "") == ("eleanor",)
    owned = replace(roster, roles={**roster.roles, "policy_owner": {"": ("colin",)}})
    assert owned.holders("policy_owner", "northgate") == ("colin",)
    emptied = replace(roster, roles={**roster.roles, "policy_owner": {"": ()}})
    assert emptied.holders("policy_owner", "") == ("eleanor",)
    away = Absence("eleanor", START, START + timedelta(days=1), "beth")
    assert replace(roster, absences=(away,), covers={"eleanor": "beth"}).holders("policy_owner", "") == (
        "beth", "eleanor"
    )  # fmt: skip


def test_owning_the_policy_draws_nobody_into_a_conflict() -> None:
    """A report about one policy owner keeps the other one on its route: the role has no part in cases."""
    roster = replace(
        FEDERATION.roster, roles={**FEDERATION.roster.roles, "policy_owner": {"": ("tom", "eleanor")}}
    )
    found = conflict_of({"conflict_people": ("tom",)}, roster)
    assert "eleanor" not in found.people
    assert found.roles == {"flt"}


def test_bad_accounts_and_addresses_are_named(tmp_path: Path) -> None:
    """A runner or school that is not there, an account or address twice: each is a fault with its line."""
    path = tmp_path / "federation.yml"
    good = EXAMPLE.read_text(encoding="utf-8")
    found = "{name: Northgate School on Facebook, school: northgate, runners: [grace, lucy]}"
    for bad, told in (
        ("{name: N on F, school: eastgate}", "no school has the id eastgate"),
        ("{name: N on F, runners: [nobody]}", "nobody has the id nobody; add them to people"),
        ('"@HarbourFed on X (Twitter)"', "is given twice"),
        ("{name: N on F, page: http://x.example}", "page"),
        ("{name: N on F, since: soon}", "since"),
        ("{name: N on F, runner: [grace]}", "runner"),
    ):
        path.write_text(good.replace(found, bad), encoding="utf-8")
        with pytest.raises(DataFaults, match=told) as faults:
            load_federation(path)
        assert {fault.line for fault in faults.value.faults} <= {
            number for number, line in enumerate(path.read_text().split("\n"), 1) if bad[:20] in line
        }
    mail = "accounts: {playground: NAME}, email: same@harbour.example}"
    twice = good
    for name in ("farid", "grace"):
        twice = twice.replace(f"accounts: {{playground: {name}}}}}", mail.replace("NAME", name))
    path.write_text(twice, encoding="utf-8")
    with pytest.raises(DataFaults, match=r"email 'same@harbour\.example' is given twice"):
        load_federation(path)


def test_accounts_are_read_with_all_that_is_known_of_them() -> None:
    """A name alone will do; school, runners and page are read where they are given."""
    assert FEDERATION.accounts[0] == "@HarbourFed on X (Twitter)"
    assert FEDERATION.account(FEDERATION.accounts[0]).runners == ()
    known = FEDERATION.account("Southmere School on Instagram")
    assert (known.school, known.runners) == ("southmere", ("tom",))
    assert FEDERATION.account("An old account").name == "An old account"
