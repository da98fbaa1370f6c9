"""Who answers for an account of the Federation: its runners, or else the School Business Manager."""

from __future__ import annotations

from bot.casework.context import Context
from bot.domain.access import Duty, has_duty
from bot.domain.roster import Person


def may(context: Context, person: Person | None, duty: Duty, account: str) -> bool:
    """Whether the table lets somebody do this about an account; None is somebody off the roster."""
    roster = context.world.federation.roster
    people = (person.id, *roster.covered_by(person.id)) if person else ()
    roles = frozenset[str]().union(*map(roster.every_role_of, people))
    runs = person is not None and person.id in runners(context, account)
    return has_duty(context.world.duties, duty, roles, runs)


def runners(context: Context, account: str) -> frozenset[str]:
    """Its runners who are on the roster, and the present covers of those."""
    roster = context.world.federation.roster
    named = frozenset(context.world.federation.account(account).runners) & roster.people.keys()
    return named | frozenset(one for one in roster.people if roster.covered_by(one) & named)


def told_of(context: Context, account: str, to: str) -> frozenset[str]:
    """Whom `to` means for this account: its "runners", or the holders of a role.

    Where nobody runs it the School Business Manager is meant, and where nobody is that either, the
    leadership team: somebody always is.
    """
    roster, school = context.world.federation.roster, context.world.federation.account(account).school
    if to == "runners" and (found := runners(context, account)):
        return found
    order = ("sbm", "flt", "eht") if to in ("runners", "sbm") else (to, "eht")
    return next((frozenset(held) for role in order if (held := roster.holders(role, school))), frozenset())
