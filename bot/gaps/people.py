"""Who may answer, and who sign."""

from __future__ import annotations

from bot.casework.context import Context
from bot.domain.access import Duty, has_duty
from bot.domain.roster import Person, Roster


def may(context: Context, person: Person | None, duty: Duty) -> bool:
    """Whether the table lets somebody do this, in their own right; None is somebody off the roster."""
    roles = context.world.federation.roster.every_role_of(person.id) if person else ()
    return has_duty(context.world.duties, duty, roles, runs=False)


def who_may(context: Context, duty: Duty) -> tuple[str, ...]:
    """Everybody on the roster who may do this."""
    people = context.world.federation.roster.people.values()
    return tuple(person.id for person in people if may(context, person, duty))


def holders(roster: Roster, role: str) -> tuple[str, ...]:
    """Those who hold a role now; where nobody does, the Executive Headteacher."""
    return roster.holders(role, "") or roster.holders("eht", "")
