from __future__ import annotations

import pytest

from bench.measures import (
    auroc,
    auroc_interval,
    markdown,
    matthews,
    percentiles,
    refusal_curve,
    refused_outside,
)


def test_auroc_counts_pairs() -> None:
    """It is the share of pairs in the right order, ties counted half."""
    assert auroc([0.9, 0.8], [0.1, 0.2]) == 1.0
    assert auroc([0.5], [0.5]) == 0.5
    assert auroc([0.9, 0.3], [0.1, 0.6]) == 0.75


def test_auroc_interval_holds_the_area() -> None:
    """The interval lies around the area, within 0 and 1, and shrinks with more questions."""
    low, high = auroc_interval(0.9, 50, 50)
    closer = auroc_interval(0.9, 500, 500)
    assert 0 < low < closer[0] < 0.9 < closer[1] < high <= 1


def test_matthews_is_that_of_the_textbook() -> None:
    """For two classes it is the known formula; 1 where all is right, 0 where one answer is given to all."""
    truth = ["a", "a", "a", "b", "b", "b"]
    assert matthews(truth, truth) == pytest.approx(1.0)
    assert matthews(truth, ["a"] * 6) == 0.0
    assert matthews(truth, ["a", "a", "b", "b", "b", "a"]) == pytest.approx(1 / 3)


def test_refusals_are_counted_at_a_price() -> None:
    """The threshold gives up at most the named share of the covered questions."""
    inside = [0.1, 0.6, 0.7, 0.8, 0.9, 0.91, 0.92, 0.93, 0.94, 0.95]
    assert refused_outside(inside, [0.0, 0.05, 0.5, 0.65], 0.0) == 0.5
    assert refused_outside(inside, [0.0, 0.05, 0.5, 0.65], 0.1) == 0.75


def test_curve_runs_from_nothing_to_everything() -> None:
    """The lowest threshold refuses nothing of either, the highest all of both."""
    curve = refusal_curve([0.5, 0.9], [0.1, 0.6])
    assert curve[0].tolist() == [0.0, 0.0]
    assert [0.0, 0.5] in curve.tolist()
    assert curve[-1].tolist() == [1.0, 1.0]


def test_percentiles_are_in_milliseconds() -> None:
    """Seconds go in, milliseconds come out."""
    assert percentiles([0.001, 0.002, 0.003]) == pytest.approx((2.0, 2.98))


def test_table_is_markdown() -> None:
    """A head, a rule and a line a row."""
    assert markdown(["a", "b"], [["1", "2"]]) == "| a | b |\n| --- | --- |\n| 1 | 2 |"
