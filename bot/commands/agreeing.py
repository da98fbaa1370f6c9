"""What two people must have agreed to in the chat before a command does it."""

from __future__ import annotations

from bot.app import clock
from bot.commands.auditing import followed
from bot.commands.opened import Opened
from bot.content.documents import load
from bot.content.tables import PermissionTable
from bot.domain.access import Decision
from bot.people.approvals import agreed, carry_out
from bot.storage.approvals import Approval
from bot.storage.database import StorageFault


def agreement(product: Opened, kind: Decision, what: str) -> Approval:
    """What two people have agreed to. Raises StorageFault with what to do where they have not."""
    if followed(product).faults:
        raise StorageFault("The audit does not hold, so nobody's agreement counts: run `audit verify`.")
    with product.database.transaction() as tx:
        found = agreed(tx, product.vault, kind, clock())
    if found is None:
        roles = load(product.settings.policy_kb / "permissions.yml", PermissionTable).two_people[kind]
        raise StorageFault(
            f"Two people must have agreed to {what} within the last 24 hours. One with the role"
            f" {', '.join(sorted(roles))}"
            ' proposes it in the chat ("roster"), another confirms it. Nothing has changed.'
        )
    return found


def used(product: Opened, approval: Approval, action: str, **detail: str) -> None:
    """It is done, and the agreement with it: the next time takes another one."""
    with product.database.transaction() as tx:
        carry_out(tx, product.vault, approval, action, clock(), **detail)
