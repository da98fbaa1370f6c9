"""The plots of `docs/answers.md`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from bench.measures import refusal_curve
from bot.asking.evaluation import Judged, calibration_error, coverage, reliability, wilson

_INK, _MAIN, _REST = "#444444", "#0b6e99", ["#d1495b", "#8a8a8a", "#66a182", "#edae49"]


class Asked(Protocol):
    """One system's replies."""

    @property
    def name(self) -> str:
        """As in the table."""

    def sure(self, kind: str) -> list[float]:
        """How sure it was, of each question of a kind, that it is covered."""


def draw(folder: Path, judged: Sequence[Judged], runs: Sequence[Asked]) -> None:
    """Three PNG files in `folder`: reliability, accuracy against coverage, refusals."""
    folder.mkdir(parents=True, exist_ok=True)
    _save(folder / "answers-reliability.png", lambda axes: _reliability(axes, judged))
    _save(folder / "answers-coverage.png", lambda axes: _coverage(axes, judged))
    _save(folder / "answers-refusals.png", lambda axes: _refusals(axes, runs))


def _save(path: Path, paint: Any) -> None:
    # Only where plots are wanted: the tables do without it.
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(figsize=(5.6, 4.2), layout="constrained")
    axes.grid(color="#dddddd", linewidth=0.6)
    axes.spines[["top", "right"]].set_visible(False)
    paint(axes)
    # No date and no version inside: the same picture is the same file.
    figure.savefig(path, dpi=110, metadata={"Software": None})
    pyplot.close(figure)


def _reliability(axes: Any, judged: Sequence[Judged]) -> None:
    bins = reliability(judged)
    axes.plot([0, 1], [0, 1], color=_INK, linestyle=":", label="as sure as right")
    limits = [wilson(round(part.share * part.of), part.of) for part in bins]
    shares = [part.share for part in bins]
    down = [max(0.0, share - low) for share, (low, _) in zip(shares, limits, strict=True)]
    up = [max(0.0, high - share) for share, (_, high) in zip(shares, limits, strict=True)]
    sure = [part.confidence for part in bins]
    axes.errorbar(
        sure, shares, [down, up], color=_MAIN, fmt="o", capsize=2, linewidth=0.8, label="95% interval"
    )
    for part in bins:
        axes.annotate(
            f"{part.of}", (part.confidence, part.share), (4, -12), textcoords="offset points", fontsize=8
        )
    axes.set(xlabel="confidence of the answer", ylabel="share right", xlim=(0, 1), ylim=(0, 1.03))
    axes.set_title(
        f"Reliability of {len(judged)} answers (error {calibration_error(judged):.3f})", fontsize=10
    )
    axes.legend(loc="lower right", fontsize=8)


def _coverage(axes: Any, judged: Sequence[Judged]) -> None:
    points = coverage(judged)
    axes.plot([kept for kept, _ in points], [right for _, right in points], color=_MAIN)
    axes.set(
        xlabel="share of the answers kept, the surest first",
        ylabel="share right",
        xlim=(0, 1),
        ylim=(0.5, 1.02),
    )
    axes.set_title("Accuracy against coverage", fontsize=10)


def _refusals(axes: Any, runs: Sequence[Asked]) -> None:
    wanted = [found for found in runs if "clauses" not in found.name]
    for place, found in enumerate(wanted[:5]):
        curve = refusal_curve(found.sure("policy"), found.sure("out_of_scope"))
        colour = _MAIN if place == 0 else _REST[place - 1]
        axes.plot(
            curve[:, 0],
            curve[:, 1],
            color=colour,
            label=found.name.strip("*"),
            linewidth=2 if not place else 1.2,
        )
    axes.set(
        xlabel="policy questions refused (false refusals)",
        ylabel="out-of-scope questions refused",
        xlim=(-0.005, 0.3),
        ylim=(0.3, 1.02),
    )
    axes.set_title("Refusals against false refusals, every threshold", fontsize=10)
    axes.legend(loc="lower right", fontsize=8)
