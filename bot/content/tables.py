"""The table of permissions (policy_kb/permissions.yml), checked at start."""

from __future__ import annotations

from pydantic import field_validator

from bot.content.documents import Record
from bot.domain.access import ACTIONS, DECISIONS, Action, Condition, Decision, Permissions
from bot.domain.roster import ROLES


class PermissionTable(Record):
    """For each action, the roles that may and the condition. Every action must stand in it.

    `two_people`: for each decision that takes two people, the roles of which both must hold one.
    """

    permissions: dict[Action, dict[str, Condition]]
    two_people: dict[Decision, frozenset[str]]

    @field_validator("permissions")
    @classmethod
    def _whole(cls, value: Permissions) -> Permissions:
        missing = [action for action in ACTIONS if action not in value]
        if missing:
            raise ValueError(f"the actions {', '.join(missing)} are missing")
        known = {*ROLES, "reporter"}
        unknown = sorted({role for roles in value.values() for role in roles} - known)
        if unknown:
            raise ValueError(f"no such role: {', '.join(unknown)}")
        return value

    @field_validator("two_people")
    @classmethod
    def _all_decisions(cls, value: dict[Decision, frozenset[str]]) -> dict[Decision, frozenset[str]]:
        missing = [name for name in DECISIONS if name not in value]
        unknown = sorted({role for roles in value.values() for role in roles} - set(ROLES))
        if missing or unknown:
            raise ValueError(f"decisions missing: {missing}; no such role: {unknown}")
        return value
