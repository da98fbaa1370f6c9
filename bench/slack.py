"""Slack's door under load: `python -m bench.slack`, as Markdown. docs/load.md says what is measured, and why.

Nothing leaves loopback: Slack is the test double. Every loop ends by time or count; all of it takes about
five minutes.
"""

from __future__ import annotations

import argparse
import itertools
import os
import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from bench.measures import markdown
from bench.slack_cost import Cost, measure
from bench.slack_load import Found, Product, climb, product
from bench.slack_places import machine, place
from bench.slack_staff import MIXED, Mix, Staff
from tests.slack_double import SlackDouble

_RATES = (75.0, 100.0, 125.0, 150.0, 200.0, 300.0)
_WARM_S, _STEP_S, _ALONE_S, _ALONE = 10.0, 15.0, 15.0, 10.0
_TURNS = 5


def cost_table(costs: Sequence[Cost]) -> str:
    """CPU time from request to acknowledgement, beside a bare Bolt app."""
    bolt = next(cost.middle for cost in costs if cost.kind == "bolt")
    rows = [
        [
            _NAMES[cost.kind],
            f"{cost.middle * 1e6:.0f} µs",
            f"{min(cost.turns) * 1e6:.0f}–{max(cost.turns) * 1e6:.0f}",
            f"{1 / cost.middle:,.0f}",
            f"{cost.middle / bolt:.2f}",
        ]
        for cost in costs
    ]
    head = ["signed /policy to acknowledgement", "CPU a request", "turns", "requests a core-second", "× Bolt"]
    return markdown(head, rows)


_NAMES = {
    "aiohttp": "bare aiohttp handler (reads the body, checks nothing)",
    "bolt": "bare Bolt app (signature, one command, acknowledged)",
    "signpost": "Signpost's door (the core answers at once)",
}


def ms(seconds: Sequence[float]) -> str:
    """The 50th and 99th percentile and the worst, in milliseconds."""
    if not seconds:
        return "–"
    return " / ".join(f"{value * 1000:.0f}" for value in np.percentile(np.asarray(seconds), [50, 99, 100]))


def load_table(runs: Sequence[tuple[str, Found]]) -> str:
    """Each run: acknowledgements by kind, whole answers, CPU time."""
    head = [
        "load",
        "sent",
        "acknowledged, ms p50 / p99 / worst",
        "whole answer, ms p50 / p99 / worst",
        "failed",
        "CPU a request",
        "server's core",
    ]
    return markdown(head, [_cells(name, found) for name, found in runs])


def _cells(name: str, found: Found) -> list[str]:
    failed = f"{found.errors}"
    if found.unanswered:
        failed += f" (+{found.unanswered} not answered)"
    if not found.driven:
        failed += f" (our side: {found.missed} not sent, {found.lag_s:.1f} s late)"
    return [
        name,
        f"{found.sent:,}",
        ms(found.every_ack),
        ms(found.answers),
        failed,
        f"{found.cpu_each_s * 1000:.1f} ms",
        f"{found.server_core:.0%}",
    ]


def kinds_table(found: Found) -> str:
    """The acknowledgements of one run by kind."""
    every = len(found.every_ack)
    rows = [
        [kind, f"{len(acks):,}", f"{len(acks) / every:.0%}", ms(acks)]
        for kind, acks in sorted(found.acks.items(), key=lambda item: -len(item[1]))
    ]
    return markdown(["kind", "requests", "share", "acknowledged, ms p50 / p99 / worst"], rows)


def highest(runs: Sequence[Found], holds: Callable[[Found], bool]) -> float:
    """The highest rate up to which every run was really sent and this holds; 0 where the lowest failed."""
    climbed = sorted(runs, key=lambda found: found.rate)
    good = itertools.takewhile(lambda found: found.driven and holds(found), climbed)
    return max((found.rate for found in good), default=0.0)


def sustained(runs: Sequence[Found]) -> str:
    """The highest rates up to which acknowledgements, and whole answers, came in time."""
    in_time = highest(runs, lambda found: found.acknowledged)
    kept_up = highest(runs, lambda found: found.kept_up)
    return (
        f"Highest rate with every acknowledgement within 3 s and no error: {in_time:g} requests/s. "
        f"Highest with 99 of 100 answers within 3 s as well: {kept_up:g} requests/s."
    )


def report(each: int, seconds: float, most: float) -> Iterator[str]:
    """All of it, a piece at a time."""
    pinned = place(os.getpid(), 1)
    yield f"{time.strftime('%Y-%m-%d %H:%M')}; {machine()}; server on core 0, all else on core 1: {pinned}"
    with SlackDouble() as slack:
        yield cost_table(measure(slack, each, _TURNS))
    with product() as served:
        yield from _under_load(served, seconds, most)
    yield f"{machine()} at the end"


def _under_load(served: Product, seconds: float, most: float) -> Iterator[str]:
    worst = Staff().worst
    served.run(MIXED.scaled(MIXED.rate / 2), _WARM_S)
    alone = served.run(Mix(_ALONE, 0, 0, 0), _ALONE_S)
    mixed = served.run(MIXED, seconds)
    staff = served.run(worst, seconds)
    climbed = list(climb(served, MIXED, [rate for rate in _RATES if rate <= most], _STEP_S))
    yield load_table(
        [
            (f"questions alone, {alone.rate:g}/s", alone),
            (f"the mix, {mixed.rate:g}/s", mixed),
            (f"10,000 staff at their worst, {staff.rate:.1f}/s", staff),
            *((f"the mix, {found.rate:g}/s", found) for found in climbed),
        ]
    )
    yield f"The mix at {mixed.rate:g}/s:\n\n{kinds_table(mixed)}"
    yield sustained([mixed, *climbed])
    yield f"10,000 staff: {headroom(worst, [mixed, *climbed])}"


def headroom(worst: Mix, runs: Sequence[Found]) -> str:
    """How far the worst time of 10,000 staff is from what was sustained with whole answers in time."""
    kept_up = highest(runs, lambda found: found.kept_up)
    return (
        f"{Staff().ordinary:.2f} questions/s in an ordinary peak hour, {worst.rate:.1f} requests/s "
        f"at worst: {kept_up / worst.rate:.1f} times as many were sustained."
    )


def main() -> None:
    """Print it all."""
    parser = argparse.ArgumentParser(prog="bench.slack", description=__doc__)
    parser.add_argument("--each", type=int, default=1500, help="requests to each bare server in each turn")
    parser.add_argument("--seconds", type=float, default=60, help="how long the mix is sent")
    parser.add_argument("--most", type=float, default=_RATES[-1], help="the highest rate to try")
    asked = parser.parse_args()
    for piece in report(asked.each, asked.seconds, asked.most):
        print(f"{piece}\n", flush=True)


if __name__ == "__main__":
    main()
