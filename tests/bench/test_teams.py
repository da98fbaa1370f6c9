"""The comparison with botbuilder's echo: what is put beside what."""

from __future__ import annotations

from bench.teams import Cost, cost_table


def test_each_door_stands_beside_the_echo_that_checks_as_much() -> None:
    """A door that checks tokens is divided by an echo that does, by the turn in the middle of each."""
    costs = [
        Cost("botbuilder", False, (0.009, 0.010, 0.030)),
        Cost("signpost", False, (0.002,)),
        Cost("botbuilder", True, (0.020,)),
        Cost("signpost", True, (0.005,)),
    ]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in cost_table(costs).splitlines()]
    assert [row[-1] for row in rows[2:]] == ["1.00", "0.20", "1.00", "0.25"]
    assert [row[2] for row in rows[2:]] == ["10.00 ms", "2.00 ms", "20.00 ms", "5.00 ms"]
