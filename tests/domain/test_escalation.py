from datetime import UTC, datetime, timedelta

from bot.domain.escalation import due_at
from bot.domain.roster import Targets

RECEIVED = datetime(2026, 3, 27, 16, 0, tzinfo=UTC)
TARGETS = Targets(urgent=(10, 20, 30), standard=(240, 1440))


def test_urgent_steps_are_ten_minutes_apart() -> None:
    """An urgent case climbs at 10, 20 and 30 minutes from receipt."""
    due = [due_at(RECEIVED, level, urgent=True, targets=TARGETS) - RECEIVED for level in range(3)]
    assert due == [timedelta(minutes=10), timedelta(minutes=20), timedelta(minutes=30)]


def test_past_the_last_target_the_gap_repeats() -> None:
    """A ladder longer than the targets goes on at the last gap."""
    due = [due_at(RECEIVED, level, urgent=False, targets=TARGETS) - RECEIVED for level in (1, 2, 3)]
    assert due == [timedelta(hours=24), timedelta(hours=44), timedelta(hours=64)]


def test_a_single_target_repeats_itself() -> None:
    """With one target, each further step is due after the same time again."""
    targets = Targets(urgent=(10,), standard=(60,))
    assert due_at(RECEIVED, 2, urgent=True, targets=targets) == RECEIVED + timedelta(minutes=30)
