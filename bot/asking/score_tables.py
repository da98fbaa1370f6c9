"""The scores of an evaluation, for people (lines of text) and for machines (JSON)."""

from __future__ import annotations

from typing import Any

from bot.asking.calibration import calibration_error, right_at
from bot.asking.evaluation import Column, Rate, Scores

# Voices are many: the JSON alone has them.
_SHOWN: tuple[Column, ...] = ("form", "author", "group")
_WIDE = 34
_HEAD = f"{'':{_WIDE}} {'right':>9}  {'share':>6}  95% interval"


def table(scores: Scores) -> str:
    """The scores as lines of text, a rate a line; then the sections of the policy, forms, authors, groups.

    What was not asked has no line.
    """
    lines = [_HEAD, *(_line(name, rate) for name, rate in scores.rates.items() if rate.of)]
    lines += [_figure(name, value) for name, value in _figures(scores).items()] if scores.judged else []
    sections = {name: part.first for name, part in scores.sections.items()}
    lines += _block("first clause right, by section", sections)
    for column in _SHOWN:
        lines += _block(f"right, by {column}", scores.columns[column])
    return "\n".join(lines)


def misses_table(scores: Scores) -> str:
    """Every miss: what was asked, what it is, and what it got."""
    return "\n".join(f"{miss.label:14} {miss.got:44} {miss.question}" for miss in scores.misses)


def to_json(scores: Scores) -> dict[str, Any]:
    """The scores for a machine: each rate with its counts and interval, and every miss."""
    return {
        "rates": {name: _rate_json(rate) for name, rate in scores.rates.items()},
        "sections": {
            name: {"first": _rate_json(part.first), "three": _rate_json(part.three)}
            for name, part in scores.sections.items()
        },
        "right_by": {
            column: {name: _rate_json(rate) for name, rate in rates.items()}
            for column, rates in scores.columns.items()
        },
        "mrr": round(scores.mrr, 4),
        "citations": round(scores.citations, 4),
        "calibration_error": round(calibration_error(scores.judged), 4),
        "misses": [{"q": miss.question, "label": miss.label, "got": miss.got} for miss in scores.misses],
    }


def _block(title: str, rates: dict[str, Rate]) -> list[str]:
    return ["", title, *(_line(name, rate) for name, rate in rates.items())] if rates else []


def _figures(scores: Scores) -> dict[str, float]:
    return {
        "mean reciprocal rank": scores.mrr,
        "clauses an answer cites": scores.citations,
        "calibration error of the answers": calibration_error(scores.judged),
        "right in the surest 60% of answers": right_at(scores.judged, 0.6),
        "right in the surest 80% of answers": right_at(scores.judged, 0.8),
    }


def _figure(name: str, value: float) -> str:
    return f"{name:{_WIDE}} {'':>9}  {value:6.3f}"


def _line(name: str, rate: Rate) -> str:
    low, high = rate.interval
    # The last step of a section's path is the one that tells it apart.
    shown = name if len(name) <= _WIDE else f"…{name[1 - _WIDE :]}"
    return f"{shown:{_WIDE}} {rate.hits:4d}/{rate.of:<4d}  {rate.share:6.3f}  {low:.3f} to {high:.3f}"


def _rate_json(rate: Rate) -> dict[str, Any]:
    low, high = rate.interval
    return {
        "hits": rate.hits,
        "of": rate.of,
        "share": round(rate.share, 4),
        "low": round(low, 4),
        "high": round(high, 4),
    }
