"""The next step of the ladder, as the roster stands today."""

from __future__ import annotations

from dataclasses import replace

from bot.casework.context import Context
from bot.casework.notify import LADDER
from bot.domain.routing import Told, decide, next_step
from bot.storage.reports import Report


def next_people(
    context: Context, report: Report, told: tuple[Told, ...], also_out: frozenset[str] = frozenset()
) -> tuple[str, ...]:
    """The next step by today's roster: people who left are skipped, their successors are told.

    `also_out` are people who are about to step back from the case.
    People who were left out when the report was sent, or are concerned today, stay out. Where
    the reporter chose that nobody else is told, the ladder has no step, not even for people who join later.
    """
    world, row, kept = context.world, report.row, report.route
    if not kept.ladder:
        return ()
    today = decide(world.playbook.rows, world.federation.roster, report.answers)
    route = replace(
        today,
        visibility=row.visibility,
        accidental=row.accidental,
        told=told,
        excluded=today.excluded.union(kept.excluded_people, also_out),
        excluded_roles=today.excluded_roles.union(kept.excluded_roles),
    )
    climbed = frozenset(item.person for item in told if item.role == LADDER)
    return next_step(world.federation.roster, row.school, route, climbed)
