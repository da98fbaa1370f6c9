from __future__ import annotations

import pytest

from bot.asking.evaluation import Judged, calibration_error, coverage, reliability, right_at

SURE = [Judged(0.95, right=True)] * 3 + [Judged(0.95, right=False)]
UNSURE = [Judged(0.25, right=False)] * 2


def test_answers_of_a_like_confidence_are_counted_together() -> None:
    """Each step of confidence gives its size, its mean confidence and its share right; empty ones nothing."""
    low, high = reliability([*SURE, *UNSURE])
    assert (low.of, low.confidence, low.share) == (2, 0.25, 0.0)
    assert (high.of, high.share) == (4, 0.75)
    assert high.confidence == pytest.approx(0.95)


def test_full_confidence_is_in_the_last_step() -> None:
    """A confidence of 1 belongs to the last step, and one of 0 to the first."""
    assert [part.of for part in reliability([Judged(1.0, right=True), Judged(0.0, right=False)])] == [1, 1]


def test_error_is_weighed_by_size() -> None:
    """The error is the mean distance of confidence and share right, each answer counted once."""
    assert calibration_error([*SURE, *UNSURE]) == pytest.approx((4 * 0.2 + 2 * 0.25) / 6)
    assert calibration_error([Judged(1.0, right=True)]) == 0
    assert calibration_error([]) == 0


def test_coverage_keeps_equals_together() -> None:
    """The surest come first, and answers of one confidence come in at once."""
    assert coverage([*UNSURE, *SURE]) == ((4 / 6, 0.75), (1.0, 0.5))
    assert coverage([]) == ()


def test_surest_share_holds_at_least_that_many() -> None:
    """The share right is that of the smallest set that holds the wanted share of the answers."""
    assert right_at([*UNSURE, *SURE], 0.6) == 0.75
    assert right_at([*UNSURE, *SURE], 0.7) == 0.5
    assert right_at([], 0.5) == 0
