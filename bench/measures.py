"""The figures of the comparisons: each from plain sequences, so that a reader can check it by hand."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray


def auroc(inside: Sequence[float], outside: Sequence[float]) -> float:
    """How often a random one of `inside` scores above a random one of `outside`; a tie counts half."""
    every = np.concatenate([np.asarray(inside, dtype=float), np.asarray(outside, dtype=float)])
    _, places, sizes = np.unique(every, return_inverse=True, return_counts=True)
    ranks = (np.cumsum(sizes) - (sizes - 1) / 2)[places]
    mine, theirs = len(inside), len(outside)
    return float((ranks[:mine].sum() - mine * (mine + 1) / 2) / (mine * theirs))


def auroc_interval(area: float, inside: int, outside: int) -> tuple[float, float]:
    """The 95% interval of an AUROC after Hanley and McNeil (1982)."""
    first, second = area / (2 - area), 2 * area * area / (1 + area)
    spread = area * (1 - area) + (inside - 1) * (first - area**2) + (outside - 1) * (second - area**2)
    half = 1.959964 * math.sqrt(max(spread, 0.0) / (inside * outside))
    return max(0.0, area - half), min(1.0, area + half)


def matthews(truth: Sequence[str], given: Sequence[str]) -> float:
    """The Matthews correlation of many classes, as scikit-learn defines it; out of scope is one of them."""
    names = {name: place for place, name in enumerate(sorted({*truth, *given}))}
    table = np.zeros((len(names), len(names)))
    for right, got in zip(truth, given, strict=True):
        table[names[right], names[got]] += 1
    whole, hits = table.sum(), np.trace(table)
    had, said = table.sum(axis=1), table.sum(axis=0)
    below = math.sqrt((whole**2 - said @ said) * (whole**2 - had @ had))
    return float((hits * whole - had @ said) / below) if below else 0.0


def refused_outside(inside: Sequence[float], outside: Sequence[float], false_refusals: float) -> float:
    """The share of `outside` that scores below the threshold refusing at most this share of `inside`."""
    order = np.sort(np.asarray(inside, dtype=float))
    threshold = order[int(false_refusals * len(order))]
    return float((np.asarray(outside, dtype=float) < threshold).mean())


def refusal_curve(inside: Sequence[float], outside: Sequence[float]) -> NDArray[Any]:
    """Rows (false refusals, refusals of what is out of scope), one for every threshold."""
    yes, no = np.sort(np.asarray(inside, dtype=float)), np.sort(np.asarray(outside, dtype=float))
    limits = np.unique(np.concatenate([yes, no, [np.inf]]))
    return np.stack([np.searchsorted(yes, limits) / len(yes), np.searchsorted(no, limits) / len(no)], axis=1)


def percentiles(seconds: Sequence[float]) -> tuple[float, float]:
    """The 50th and the 99th percentile in milliseconds."""
    half, high = np.percentile(np.asarray(seconds) * 1000, [50, 99])
    return float(half), float(high)


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
