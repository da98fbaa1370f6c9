"""The table of permissions (policy_kb/permissions.yml), checked at start."""

from __future__ import annotations

from pydantic import field_validator

from bot.domain.access import ACTIONS, Action, Condition, Permissions
from bot.domain.roster import ROLES
from bot.knowledge.documents import Record


class PermissionTable(Record):
    """For each action, the roles that may and the condition. Every action must stand in it."""

    permissions: dict[Action, dict[str, Condition]]

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
