"""The clock of the law that exposed personal data starts: when it ends, and when people are reminded of it.

It and its reminders run through nights, weekends and holidays (UK GDPR, article 33; not in the policy).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.casework.context import Context
from bot.domain.cases import Stage
from bot.storage.reports import Report


def ends_at(context: Context, report: Report) -> datetime | None:
    """When it ends; None where the report has no such clock, or is closed."""
    if report.state.stage is Stage.CLOSED or context.texts.breach.tag not in report.route.tags:
        return None
    return report.row.received_at + timedelta(hours=context.texts.breach.hours)


def reminder_times(context: Context, report: Report) -> tuple[datetime, ...]:
    """When people are reminded that it ends, the first first; none where it does not run."""
    if ends_at(context, report) is None:
        return ()
    return _times(context, report.row.received_at)


def is_due(context: Context, report: Report, now: datetime) -> bool:
    """Whether a reminder has come due of a clock that still runs."""
    ends = ends_at(context, report)
    return ends is not None and now < ends and any(at <= now for at in reminder_times(context, report))


def first_reminder(context: Context, tags: Iterable[str], received_at: datetime) -> datetime | None:
    """The first of them for a report with these marks that comes in then; None where none will be."""
    return next(iter(_times(context, received_at)), None) if context.texts.breach.tag in tags else None


def _times(context: Context, received_at: datetime) -> tuple[datetime, ...]:
    breach = context.texts.breach
    return tuple(
        received_at + timedelta(hours=breach.hours - ahead) for ahead in sorted(breach.remind_before)[::-1]
    )


def clock_line(context: Context, report: Report) -> list[tuple[str, str]]:
    """The line of the card that says when it ends, while it runs."""
    breach, ends = context.texts.breach, ends_at(context, report)
    if ends is None:
        return []
    return [(breach.label, breach.text.fill(hours=str(breach.hours), when=context.local(ends)))]
