"""Whether a confidence means what it says: of the answers given with 0.8, eight in ten should be right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Judged:
    """One answer: how sure it was, from 0 to 1, and whether it was right."""

    confidence: float
    right: bool


@dataclass(frozen=True)
class Bin:
    """Answers of a like confidence: how many, how sure on average, and the share that was right."""

    of: int
    confidence: float
    share: float


def reliability(answers: Sequence[Judged], bins: int = 10) -> tuple[Bin, ...]:
    """The answers in `bins` equal steps of confidence, the lowest first; empty steps are left out."""
    places = range(bins)
    grouped = [[given for given in answers if _bin(given, bins) == place] for place in places]
    return tuple(_summed(group) for group in grouped if group)


def calibration_error(answers: Sequence[Judged], bins: int = 10) -> float:
    """The expected calibration error, from 0 (what it says is so) to 1; 0 of nothing.

    The distance between confidence and share right in each bin, weighed by how many answers it holds.
    """
    found = reliability(answers, bins)
    return sum(part.of * abs(part.confidence - part.share) for part in found) / (len(answers) or 1)


def coverage(answers: Sequence[Judged]) -> tuple[tuple[float, float], ...]:
    """(share of the answers kept, share of those right), as the least sure are kept one by one.

    Answers of the same confidence are kept together: no order among them is better than another.
    """
    order = sorted(answers, key=lambda given: -given.confidence)
    points, right = [], 0
    for place, given in enumerate(order, 1):
        right += given.right
        if place == len(order) or order[place].confidence != given.confidence:
            points.append((place / len(order), right / place))
    return tuple(points)


def right_at(answers: Sequence[Judged], share: float) -> float:
    """The share right among at least the surest `share` of the answers; 0 of nothing."""
    return next((right for kept, right in coverage(answers) if kept >= share), 0.0)


def _bin(given: Judged, bins: int) -> int:
    return min(bins - 1, int(given.confidence * bins))


def _summed(group: Sequence[Judged]) -> Bin:
    size = len(group)
    return Bin(size, sum(given.confidence for given in group) / size, sum(g.right for g in group) / size)
