"""`training members`: what Slack lists of its members, joined to the staff register."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.campaigns.people import figures_by_school
from bot.domain.directory import Directory, DirectoryAccount, Finding, Joined
from bot.domain.staff import ListedStaff
from bot.staff.register import ImportCounts, member_at, take_directory
from bot.storage.campaigns import newest_campaign
from bot.storage.staff import staff_list
from tests.acceptance.slack_office import LEADERS, OTHERS, environment_of
from tests.campaigns.test_campaign import begin, names, stages, work
from tests.slack_double import SlackDouble
from tests.staff.test_register import ANA, JOE, bot, take
from tests.support.desk import Desk

ROOT = Path(__file__).resolve().parents[2]
ZOE = DirectoryAccount("UZOE", "Zoe Zander", "zoe@harbour.example")


def join(desk: Desk, *accounts: DirectoryAccount, add: bool = False) -> Joined:
    context = desk.product.context
    with desk.product.database.transaction() as tx:
        roster = context.world.federation.roster
        return take_directory(tx, context.vault, Directory("slack", accounts), roster, desk.now, add=add)


def stored(desk: Desk) -> dict[str, ListedStaff]:
    with desk.product.database.transaction() as tx:
        return {entry.email: entry for entry in staff_list(tx, desk.product.context.vault)}


def at(desk: Desk, user: str) -> str:
    """Whose account it is, as everything else asks it."""
    context = desk.product.context
    with desk.product.database.transaction() as tx:
        found = member_at(tx, context.vault, context.world.federation, "slack", user)
    return found.name if found else ""


def test_the_account_that_slack_tells_is_known_from_then_on(desk: Desk) -> None:
    """Somebody of the list writes on Slack and is known; the same list again takes nothing away."""
    take(desk, ANA)
    account = DirectoryAccount("UANA", "Ana", ANA.email)
    assert at(desk, "UANA") == ""
    assert join(desk, account).count(Finding.JOINED) == 1
    assert at(desk, "UANA") == "Ana Silva"
    assert take(desk, ANA) == ImportCounts(same=1)
    assert join(desk, account).changed == ()


def test_an_account_has_one_holder(desk: Desk) -> None:
    """An account that a list gives to another is taken from the one before, and stays taken."""
    take(desk, replace(ANA, accounts={"slack": "U1"}))
    take(desk, replace(JOE, accounts={"slack": "U1"}))
    take(desk, replace(ANA, jobs=("Head of Year",)))
    assert at(desk, "U1") == "Joe Whitfield"
    assert stored(desk)[ANA.email].accounts == {}
    take(desk, replace(ANA, accounts={"slack": "U1"}), JOE)
    assert (at(desk, "U1"), stored(desk)[JOE.email].accounts) == ("Ana Silva", {}), "both on one list"


def test_slack_alone_tells_of_somebody_until_the_list_does(desk: Desk) -> None:
    """Added without a school; the list's line of the same address takes its place, school and all."""
    join(desk, ZOE, add=True)
    assert stored(desk)[ZOE.email].told_by == "slack"
    assert take(desk, ListedStaff("Zoe Z.", ZOE.email, ("southmere",))) == ImportCounts(changed=1)
    entry = stored(desk)[ZOE.email]
    assert (entry.told_by, entry.schools, entry.accounts) == ("", ("southmere",), {"slack": "UZOE"})


def test_a_list_that_gives_the_account_to_another_address_ends_the_entry(desk: Desk) -> None:
    """The office knows the person of that account by another address: one person stays one entry."""
    join(desk, ZOE, add=True)
    named = ListedStaff("Zoe Zander", "z.zander@harbour.example", (), accounts={"slack": "UZOE"})
    assert take(desk, named) == ImportCounts(added=1, left=1)
    assert {email: entry.left_at is None for email, entry in stored(desk).items()} == {
        ZOE.email: False, named.email: True
    }  # fmt: skip
    assert join(desk, ZOE, add=True).count(Finding.KNOWN) == 1


def test_whom_a_whole_list_left_out_slack_does_not_bring_back(desk: Desk) -> None:
    """With `--everybody` the office has the last word: somebody it leaves out is not added again."""
    join(desk, ZOE, add=True)
    assert take(desk, ANA, everybody=True) == ImportCounts(added=1, left=1)
    found = join(desk, ZOE, add=True)
    assert (found.count(Finding.STILL_ACTIVE), found.changed) == (1, ())


def by_school(desk: Desk) -> dict[str, int]:
    """How many a running campaign asks at each school."""
    context = desk.product.context
    with desk.product.database.transaction() as tx:
        campaign = newest_campaign(tx, context.world.policy.id)
        assert campaign is not None
        found = figures_by_school(tx, context.vault, context.world.federation, campaign)
    return {one.school: one.asked for one in found}


def test_who_has_no_school_counts_at_none(desk: Desk) -> None:
    """Who is not added leaves a running campaign as it is; who is added is asked, and counts at no school.

    Those who may see every school see them apart; a School Business Manager, and the shares, do not.
    """
    begin(desk)
    work(desk)
    before, asked = by_school(desk), stages(desk)["asked"]
    join(desk, ZOE)
    desk.later(days=1)
    work(desk)
    assert (by_school(desk), stages(desk)["asked"]) == (before, asked)
    join(desk, ZOE, add=True)
    desk.later(days=1)
    work(desk)
    assert by_school(desk) == before
    assert stages(desk) == {"asked": asked, "not_reached": 1}, "no platform in use knows her account"
    assert "School not known\n0 of 1 have confirmed; 0 are outstanding, 1 not reached" in names(desk, "grace")
    assert "Zander" not in names(desk, "ravi")
    counted = "School not known: 1, of whom 0 can be written to"
    assert counted in desk.press("grace", "campaign.staff")
    assert counted not in desk.press("ravi", "campaign.staff")


def test_a_campaign_reaches_the_account_that_was_joined(desk: Desk) -> None:
    """Somebody of the list who was not reached gets their message once a platform has told their account."""
    take(desk, ANA, JOE)
    begin(desk)
    work(desk)
    assert stages(desk)["not_reached"] == 2
    context = desk.product.context
    told = Directory("playground", (DirectoryAccount("ana.s", "Ana", ANA.email),))
    with desk.product.database.transaction() as tx:
        take_directory(tx, context.vault, told, context.world.federation.roster, desk.now)
    desk.later(days=8)
    work(desk)
    assert stages(desk)["not_reached"] == 1
    assert "Please read: the social media policy" in desk.notebook.texts("ana.s")[0]


@dataclass(frozen=True)
class Machine:
    """The machine of an administrator, and the workspace that it is to list."""

    slack: SlackDouble
    folder: Path
    environment: dict[str, str]

    def run(self, *args: str) -> tuple[int, str]:
        """A command as they type it, in a process of its own: how it ended, and all that it said."""
        done = subprocess.run(
            [sys.executable, "-m", "bot", "training", *args],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
            env={**os.environ, **self.environment},  # noqa: TID251 - a child gets what this process has
        )
        assert "Traceback" not in done.stderr
        return done.returncode, done.stdout + done.stderr

    def take(self, *lines: str) -> None:
        path = self.folder / "staff.csv"
        path.write_text("\n".join(("name,e-mail,school,role", *lines)), encoding="utf-8")
        code, said = self.run("import", str(path))
        assert code == 0, said


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    with SlackDouble() as slack:
        people = [slack.add_user(name) for name in (*LEADERS, *OTHERS)]
        environment = environment_of(tmp_path, slack, slack.add_channel("flt", private=True, members=people))
        database = f"sqlite:///{tmp_path / 'signpost.db'}"
        yield Machine(slack, tmp_path, {**environment, "DATABASE_URL": database})


@pytest.mark.process
def test_the_command(machine: Machine) -> None:
    """With the right to read addresses: tried, done, done twice; names only where asked for."""
    machine.slack.scopes.add("users:read.email")
    machine.take("Ana Silva,ana@harbour.example,northgate,Teacher", "Joe W,joe@harbour.example,,Caretaker")
    ana = machine.slack.add_user("ana", real_name="Ana S.", email="Ana@Harbour.example")
    zoe = machine.slack.add_user("zoe", real_name="Zoe\nZander", email="zoe@harbour.example")
    machine.slack.add_user("guest", kind="guest")
    code, said = machine.run("members", "--add", "--dry-run")
    assert (code, said.splitlines()) == (
        0,
        [
            "Nothing was changed. Without --dry-run:",
            "Slack lists 15 people of ours; 2 people changed on the list of staff.",
            "13 on the roster, which is not changed.",
            "1 on the list by their e-mail address: the account is theirs now.",
            "1 added: on neither roster nor list, no school known.",
        ],
    )
    assert "slack" not in machine.run("list", "--email", "ana@harbour.example")[1]
    assert "1 on neither roster nor list: not added." in machine.run("members")[1]
    assert "Ana Silva · Northgate School · Teacher · slack" in machine.run("list")[1]
    assert "1 person changed" in machine.run("members", "--add")[1]
    assert "Zoe Zander · school not known: Slack alone tells of them · slack" in machine.run("list")[1]
    code, again = machine.run("members", "--add")
    assert "0 people changed on the list" in again
    machine.slack.workspace.users[zoe.id].kind = machine.slack.workspace.users[ana.id].kind = "deleted"
    code, said = machine.run("members")
    assert "1 left: Slack alone told of them" in said
    assert "1 on the list, with an account that is closed" in said
    assert "Ana" not in said
    assert f"  - Ana Silva ({ana.id})" in machine.run("members", "--who")[1]
    assert (
        "Zoe Zander · school not known: Slack alone tells of them · slack · left on" in machine.run("list")[1]
    )


@pytest.mark.process
def test_without_the_right_to_read_addresses(machine: Machine) -> None:
    """People are known by their accounts alone; what is missing is said, and what to do."""
    machine.take("Ana Silva,ana@harbour.example,northgate,Teacher")
    machine.slack.add_user("ana", email="ana@harbour.example")
    code, said = machine.run("members", "--add")
    assert code == 0
    assert "0 people changed" in said
    assert "1 on neither roster nor list: not added." in said
    assert "add the bot token scope users:read.email and reinstall the app" in said


@pytest.mark.process
def test_what_fails_changes_nothing(machine: Machine) -> None:
    """A list that breaks off, a refused token, no Slack: status 1, one line, and the list as before."""
    machine.slack.scopes.add("users:read.email")
    machine.take("Ana Silva,ana@harbour.example,northgate,Teacher")
    for number in range(250):
        machine.slack.add_user(f"person{number}")
    machine.slack.faults.error("fatal_error", method="users.list", times=None)
    code, said = machine.run("members", "--add")
    assert (code, "fatal_error" in said, "Nothing was changed" in said) == (1, True, True)
    machine.slack.faults.clear()
    machine.slack.token_state = "token_revoked"
    code, said = machine.run("members", "--add")
    assert (code, "token_revoked" in said) == (1, True)
    machine.slack.token_state = ""
    unused = bot(machine.folder, "training", "members")
    assert unused == (1, "Slack is not used here: SLACK_BOT_TOKEN is not set (docs/slack.md).\n")
    assert "Person" not in machine.run("list")[1]
