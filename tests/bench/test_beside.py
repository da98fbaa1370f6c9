from bench.beside import _row


def test_a_row_judges_by_the_pairs() -> None:
    """The ratio is the median of the pairs' own ratios, not that of two medians."""
    assert _row("report", [(1.0, 2.0), (10.0, 10.0), (4.0, 3.0)]) == [
        "a report, to its receipt",
        "4.00",
        "3.00",
        "1.00",
        "0.75–2.00",
    ]
