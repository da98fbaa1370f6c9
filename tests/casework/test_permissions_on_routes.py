"""Every action x role x row of routes.yml, against the table of who may do what, asked of submitted cases."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.casework.case import Case
from bot.casework.context import CurrentWorld, Work
from bot.casework.open import submit
from bot.content.documents import load
from bot.content.federation import load_federation
from bot.content.tables import RoutesFile, RowRecord
from bot.domain.access import ACTIONS, Action
from bot.domain.roster import ROLES, Federation
from bot.domain.routing import Route, RouteRow, Slots, decide
from bot.domain.turns import Sender, SubmitReport
from bot.storage.reports import report_by_reference
from tests.support.desk import START, Desk

ROOT = Path(__file__).resolve().parents[2]
ROWS = load(ROOT / "policy_kb" / "routes.yml", RoutesFile).rows
COLUMNS = ("flt", "fbm", "eht", "dsl", "chair", "it", "sbm", "dpl", "deputy_dsl")
# The document's table, a line for each action and a cell for each role: "-" is nowhere, "*" a deputy's.
TABLE = """
list      open  told      always  told/child  told    -  -  told  told/child*
details   gives-D  accident  always  told/child  told    -  -  told  told/child*
ask       gives-D  accident  always  told/child  told    -  -  -     told/child*
note      gives-D  accident  always  told/child  told    -  -  -     told/child*
assign    gives-D  accident  always  told/child  told    -  -  -     told/child*
refer     gives-D  accident  always  told/child  told    -  -  -     told/child*
assess    gives-D  accident  always  told/child  told    -  -  -     told/child*
close     gives-D  accident  always  told/child  told    -  -  -     told/child*
agree     gives-D  accident  always  told/child  told    -  -  -     told/child*
restrict  -     -         always  always      always  -  -  -     always*
follow    -     -         -       -           -       -  -  -     -
export    -     -         always  always      always  -  -  -     always*
subject   -     -         always  -           told    -  -  open  -
audit     -     -         always  -           always  -  -  -     -
"""
CELLS = {
    (line.split()[0], role): cell
    for line in TABLE.strip().splitlines()
    for role, cell in zip(COLUMNS, line.split()[1:], strict=True)
}


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Work]:
    """A transaction of a product, as a press has one."""
    desk = Desk.open(tmp_path_factory.mktemp("routes"))
    with desk.product.database.transaction() as tx:
        yield Work(tx, desk.product.context, START)
    desk.close()


@pytest.fixture(scope="module")
def cases(work: Work) -> dict[str, Case]:
    """A case of each row of routes.yml, as Send stores it."""
    return {record.id: submitted(work, slots_of(record.row())) for record in ROWS}


def submitted(work: Work, slots: Slots) -> Case:
    command = SubmitReport(work.context.new_tokens(), slots)
    received = submit(work, Sender("playground", "ana"), command)
    report = report_by_reference(work.tx, work.context.vault, received.reference)
    assert report is not None
    return Case(work, report)


@pytest.fixture(scope="module")
def federation() -> Federation:
    return load_federation(ROOT / "federation.example.yml")


def slots_of(row: RouteRow) -> Slots:
    """A report that matches this row; one that tells nobody by itself goes with its kind's."""
    slots = {slot: (sorted(values)[0],) for slot, values in row.when.items()}
    abuse = {"category": ("spam",)} if slots.get("kind") == ("abuse",) and not row.told else {}
    return {"kind": ("colleague",), **abuse, "school": ("northgate",), "conflict": ("no",), **slots}


def route_of(row: RouteRow, federation: Federation) -> Route:
    """Its route."""
    return decide(tuple(record.row() for record in ROWS), federation.roster, slots_of(row))


def allows(cell: str, person: str, action: str, route: Route) -> bool:
    """What a cell of the table says of this person in this case."""
    levels = {item.level for item in route.told if item.person == person}
    told = bool(levels - {"N"}) or (action == "list" and bool(levels))
    if cell.endswith("*") and not told:
        # A deputy stands in only where the case was brought to the deputy.
        return False
    return {
        "-": False,
        "always": True,
        "open": route.visibility.in_channel,
        "gives-D": route.visibility.in_channel and ("flt", "D") in {(t.role, t.level) for t in route.told},
        "told": told,
        "told/child": told or route.child,
        "accident": told and route.accidental,
    }[cell.rstrip("*")]


def test_no_cell_is_unlisted() -> None:
    """Every action has a cell for every role: a new one of either has to be decided here first."""
    assert set(COLUMNS) == set(ROLES)
    assert set(CELLS) == set(itertools.product(ACTIONS, ROLES))


@pytest.mark.parametrize("record", ROWS, ids=lambda record: record.id)
@pytest.mark.parametrize("action", ACTIONS)
def test_each_action_of_each_role_on_each_route(
    cases: dict[str, Case], federation: Federation, action: Action, record: RowRecord
) -> None:
    """Anybody who holds a role may do on this route what the table's cell says, and nothing else."""
    case, route = cases[record.id], route_of(record.row(), federation)
    holders = {role: federation.roster.holders(role, "northgate")[0] for role in ROLES}
    allowed = {role for role in ROLES if may_alone(case, federation, action, role, holders[role])}
    assert allowed == {role for role in ROLES if allows(CELLS[action, role], holders[role], action, route)}


def may_alone(case: Case, federation: Federation, action: Action, role: str, person: str) -> bool:
    """Whether they may, in this role alone."""
    roster = replace(federation.roster, roles={role: {"northgate": (person,)}})
    world = replace(case.work.context.world, federation=replace(federation, roster=roster))
    work = replace(case.work, context=replace(case.work.context, current=CurrentWorld(world)))
    return Case(work, case.report).may(roster.people[person], action)
