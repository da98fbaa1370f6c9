"""Whom a reporter may phone about their report, and that nobody is expected to look outside working hours."""

from __future__ import annotations

from datetime import datetime

from bot.casework.context import Context, Work
from bot.domain.messages import Block, Bullets, Callout
from bot.domain.routing import conflict_of
from bot.storage.reports import Report


def phone_list(context: Context, now: datetime | None = None, report: Report | None = None) -> Bullets:
    """Everyone who can be phoned, as the Federation configured it; after hours first who answers then.

    With a report, not the roles that are or may be involved in it; and not a word of that, since it stands
    in a chat.
    """
    lines = context.world.federation.contact_lines(now)
    shown = (line for key, line in lines.items() if report is None or not is_concerned(context, report, key))
    return Bullets(tuple(shown), phones=True)


def is_concerned(context: Context, report: Report, role: str) -> bool:
    """Whether this role is or may be involved in the report."""
    roster, route = context.world.federation.roster, report.route
    said = conflict_of(report.answers, roster).roles
    return role in said or roster.is_among(
        role, report.row.school, route.excluded_people, route.excluded_roles
    )


def out_of_hours(work: Work, report: Report) -> tuple[Block, ...]:
    """When somebody is next expected to look, with the numbers until then; nothing while people work."""
    texts, when = work.context.texts.status, work.context.world.federation.expected_from(work.now)
    if not when:
        return ()
    later = texts.later_urgent if report.row.urgent else texts.later
    return Callout("info", later.fill(when=when)), phone_list(work.context, work.now, report)
