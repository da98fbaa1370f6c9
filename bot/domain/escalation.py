"""When a case that nobody has acknowledged climbs the ladder.

The targets are the Federation's own: the policy sets no time for acknowledging a report.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.domain.roster import Targets


def due_at(received: datetime, level: int, urgent: bool, targets: Targets) -> datetime:
    """When step `level` (from 0) of the ladder is due; past the last target, the last gap repeats."""
    minutes = targets.urgent if urgent else targets.standard
    if level < len(minutes):
        return received + timedelta(minutes=minutes[level])
    gap = minutes[-1] - (minutes[-2] if len(minutes) > 1 else 0)
    return received + timedelta(minutes=minutes[-1] + gap * (level - len(minutes) + 1))
