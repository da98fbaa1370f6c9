"""Every action x role x row of routes.yml, against the table of who may do what."""

import itertools
from pathlib import Path

import pytest

from bot.content.documents import load
from bot.content.federation import load_federation
from bot.content.tables import PermissionTable, RoutesFile, RowRecord
from bot.domain.access import ACTIONS, Action, Actor, CaseFacts, Permissions, access_report, told_people
from bot.domain.roster import ROLES, Federation
from bot.domain.routing import Route, Row, decide

ROOT = Path(__file__).resolve().parents[2]
ROWS = load(ROOT / "policy_kb" / "routes.yml", RoutesFile).rows
COLUMNS = ("flt", "fbm", "eht", "dsl", "chair", "it", "sbm", "dpl", "deputy_dsl")
# The document's table, a line for each action and a cell for each role: "-" is nowhere, "*" a deputy's.
TABLE = """
list      open  told      always  told/child  told    -  -  told  told/child*
details   open  accident  always  told/child  told    -  -  told  told/child*
ask       open  accident  always  told/child  told    -  -  -     told/child*
note      open  accident  always  told/child  told    -  -  -     told/child*
assign    open  accident  always  told/child  told    -  -  -     told/child*
refer     open  accident  always  told/child  told    -  -  -     told/child*
assess    open  accident  always  told/child  told    -  -  -     told/child*
close     open  accident  always  told/child  told    -  -  -     told/child*
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
def permissions() -> Permissions:
    return load(ROOT / "policy_kb" / "permissions.yml", PermissionTable).permissions


@pytest.fixture(scope="module")
def federation() -> Federation:
    return load_federation(ROOT / "federation.example.yml")


def route_of(row: Row, federation: Federation) -> Route:
    """The route of a report that matches this row; one that tells nobody by itself goes with its kind's."""
    slots = {slot: (sorted(values)[0],) for slot, values in row.when.items()}
    slots.setdefault("kind", ("colleague",))
    rows = tuple(record.row() for record in ROWS)
    return decide(rows, federation.roster, {"school": ("northgate",), "conflict": ("no",), **slots})


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
        "told": told,
        "told/child": told or route.child,
        "accident": told and route.accidental,
    }[cell.rstrip("*")]


def test_no_cell_is_unlisted() -> None:
    """Every action has a cell for every role: a new one of either has to be decided here first."""
    assert set(COLUMNS) == set(ROLES)
    assert set(CELLS) == set(itertools.product(ACTIONS, ROLES))


@pytest.mark.parametrize("record", ROWS, ids=lambda record: record.id)
@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("action", ACTIONS)
def test_each_action_of_each_role_on_each_route(
    permissions: Permissions, federation: Federation, action: Action, role: str, record: RowRecord
) -> None:
    """Whoever holds the role may do on this route what the table's cell says, and nothing else."""
    route = route_of(record.row(), federation)
    told, noticed = told_people(route.told)
    case = CaseFacts(
        open_route=route.visibility.in_channel,
        child=route.child,
        accidental=route.accidental,
        told=told,
        noticed=noticed,
        excluded_people=route.excluded,
        excluded_roles=route.excluded_roles,
    )
    person = federation.roster.holders(role, "northgate")[0]
    allowed = access_report(permissions, Actor(person, frozenset({role})), action, case)
    assert allowed == allows(CELLS[action, role], person, action, route)
