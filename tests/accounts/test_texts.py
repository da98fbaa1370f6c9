"""What an officer gets wrong in accounts.yml or federation.yml is told with its file and line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.content.account_texts import load_accounts
from bot.content.documents import DataFaults
from bot.content.federation import load_federation
from bot.content.world import World
from bot.reporting.journeys import options_of
from tests.accounts.house import NAME, live
from tests.support.desk import Desk

ROOT = Path(__file__).resolve().parents[2]
KB = ROOT / "policy_kb"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("clause: sm-038", "clause: sm-938", "there is no clause 'sm-938'"),
        ("rules_lead: sm-046a", "rules_lead: sm-xyz", "there is no clause 'sm-xyz'"),
        ("clauses: [sm-016b, sm-020]", "clauses: [sm-016b, sm-777]", "there is no clause 'sm-777'"),
        ("  - [sm-050]", "  - [sm-950]", "there is no clause 'sm-950'"),
        ("closed_platforms: [whatsapp]", "closed_platforms: [whatsup]", "no platform"),
        ("with_sbm: {days: 2", "with_sbm: {days: 0", "days"),
        ("to: [sbm, flt, eht]", "to: [sbm, chair]", "to"),
        ("  creating: {days: 2, to: [it, flt]}\n", "", "creating"),
        ("  rejected: Rejected\n", "", "rejected"),
        ("review_days: 365", "review_days: 3", "review_days"),
        ('done: "{name} is closed."', 'done: "{nmae} is closed."', "braces"),
    ],
)
def test_a_slip_is_told_with_its_line(tmp_path: Path, world: World, old: str, new: str, told: str) -> None:
    """Each kind of slip is a fault that names the file and the line, before anything starts."""
    text = (KB / "accounts.yml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "accounts.yml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(DataFaults) as raised:
        load_accounts(path, world.policy, world.playbook)
    assert told in str(raised.value)
    assert "accounts.yml:" in str(raised.value)


@pytest.mark.parametrize("domain", ["@harbour.sch.uk", "harbour", "https://harbour.sch.uk", "Harbour.sch.uk"])
def test_a_domain_that_is_none_is_told(tmp_path: Path, domain: str) -> None:
    """`email_domains` holds what an address ends in, and nothing else."""
    text = (ROOT / "federation.example.yml").read_text(encoding="utf-8")
    path = tmp_path / "federation.yml"
    path.write_text(text.replace("[harbour.example.sch.uk]", f'["{domain}"]'), encoding="utf-8")
    with pytest.raises(DataFaults, match="email_domains"):
        load_federation(path)


def test_a_report_of_abuse_offers_the_register(desk: Desk) -> None:
    """The account question of a report of abuse offers each account that is live."""
    desk.work()
    live(desk)
    desk.work()
    world = desk.product.context.world
    field = world.playbook.field("account")
    assert field is not None
    assert NAME in [option.value for option in options_of(field, {}, world)]


def test_each_bad_input_of_the_page_is_held_by_a_test() -> None:
    """The tests that docs/accounts.md names are there."""
    page = (ROOT / "docs" / "accounts.md").read_text(encoding="utf-8")
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", page)
    assert len(named) > 15
    missing = [
        name for path, name in named if f"def {name}(" not in (ROOT / path).read_text(encoding="utf-8")
    ]
    assert missing == []
