"""Who may start a campaign, see names and shares: cell by cell of the table, and press by press."""

import itertools
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.campaigns.overview import _hidden
from bot.content.documents import load
from bot.content.tables import PermissionTable
from bot.domain.access import Duties, Duty, has_duty
from bot.domain.roster import OFFICE_ROLES, ROLES, Absence
from bot.domain.staff import ListedStaff
from bot.domain.turns import Incoming, Pressed, Said, Sender, Submitted
from tests.campaigns.test_campaign import (
    UNTIL,
    begin,
    campaign_id,
    confirm,
    names,
    page,
    stages,
    take,
    with_world,
    work,
)
from tests.support.desk import START, Desk, text_of

ROOT = Path(__file__).resolve().parents[2]
DEPUTIES = [f"deputy_{role}" for role in ROLES if not role.startswith("deputy_")]
EVERY_ROLE = sorted({*ROLES, *OFFICE_ROLES, *DEPUTIES, "stranger"})
# Written from the design, not from permissions.yml.
_RUN = ("flt", "eht", "policy_owner")
_ALWAYS: dict[Duty, tuple[str, ...]] = {
    "attest": tuple(EVERY_ROLE),
    "start_campaign": _RUN,
    "see_outstanding": _RUN,
    "see_shares": ("chair", *_RUN),
}
_OWN: dict[Duty, tuple[str, ...]] = {"see_outstanding": ("sbm",)}


@pytest.mark.parametrize(("role", "duty", "own"), list(itertools.product(EVERY_ROLE, _ALWAYS, (True, False))))
def test_the_table_cell_by_cell(role: str, duty: Duty, own: bool) -> None:
    """Three roles run campaigns and see names, a business manager the own school, the chair shares."""
    table: Duties = load(ROOT / "policy_kb" / "permissions.yml", PermissionTable).workflows
    wanted = role in _ALWAYS[duty] or (own and role in _OWN.get(duty, ()))
    assert has_duty(table, duty, {role}, own) == wanted


@pytest.mark.parametrize("user", ["ana", "dina", "maya", "colin", "beth", "ravi", "ivan", "lucy", "stranger"])
def test_nobody_else_starts_or_stops_one(desk: Desk, user: str) -> None:
    """Those whom the table does not name are refused at each press; nothing changes; it is in the audit."""
    begin(desk)
    before = stages(desk)
    for press in (Pressed("campaign.start"), Pressed("campaign.stop", campaign_id(desk)),
                  Pressed("campaign.stop_now", campaign_id(desk)),
                  Submitted("campaign.start", "0" * 16, {"until": (UNTIL,)})):  # fmt: skip
        assert "Nothing has changed" in text_of(desk.send(user, press)[0])
    assert stages(desk) == before
    with desk.product.database.transaction() as tx:
        actions = tx.execute(text("SELECT action FROM audit")).scalars().all()
    assert actions.count("refused") == 4
    assert "Start a campaign" not in page(desk, user)


@pytest.mark.parametrize("user", ["eleanor", "farid"])
def test_those_who_run_it_see_every_school(desk: Desk, user: str) -> None:
    """The leadership team and the headteacher see the names of all schools; each look is audited."""
    begin(desk, user)
    work(desk)
    listed = names(desk, user)
    assert "Northgate School" in listed
    assert "Southmere School" in listed
    assert "Joe Whitfield" in listed
    with desk.product.database.transaction() as tx:
        actions = tx.execute(text("SELECT action FROM audit ORDER BY number")).scalars().all()
    assert actions == ["campaign.start", "campaign.list"]


def test_a_business_manager_sees_the_own_school_alone(desk: Desk) -> None:
    """Of the other school neither names nor numbers."""
    take(desk, ListedStaff("Nora Quill", "nora@harbour.example", ("southmere",), ("Cook",)))
    begin(desk)
    work(desk)
    assert "Nora Quill" in names(desk, "susan")
    assert "Northgate" not in names(desk, "susan")
    assert "Nora Quill" not in names(desk, "ravi")
    assert "Southmere" not in names(desk, "ravi")
    assert "[Show who has not confirmed]" in page(desk, "susan")
    assert "[Stop the campaign]" not in page(desk, "susan")


def test_the_chair_sees_shares_and_no_name(desk: Desk) -> None:
    """The chair reads the share of each school, none of a handful of people, and no list."""
    begin(desk)
    work(desk)
    for user in ("ana", "joe", "priya", "eleanor"):
        confirm(desk, user)
    shown = page(desk, "maya")
    assert "Northgate School: 0 to 28 % of those who are asked have confirmed." in shown
    assert "Whitfield" not in shown
    assert "[Show who has not confirmed]" not in shown
    assert "Only the Federation Leadership Team" in names(desk, "maya")


@pytest.mark.parametrize(
    ("attested", "asked", "share"),
    [(0, 20, (0, 20)), (4, 20, (0, 20)), (5, 20, (25, 25)), (15, 20, (75, 75)), (16, 20, (80, 100)),
     (20, 20, (80, 100)), (0, 10, (0, 40)), (4, 10, (0, 40)), (5, 10, (50, 50)), (10, 10, (60, 100))],
)  # fmt: skip
def test_no_handful_is_told_by_a_share(attested: int, asked: int, share: tuple[int, int]) -> None:
    """From five on each side a share is exact; below that none of the sizes is told from another."""
    assert _hidden(attested, asked) == share


def test_the_share_of_a_handful_is_not_shown(desk: Desk) -> None:
    """Where fewer than ten are asked, a share would say who has confirmed."""
    begin(desk, roles="sbm")
    work(desk)
    confirm(desk, "ravi")
    shown = page(desk, "maya")
    assert "Northgate School: Fewer than 10 are asked: not shown." in shown
    assert "%" not in shown


@pytest.mark.parametrize("user", ["ana", "dina", "colin", "beth", "ivan", "stranger"])
def test_everybody_else_sees_their_own_standing_alone(desk: Desk, user: str) -> None:
    """Neither the campaign, nor a share, nor a name: by words and by every press."""
    begin(desk)
    work(desk)
    assert "Only the Federation Leadership Team" in names(desk, user)
    shown = page(desk, user)
    assert "campaign" not in shown.casefold()
    assert "%" not in shown


def test_a_policy_owner_who_is_nothing_else(desk: Desk) -> None:
    """Anybody who was given the policy starts campaigns and sees names, and the headteacher still does."""
    federation = desk.product.context.world.federation
    roles = {**federation.roster.roles, "policy_owner": {"": ("colin",)}}
    with_world(desk, federation=replace(federation, roster=replace(federation.roster, roles=roles)))
    assert "Started" in begin(desk, "colin")
    assert "Joe Whitfield" in names(desk, "colin")
    assert "Joe Whitfield" in names(desk, "eleanor")


def test_a_cover_does_what_the_other_would(desk: Desk) -> None:
    """The cover of a business manager sees that school; for the headteacher, starts one."""
    federation = desk.product.context.world.federation
    until = START.replace(day=29)
    away = (Absence("susan", START, until, "colin"), Absence("eleanor", START, until, "beth"))
    with_world(desk, federation=replace(federation, roster=replace(federation.roster, absences=away)))
    assert "Started" in begin(desk, "beth")
    assert "Southmere" in names(desk, "colin")
    assert "Northgate" not in names(desk, "colin")


def test_nothing_is_shown_where_others_read(desk: Desk) -> None:
    """In a channel neither the page nor the list is shown, and nothing is confirmed."""
    begin(desk)
    work(desk)
    version_pressed = Pressed("campaign.attest", page(desk, "ana"))
    for content in (Said("training"), Pressed("campaign.list", campaign_id(desk)), version_pressed):
        incoming = Incoming(f"public-{content}", Sender("playground", "eleanor"), content, private=False)
        answer = "\n".join(text_of(one) for one in desk.product.assistant.handle(incoming, desk.now))
        assert "Whitfield" not in answer
        assert "You have not confirmed" not in answer
    assert "attested" not in stages(desk)
