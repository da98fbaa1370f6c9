"""Campaigns from the command line and in the data: lists in and out, and what is wrong with campaigns.yml."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.campaigns.export import COLUMNS, rows_of
from bot.casework.context import Work
from bot.channels.paper.tables import csv_file
from bot.content.campaign_texts import RIGHT, load_campaigns, version_of
from bot.content.documents import DataFaults
from bot.content.policy_load import load_policy
from bot.domain.staff import ListedStaff
from bot.storage.campaigns import newest_campaign
from tests.campaigns.test_campaign import begin, confirm, page, take, work
from tests.staff.test_register import bot
from tests.support.desk import KEY, Desk

KB = Path(__file__).resolve().parents[2] / "policy_kb"
POLICY = load_policy(KB / "social-media")


def exported(desk: Desk, *, everybody: bool = False) -> dict[str, list[str]]:
    """The lines of the export by name, as a spreadsheet reads them."""
    with desk.product.database.transaction() as tx:
        found = newest_campaign(tx, POLICY.id)
        assert found is not None
        rows = tuple(rows_of(Work(tx, desk.product.context, desk.now), found, everybody=everybody))
    lines = list(csv.reader(csv_file("a note", COLUMNS, rows).decode("utf-8-sig").splitlines()))
    return {line[0]: line for line in lines[2:]}


def test_who_is_outstanding_and_not_reached_is_exported(desk: Desk) -> None:
    """A line each for those who have not confirmed, with state and times; with --all also the others."""
    nora = ListedStaff(
        "Nora Quill", "nora@harbour.example", ("southmere",), ("Cook",), trained=date(2026, 9, 1)
    )
    take(desk, nora)
    begin(desk)
    work(desk)
    confirm(desk, "ana")
    found = exported(desk)
    assert found["Nora Quill"] == [
        "Nora Quill", "nora@harbour.example", "Southmere School", "Cook", "not reached", "", "", "1 Sep 2026"
    ]  # fmt: skip
    assert found["Joe Whitfield (teaching assistant)"][4:6] == ["outstanding", "23 Nov 2026, 09:00"]
    assert not [name for name in found if name.startswith("Ana")]
    everybody = exported(desk, everybody=True)
    assert everybody["Ana Silva (teacher)"][4:7] == ["confirmed", "23 Nov 2026, 09:00", "23 Nov 2026, 09:00"]
    assert len(everybody) == len(found) + 1


@pytest.mark.parametrize("name", ["=1+1", "+44", "-1", "@cmd", "\t=1", "\uff1d1"])
def test_no_cell_runs_as_a_formula(desk: Desk, name: str) -> None:
    """A name or a role that a spreadsheet would carry out stands there as text."""
    take(desk, ListedStaff(name, "evil@harbour.example", (), (f"{name}x",)))
    begin(desk)
    work(desk)
    (line,) = [line for line in exported(desk).values() if line[1] == "evil@harbour.example"]
    assert line[0] == f"'{name}"
    assert line[3] == f"'{name}x"


def test_trainings_of_a_list_are_kept(desk: Desk) -> None:
    """The newest day counts, told by a list or by oneself; a list without it changes nothing."""
    ana = {"schools": (), "jobs": (), "accounts": {"playground": "ana"}}
    take(desk, ListedStaff("Ana", "ana@harbour.example", trained=date(2026, 9, 1), **ana))  # type: ignore[arg-type]
    assert "Your last training: 1 Sep 2026" in page(desk, "ana")
    take(desk, ListedStaff("Ana", "ana@harbour.example", **ana))  # type: ignore[arg-type]
    take(desk, ListedStaff("Ana", "ana@harbour.example", trained=date(2025, 9, 1), **ana))  # type: ignore[arg-type]
    assert "Your last training: 1 Sep 2026" in page(desk, "ana")
    desk.fill("ana", "campaign.trained", "", day="2026-10-01T10:00")
    assert "Your last training: 1 Oct 2026" in page(desk, "ana")


def test_a_list_without_accounts_takes_none_away(desk: Desk) -> None:
    """Accounts that an earlier list told stay known; one that moves to another address is that one's."""
    take(desk, ListedStaff("Nora", "nora@harbour.example", accounts={"playground": "nora"}))
    take(desk, ListedStaff("Nora", "nora@harbour.example"))
    assert "You have not confirmed" in page(desk, "nora")
    confirm(desk, "nora")
    take(desk, ListedStaff("Nora Lane", "lane@harbour.example", accounts={"playground": "nora"}))
    with desk.product.database.transaction() as tx:
        assert tx.execute(text("SELECT count(*) FROM staff_accounts")).scalar_one() == 1


@pytest.mark.process
def test_the_commands(tmp_path: Path) -> None:
    """`training import` takes accounts and training in; `training export` says what is missing."""
    path, out = tmp_path / "staff.csv", tmp_path / "outstanding.csv"
    path.write_text(
        "name,e-mail,school,role,playground,trained\nAna,ana@harbour.example,,Teacher,ana,2026-09-01\n"
    )
    code, said = bot(tmp_path, "training", "export", "--out", str(out))
    assert (code, "No campaign was ever started" in said) == (1, True)
    assert not out.exists()
    assert "1 added" in bot(tmp_path, "training", "import", str(path))[1]
    kept = bot(tmp_path, "training", "list", "--email", "ana@harbour.example")[1]
    assert "attended training: 1 Sep 2026" in kept
    path.write_text("name,e-mail,school,role,trained\nAna,ana@harbour.example,,Teacher,2199-01-01\n")
    code, said = bot(tmp_path, "training", "import", str(path))
    assert (code, f"{path}:2: trained: give the day" in said) == (1, True)


@pytest.mark.process
def test_the_export_is_a_file(desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`training export` writes the lines, once, for the eyes of the operator alone."""
    begin(desk)
    work(desk)
    confirm(desk, "ana")
    desk.close()
    monkeypatch.setenv("SIGNPOST_KEYS", KEY)
    out = tmp_path / "missing.csv"
    code, said = bot(tmp_path, "training", "export", "--out", str(out))
    assert (code, "15 people are in" in said) == (0, True)
    assert out.stat().st_mode & 0o077 == 0
    lines = out.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0].startswith('"Use of Social Media Policy, version text ')
    assert lines[1] == ",".join(f'"{name}"' for name in COLUMNS)
    assert len(lines) == 17
    assert "is there already" in bot(tmp_path, "training", "export", "--out", str(out))[1]
    everybody = tmp_path / "all.csv"
    assert "16 people" in bot(tmp_path, "training", "export", "--all", "--out", str(everybody))[1]


def test_a_version_that_is_not_stated_is_named_by_its_text() -> None:
    """The same text has the same name, another word another one; a stated version is taken as it stands."""
    assert version_of(POLICY).startswith("text ")
    assert version_of(POLICY) == version_of(replace(POLICY, title="Another title"))
    clauses = dict(POLICY.clauses)
    first, clause = next(iter(clauses.items()))
    clauses[first] = clause.model_copy(update={"quote": f"{clause.quote} indeed"})
    assert version_of(replace(POLICY, clauses=clauses)) != version_of(POLICY)
    assert version_of(replace(POLICY, version="3.1")) == "3.1"
    both, changed = (
        replace(one, version="not stated, 2") for one in (POLICY, replace(POLICY, clauses=clauses))
    )
    assert version_of(both) != version_of(changed)
    assert version_of(replace(POLICY, version="x" * 65)).startswith("text ")


def test_every_situation_has_a_right_answer_of_the_policy() -> None:
    """Each situation is answered by the verdict of a topic that is there, and cites a clause."""
    for situation in load_campaigns(KB / "campaigns.yml", POLICY).situations:
        topic = POLICY.topics[situation.topic]
        assert topic.verdict in RIGHT
        assert topic.cites[0] in POLICY.clauses


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[sm-033, sm-034]", "[sm-033, sm-999]", "there is no clause 'sm-999'"),
        ("topic: disclaimer", "topic: nothing", "'nothing': there is no such topic"),
        ("topic: disclaimer", "topic: is-anything-private", "it only informs, so no answer is right"),
        ("remind_every_days: 7", "remind_every_days: 0", "remind_every_days"),
        ("versions: []", "versions: [{version: '1', changes: []}]", "changes"),
        (
            "versions: []",
            "versions: [{version: '1', changes: [{text: A, clauses: [sm-998]}]}]",
            "there is no clause 'sm-998'",
        ),
        (
            "versions: []",
            "versions: [{version: '1', changes: [{text: A}]}, {version: '1', changes: [{text: B}]}]",
            "version '1' is given twice",
        ),
        ("first_asked: named", "first_asked: nobody", "first_asked"),
    ],
)
def test_what_is_wrong_with_the_file_is_named(tmp_path: Path, old: str, new: str, told: str) -> None:
    """Each mistake of a policy officer is a fault with its file and line."""
    good, path = (KB / "campaigns.yml").read_text(encoding="utf-8"), tmp_path / "campaigns.yml"
    path.write_text(good.replace(old, new), encoding="utf-8")
    with pytest.raises(DataFaults) as found:
        load_campaigns(path, POLICY)
    (fault, *_) = [fault for fault in found.value.faults if told in fault.message]
    line = next(number for number, one in enumerate(path.read_text().splitlines(), 1) if new[:20] in one)
    assert fault.line == line


def test_too_few_situations_are_a_fault(tmp_path: Path) -> None:
    """Without five situations for everybody somebody would be shown fewer than five."""
    lines = (KB / "campaigns.yml").read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [one for one in lines if "topic: disclaimer" not in one and "topic: confidential" not in one]
    kept = [one for one in kept if "topic: student-group-chat" not in one]
    path = tmp_path / "campaigns.yml"
    path.write_text("".join(kept), encoding="utf-8")
    with pytest.raises(DataFaults, match="give at least 5 situations without `roles`"):
        load_campaigns(path, POLICY)
