"""When somebody may be told: no reporter in the times that they avoid, nobody at night of what can wait."""

from __future__ import annotations

from datetime import datetime

from bot.casework.context import Context
from bot.domain.contact_times import next_allowed
from bot.storage.reports import Report

REMINDER = "reminder"
# Their reporter waits for each of these at that very moment, or has to phone: they go out at any time.
_AT_ONCE = frozenset(("receipt", "late", "undelivered"))


def reporter_told_from(context: Context, report: Report, now: datetime) -> datetime | None:
    """When this reporter may be sent a line, from now on; None where they want none, or avoid every hour.

    What an older version took as free text stands in the details, and holds nothing up.
    """
    if report.answers.get("contact_by") == ("none",):
        return None
    known = context.world.playbook.contact.avoided
    chosen = [known[name] for name in report.answers.get("contact_avoid", ()) if name in known]
    return next_allowed(chosen, now, context.world.federation.working_time)


def is_uncontacted(context: Context, report: Report, now: datetime) -> bool:
    """Whether the reporter is sent nothing after the receipt: somebody else may be reading their messages."""
    return reporter_told_from(context, report, now) is None


def waits_until(context: Context, report: Report, kind: str, to_reporter: bool, now: datetime) -> datetime:
    """When a message of this kind may go out, from now on.

    A reminder of a standard case that is late is for working time, like the one that was in time.
    """
    if to_reporter and kind not in _AT_ONCE:
        return reporter_told_from(context, report, now) or now
    working = context.world.federation.working_time
    if kind == REMINDER and not report.row.urgent and working.half_day_at(now) is None:
        return next(working.half_days_from(now))[0]
    return now
