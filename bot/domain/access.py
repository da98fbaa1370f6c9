"""Who may do what with a report: one function, over the table of permissions.

The table is data (policy_kb/permissions.yml): for each action, the condition under which each
role may. A person who is concerned in a case is never let in, whatever roles they hold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from bot.domain.routing import Told

Action = Literal[
    "list",
    "details",
    "ask",
    "note",
    "assign",
    "refer",
    "assess",
    "close",
    "agree",
    "restrict",
    "follow",
    "export",
    "subject",
    "audit",
]
Condition = Literal["always", "own", "open_route", "open_details", "told", "told_or_child", "told_accidental"]
ACTIONS: tuple[Action, ...] = get_args(Action)
# What takes two people, each with one of the roles that permissions.yml names.
Agreement = Literal["pause", "resume", "purge", "keys"]
Decision = Literal["roster", Agreement]
DECISIONS: tuple[Decision, ...] = get_args(Decision)
Permissions = Mapping[Action, Mapping[str, Condition]]
# What the policy has people do beside reports. "own": about the accounts that they run or have applied for,
# or their school; "not_own": where they have no part in an application; "vacant": the same, where no School
# Business Manager can act.
Duty = Literal[
    "log_reply", "answer_reply", "apply_account", "withdraw_account", "see_account", "attest_account",
    "complete_account", "decide_account", "run_account", "review_account", "governors_report", "attest",
    "start_campaign", "see_outstanding", "see_shares", "ask_gap", "answer_gap", "sign_gap",
    "sign_answer", "answer_list",
]  # fmt: skip
DUTIES: tuple[Duty, ...] = get_args(Duty)
DutyCondition = Literal["always", "own", "not_own", "vacant"]
DUTY_ROLES = ("anybody", "runner", "applicant")
Duties = Mapping[Duty, Mapping[str, DutyCondition]]


@dataclass(frozen=True)
class CaseFacts:
    """What the permissions ask of a case.

    `told` is the people whom a route or the ladder brought it to, at level C or D; `noticed` those who
    were told that it exists (level N), which opens nothing but the list.
    """

    open_route: bool
    child: bool
    accidental: bool
    told: frozenset[str] = frozenset()
    noticed: frozenset[str] = frozenset()
    excluded_people: frozenset[str] = frozenset()
    excluded_roles: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Actor:
    """Someone who asks: a roster id with the roles held for the case's school, or the reporter."""

    person: str = ""
    roles: frozenset[str] = field(default_factory=frozenset)
    reporter: bool = False


def told_people(told: Iterable[Told], *, accidental: bool) -> tuple[frozenset[str], frozenset[str]]:
    """Who was told at level C or D, and who learns that it exists: `told` and `noticed` of a case.

    Who stands in for a member of the FLT opens no picture taken by accident, as the member does not,
    whatever other role they hold.
    """
    told = tuple(told)
    known = [item for item in told if item.level == "N" or (accidental and item.role == "flt")]
    return (
        frozenset(item.person for item in told if item not in known),
        frozenset(item.person for item in known),
    )


def access_report(permissions: Permissions, actor: Actor, action: Action, case: CaseFacts) -> bool:
    """Whether `actor` may do `action` with `case`. Anything that the table does not grant is refused."""
    granted = permissions[action]
    if actor.reporter and granted.get("reporter") == "own":
        return True
    if not actor.person or actor.person in case.excluded_people:
        return False
    told = actor.person in case.told or (action == "list" and actor.person in case.noticed)
    return any(_holds(granted, role, told, case) for role in actor.roles - case.excluded_roles)


def has_duty(
    duties: Duties,
    duty: Duty,
    roles: Iterable[str],
    runs: bool,
    *,
    applied: bool = False,
    vacant: bool = False,
) -> bool:
    """Whether somebody with these roles may do it; `runs`: it is about an account that they run, or their
    school.

    `applied`: they have asked for it; `vacant`: no School Business Manager can act. A deputy is no holder of
    the role here, and what the table does not grant is refused.
    """
    held = {"anybody", *roles, *(("runner",) if runs else ()), *(("applicant",) if applied else ())}
    own = runs or applied
    holds = {"always": True, "own": own, "not_own": not own, "vacant": vacant and not own}
    return any(role in held and holds[how] for role, how in duties[duty].items())


def _holds(granted: Mapping[str, Condition], role: str, told: bool, case: CaseFacts) -> bool:
    if role not in granted:
        # A deputy has the rights of the role, in the cases that were brought to the deputy.
        standing_in = role.removeprefix("deputy_")
        return told and role.startswith("deputy_") and _holds(granted, standing_in, told, case)
    match granted[role]:
        case "always":
            return True
        case "open_route":
            return case.open_route
        case "open_details":
            # Of a picture taken by accident the FLT's channel has the card, and no member the details.
            return case.open_route and not case.accidental
        case "told":
            return told
        case "told_or_child":
            return told or case.child
        case "told_accidental":
            return told and case.accidental
    return False
