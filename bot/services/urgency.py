"""An urgent case climbs in minutes, whoever made it urgent; one that is urgent no more, in working time."""

from __future__ import annotations

from datetime import datetime

from bot.domain.cases import Stage
from bot.services.context import Context
from bot.storage.database import Transaction
from bot.storage.reports import Report
from bot.storage.timers import set_reminder


def next_due(
    tx: Transaction, context: Context, report: Report, urgent: bool, now: datetime
) -> datetime | None:
    """When the ladder climbs next: urgent is urgent from now, and no later than before. Sets the reminder."""
    planned: datetime | None = report.row.due_at
    if report.state.stage not in (Stage.SUBMITTED, Stage.DELIVERED) or planned is None:
        return planned
    timetable = context.world.federation.timetable(now, urgent)
    set_reminder(tx, report, timetable.reminder_after(now))
    first = timetable.step(0)
    return min(planned, first) if urgent else first
