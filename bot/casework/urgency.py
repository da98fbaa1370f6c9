"""An urgent case climbs in minutes, whoever made it urgent; one that is urgent no more, in working time."""

from __future__ import annotations

from datetime import datetime

from bot.casework.context import Context
from bot.domain.cases import Stage
from bot.storage.database import Transaction
from bot.storage.reports import Report
from bot.storage.timers import restart_clock, set_reminder


def next_due(
    tx: Transaction, context: Context, report: Report, urgent: bool, now: datetime
) -> datetime | None:
    """When the ladder climbs next: its steps count from now, the next one is no later than it was.

    Sets the reminder, and the clock of all later steps.
    """
    planned = report.row.due_at
    if report.state.stage not in (Stage.SUBMITTED, Stage.DELIVERED) or planned is None:
        return planned
    level = report.state.level
    timetable = context.world.federation.timetable(now, urgent, level)
    set_reminder(tx, report, timetable.reminder_after(now))
    restart_clock(tx, report, now, level)
    first = timetable.step(level)
    return min(planned, first) if urgent else first
