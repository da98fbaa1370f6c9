"""The permission matrix of the routing table, cell by cell."""

import itertools
from pathlib import Path

import pytest

from bot.content.documents import load
from bot.content.tables import PermissionTable
from bot.domain.access import (
    ACTIONS,
    DECISIONS,
    Action,
    Actor,
    CaseFacts,
    Decision,
    Permissions,
    access_report,
)
from bot.domain.roster import ROLES

ROOT = Path(__file__).resolve().parents[2]

# The situations that the matrix tells apart, from the point of view of the one who asks.
SITUATIONS = {
    "open": CaseFacts(open_route=True, child=False, accidental=False),
    "open_told": CaseFacts(open_route=True, child=False, accidental=False, told=frozenset({"p"})),
    "open_noticed": CaseFacts(open_route=True, child=False, accidental=False, noticed=frozenset({"p"})),
    "accident_noticed": CaseFacts(open_route=True, child=False, accidental=True, noticed=frozenset({"p"})),
    "restricted_noticed": CaseFacts(
        open_route=False, child=False, accidental=False, noticed=frozenset({"p"})
    ),
    "open_child": CaseFacts(open_route=True, child=True, accidental=False),
    "accident_told": CaseFacts(open_route=True, child=True, accidental=True, told=frozenset({"p"})),
    "restricted": CaseFacts(open_route=False, child=False, accidental=False),
    "restricted_told": CaseFacts(open_route=False, child=False, accidental=False, told=frozenset({"p"})),
    "restricted_child": CaseFacts(open_route=False, child=True, accidental=False),
}
NOWHERE: frozenset[str] = frozenset()
ALL = frozenset(SITUATIONS)
OPEN = frozenset({"open", "open_told", "open_noticed", "accident_noticed", "open_child", "accident_told"})
TOLD = frozenset({"open_told", "accident_told", "restricted_told"})
NOTICED = frozenset({"open_noticed", "accident_noticed", "restricted_noticed"})
TOLD_OR_CHILD = TOLD | {"open_child", "restricted_child"}

# Role -> action -> where it may. Written from the routing document, not from permissions.yml.
_HANDLE: dict[str, frozenset[str]] = {
    "flt": OPEN,
    "fbm": frozenset({"accident_told"}),
    "eht": ALL,
    "dsl": TOLD_OR_CHILD,
    "chair": TOLD,
}
EXPECTED: dict[Action, dict[str, frozenset[str]]] = {
    # Who is told "N", that there is a case and nothing more, sees it in the list alone.
    "list": {
        **_HANDLE,
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
    "restrict": {"eht": ALL, "dsl": ALL, "chair": ALL},
    "follow": {},
    "export": {"eht": ALL, "dsl": ALL, "chair": ALL},
    "subject": {"eht": ALL, "chair": TOLD, "dpl": OPEN},
    "audit": {"eht": ALL, "chair": ALL},
}
_DEPUTIES = {f"deputy_{role}" for role in ROLES if not role.startswith("deputy_")}
EVERY_ROLE = sorted({*ROLES, *_DEPUTIES, "stranger"})


@pytest.fixture(scope="module")
def permissions() -> Permissions:
    return load(ROOT / "policy_kb" / "permissions.yml", PermissionTable).permissions


def expected(action: Action, role: str) -> frozenset[str]:
    if role.startswith("deputy_"):
        # A deputy stands in only in the cases that were brought to the deputy.
        brought = TOLD | NOTICED if action == "list" else TOLD
        return EXPECTED[action].get(role.removeprefix("deputy_"), NOWHERE) & brought
    return EXPECTED[action].get(role, NOWHERE)


def test_the_matrix_is_whole() -> None:
    """The expectations name every action."""
    assert set(EXPECTED) == set(ACTIONS)


@pytest.mark.parametrize(
    ("action", "role", "situation"), list(itertools.product(ACTIONS, EVERY_ROLE, SITUATIONS))
)
def test_each_cell(permissions: Permissions, action: Action, role: str, situation: str) -> None:
    """Each role may do each action in exactly the situations that the routing table grants."""
    actor = Actor("p", frozenset({role}))
    allowed = access_report(permissions, actor, action, SITUATIONS[situation])
    assert allowed == (situation in expected(action, role))


@pytest.mark.parametrize(("action", "role"), list(itertools.product(ACTIONS, EVERY_ROLE)))
def test_a_concerned_person_may_nothing(permissions: Permissions, action: Action, role: str) -> None:
    """Someone who is concerned in a case is refused everything, whatever role they hold."""
    facts = CaseFacts(True, True, True, told=frozenset({"p"}), excluded_people=frozenset({"p"}))
    assert not access_report(permissions, Actor("p", frozenset({role})), action, facts)


@pytest.mark.parametrize("role", EVERY_ROLE)
def test_a_concerned_role_opens_nothing(permissions: Permissions, role: str) -> None:
    """A role that is concerned gives nobody access, even someone appointed to it later."""
    facts = CaseFacts(True, True, True, told=frozenset({"p"}), excluded_roles=frozenset({role}))
    assert not access_report(permissions, Actor("p", frozenset({role})), "details", facts)


@pytest.mark.parametrize("action", ACTIONS)
def test_the_reporter_follows_and_exports_alone(permissions: Permissions, action: Action) -> None:
    """A reporter may see, follow and take out their own report, and never its handling."""
    allowed = access_report(permissions, Actor(reporter=True), action, SITUATIONS["restricted"])
    assert allowed == (action in ("list", "follow", "export"))


@pytest.mark.parametrize(("decision", "role"), list(itertools.product(DECISIONS, EVERY_ROLE)))
def test_who_decides_with_another(decision: Decision, role: str) -> None:
    """Executive Headteacher, chair and IT Manager decide what takes two people, and nobody else."""
    table = load(ROOT / "policy_kb" / "permissions.yml", PermissionTable).two_people
    assert (role in table[decision]) == (role in ("eht", "chair", "it"))
