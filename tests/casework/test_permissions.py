"""The permission matrix of the routing table, cell by cell, asked of stored cases as every press asks it."""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.casework.case import Case
from bot.casework.context import Context, CurrentWorld, Work
from bot.casework.notify import LADDER
from bot.content.documents import load
from bot.content.tables import PermissionTable
from bot.domain.access import ACTIONS, DECISIONS, Action, Decision
from bot.domain.roster import ROLES, Person, Roster
from bot.domain.routing import Level, Told, Visibility
from bot.storage.reports import NewReport, SealedRoute, add_first_people, insert_report
from tests.support.desk import START, Desk

ROOT = Path(__file__).resolve().parents[2]
# Who asks, and who stands in for them.
P, COVER = Person("p", "P", {}), Person("cover", "Cover", {})


@dataclass(frozen=True)
class Situation:
    """A case as the matrix tells them apart; `level` is that at which the one who asks was told, if any."""

    open_route: bool
    child: bool = False
    accidental: bool = False
    level: Level | None = None
    # The role in which they were told.
    brought_as: str = LADDER


SITUATIONS = {
    "open": Situation(open_route=True),
    "open_told": Situation(open_route=True, level="C"),
    "open_noticed": Situation(open_route=True, level="N"),
    "accident": Situation(open_route=True, accidental=True),
    "accident_noticed": Situation(open_route=True, accidental=True, level="N"),
    "restricted_noticed": Situation(open_route=False, level="N"),
    "open_child": Situation(open_route=True, child=True),
    "accident_told": Situation(open_route=True, child=True, accidental=True, level="C"),
    "accident_for_a_member": Situation(open_route=True, accidental=True, level="C", brought_as="flt"),
    "restricted": Situation(open_route=False),
    "restricted_told": Situation(open_route=False, level="D"),
    "restricted_child": Situation(open_route=False, child=True),
}
EVERYTHING = Situation(open_route=True, child=True, accidental=True, level="C")
NOWHERE: frozenset[str] = frozenset()
ALL = frozenset(SITUATIONS)
# Where the route gives the FLT the details ("D"), and where their channel knows of the case.
GIVES_D = frozenset({"open", "open_told", "open_noticed", "open_child"})
OPEN = GIVES_D | {"accident", "accident_noticed", "accident_for_a_member", "accident_told"}
TOLD = frozenset({"open_told", "accident_told", "restricted_told"})
# Who stands in for a member of the FLT knows of such a picture, and opens as little of it.
NOTICED = frozenset({"open_noticed", "accident_noticed", "accident_for_a_member", "restricted_noticed"})
TOLD_OR_CHILD = TOLD | {"open_child", "restricted_child"}

# Role -> action -> where it may. Written from the routing document, not from permissions.yml.
_HANDLE: dict[str, frozenset[str]] = {
    "flt": GIVES_D,
    "fbm": frozenset({"accident_told"}),
    "eht": ALL,
    "dsl": TOLD_OR_CHILD,
    "chair": TOLD,
}
EXPECTED: dict[Action, dict[str, frozenset[str]]] = {
    # Who is told "N", that there is a case and nothing more, sees it in the list alone.
    "list": {
        **_HANDLE,
        "flt": OPEN,
        "fbm": TOLD | NOTICED,
        "dsl": TOLD_OR_CHILD | NOTICED,
        "chair": TOLD | NOTICED,
        "dpl": TOLD | NOTICED,
    },
    "details": {**_HANDLE, "dpl": TOLD},
    "ask": _HANDLE,
    "note": _HANDLE,
    "assign": _HANDLE,
    "refer": _HANDLE,
    "assess": _HANDLE,
    "close": _HANDLE,
    # The second of two: anybody who works on such cases, and nobody who may only read them.
    "agree": _HANDLE,
    "restrict": {"eht": ALL, "dsl": ALL, "chair": ALL},
    "follow": {},
    "export": {"eht": ALL, "dsl": ALL, "chair": ALL},
    "subject": {"eht": ALL, "chair": TOLD, "dpl": OPEN},
    "audit": {"eht": ALL, "chair": ALL},
}
_DEPUTIES = {f"deputy_{role}" for role in ROLES if not role.startswith("deputy_")}
EVERY_ROLE = sorted({*ROLES, *_DEPUTIES, "stranger"})


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Work]:
    """A transaction of a product, as a press has one."""
    desk = Desk.open(tmp_path_factory.mktemp("permissions"))
    with desk.product.database.transaction() as tx:
        yield Work(tx, desk.product.context, START)
    desk.close()


def stored(work: Work, situation: Situation, route: SealedRoute = SealedRoute()) -> Case:  # noqa: B008
    """A case of this kind that was stored and read."""
    visibility = Visibility.CHANNEL if situation.open_route else Visibility.PEOPLE
    new = NewReport(
        reference=work.context.new_tokens().reference,
        kind="colleague",
        school="northgate",
        mode="anonymous",
        visibility=visibility,
        urgent=False,
        child=situation.child,
        accidental=situation.accidental,
        received_at=START,
        due_at=None,
        receipt_hash="",
        answers={},
        route=route,
        reporter=None,
    )
    report = insert_report(work.tx, work.context.vault, new)
    assert report is not None
    told = [Told(P.id, situation.brought_as, situation.level)] if situation.level else []
    add_first_people(work.tx, report, told, "route", START)
    return Case.of(work, report.id)


@pytest.fixture(scope="module")
def cases(work: Work) -> dict[str, Case]:
    return {name: stored(work, situation) for name, situation in SITUATIONS.items()}


def with_role(context: Context, role: str, **covers: str) -> Context:
    """The same where P holds this role, alone."""
    people = {person.id: person for person in (P, COVER)}
    roster = Roster(people, {role: {"northgate": (P.id,)}}, covers=covers)
    world = context.current.at_start
    federation = replace(world.federation, roster=roster)
    return replace(context, current=CurrentWorld(replace(world, federation=federation)))


def allows(case: Case, person: Person, role: str, action: Action, **covers: str) -> bool:
    """Whether somebody may do this with the case where P holds this role."""
    work = replace(case.work, context=with_role(case.work.context, role, **covers))
    return Case(work, case.report).may(person, action)


def expected(action: Action, role: str) -> frozenset[str]:
    if role.startswith("deputy_"):
        # A deputy stands in only in the cases that were brought to the deputy.
        brought = TOLD | NOTICED if action == "list" else TOLD
        return EXPECTED[action].get(role.removeprefix("deputy_"), NOWHERE) & brought
    return EXPECTED[action].get(role, NOWHERE)


def test_the_matrix_is_whole() -> None:
    """The expectations name every action."""
    assert set(EXPECTED) == set(ACTIONS)


@pytest.mark.parametrize(("action", "role"), list(itertools.product(ACTIONS, EVERY_ROLE)))
def test_each_cell(cases: dict[str, Case], action: Action, role: str) -> None:
    """Each role may do each action in exactly the situations that the routing table grants."""
    assert {name for name in SITUATIONS if allows(cases[name], P, role, action)} == expected(action, role)


@pytest.mark.parametrize(("action", "role"), list(itertools.product(ACTIONS, EVERY_ROLE)))
def test_a_cover_may_what_the_absent_one_may(cases: dict[str, Case], action: Action, role: str) -> None:
    """Who stands in for somebody may do the same in each situation, and nothing without standing in."""
    granted = {name for name, case in cases.items() if allows(case, COVER, role, action, p=COVER.id)}
    assert granted == expected(action, role)
    assert not any(allows(case, COVER, role, action) for case in cases.values())


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_a_concerned_person_may_nothing(work: Work, role: str) -> None:
    """Someone who is concerned in a case is refused everything, whatever role they hold."""
    case = stored(work, EVERYTHING, SealedRoute(excluded_people=(P.id,)))
    assert not any(allows(case, P, role, action) for action in ACTIONS)


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_a_concerned_role_opens_nothing(work: Work, role: str) -> None:
    """A role that is concerned gives nobody access, even someone appointed to it later."""
    case = stored(work, EVERYTHING, SealedRoute(excluded_roles=(role,)))
    assert not any(allows(case, P, role, action) for action in ACTIONS)


@pytest.mark.parametrize("action", ACTIONS)
def test_the_reporter_follows_and_exports_alone(cases: dict[str, Case], action: Action) -> None:
    """A reporter may see, follow and take out their own report, and never its handling."""
    assert cases["restricted"].reporter_may(action) == (action in ("list", "follow", "export"))


@pytest.mark.parametrize(("decision", "role"), list(itertools.product(DECISIONS, EVERY_ROLE)))
def test_who_decides_with_another(decision: Decision, role: str) -> None:
    """Executive Headteacher, chair and IT Manager decide what takes two people, and nobody else."""
    table = load(ROOT / "policy_kb" / "permissions.yml", PermissionTable).two_people
    assert (role in table[decision]) == (role in ("eht", "chair", "it"))
