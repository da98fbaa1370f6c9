"""What durable delivery costs: `python -m bench.delivery`, as Markdown, and as JSON with --json FILE.

SQLite on this disk and, where Debian's PostgreSQL is installed, a server of its own on this disk; nothing
leaves the machine. Compare within one run: docs/load.md says what each figure means.
"""

from __future__ import annotations

import argparse
import json
import logging
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path

import structlog

from bench.delivery_commits import Commits, measure_commits
from bench.delivery_growth import EMPTY, Growth, measure_growth
from bench.delivery_times import Times, measure_times
from bench.measures import markdown
from bench.slack_places import machine
from tests.support.postgres import Cluster

_SIZES = (100, 10_000, 1_000_000)
_WORKERS = (1, 2, 4)
_PARTS = ("commits", "times", "growth")


def commit_table(found: Sequence[Commits]) -> str:
    """A whole submission beside a bare transaction of the same rows and bytes."""
    head = ["database", "transaction", "rows", "ms p50 / p99", "a second", "× bare"]
    rows = [
        [each.database, name, str(each.rows), f"{p50:.2f} / {p99:.2f}", f"{1000 / mean:.0f}", f"{times:.2f}"]
        for each in found
        for name, (p50, p99, mean), times in (
            ("bare", each.bare_ms, 1.0),
            ("submission", each.whole_ms, each.ratio),
        )
    ]
    return markdown(head, rows)


def time_table(found: Sequence[Times]) -> str:
    """From the commit to the message at the platform."""
    head = ["database", "workers", "reports", "commit to sent, ms p50 / p99", "a heap, messages/s"]
    rows = [
        [
            each.database,
            str(each.workers),
            str(each.reports),
            f"{each.p50_ms:.0f} / {each.p99_ms:.0f}" if each.reports else "–",
            f"{each.a_second:.0f}",
        ]
        for each in found
    ]
    return markdown(head, rows)


def growth_table(found: Sequence[Growth]) -> str:
    """The middle of each cost, and how it grew from the smallest size beside the empty transaction."""
    names = ["nothing to claim", "submission", "claim", "due reports", "list of cases"]
    first = {each.database: each for each in reversed(found)}
    rows = []
    for each in found:
        base = first[each.database]
        grown = {name: each.times_empty(name) / base.times_empty(name) for name in names}
        cells = [f"{each.ms[name]:.2f} ms (×{grown[name]:.2f})" for name in names]
        rows.append([each.database, f"{each.old:,}", f"{each.ms[EMPTY]:.2f} ms", *cells])
    return markdown(["database", "old reports", EMPTY, *names], rows)


@contextmanager
def databases(folder: Path) -> Iterator[dict[str, str]]:
    """The DATABASE_URL of an empty database of each kind, on this disk."""
    found = {"SQLite": f"sqlite:///{folder}/signpost.db"}
    with ExitStack() as stack:
        try:
            cluster = Cluster(folder)
            stack.callback(cluster.remove)
            cluster.create()
            found["PostgreSQL"] = stack.enter_context(cluster.new_database())
        except AssertionError as absent:
            print(f"Without PostgreSQL: {absent}\n")
        yield found


@contextmanager
def _fresh() -> Iterator[dict[str, str]]:
    with tempfile.TemporaryDirectory(prefix="signpost-bench-") as folder:
        # PostgreSQL's own user must come to its files.
        Path(folder).chmod(0o755)
        with databases(Path(folder)) as urls:
            yield urls


def report(parts: Sequence[str], rounds: int, sizes: Sequence[int]) -> Iterator[tuple[str, object]]:
    """These of the parts, a table at a time, with what it was made of."""
    yield f"{time.strftime('%Y-%m-%d %H:%M')}; {machine()}", ()
    if "commits" in parts:
        yield from _commits(rounds)
    if "times" in parts:
        yield from _times(rounds)
    if "growth" in parts:
        yield from _growth(rounds, sizes)
    yield f"{machine()} at the end", ()


def _commits(rounds: int) -> Iterator[tuple[str, object]]:
    with _fresh() as urls:
        commits = [measure_commits(name, url, rounds) for name, url in urls.items()]
        yield commit_table(commits), [{**asdict(each), "ratio": each.ratio} for each in commits]


def _times(rounds: int) -> Iterator[tuple[str, object]]:
    with _fresh() as urls:
        counts = {"SQLite": (1,), "PostgreSQL": _WORKERS}
        pairs = [(name, many) for name in urls for many in counts[name]]
        times = [measure_times(name, urls[name], many, rounds) for name, many in pairs]
        yield time_table(times), [asdict(each) for each in times]


def _growth(rounds: int, sizes: Sequence[int]) -> Iterator[tuple[str, object]]:
    with _fresh() as urls:
        grown = [each for name, url in urls.items() for each in measure_growth(name, url, sizes, rounds)]
        yield growth_table(grown), [asdict(each) for each in grown]
        plans = {each.database: each.plan for each in grown}
        yield "\n\n".join(f"{name}, claim:\n```\n{plan}\n```" for name, plan in plans.items()), plans


def main() -> None:
    """Print it all, and keep it."""
    parser = argparse.ArgumentParser(prog="bench.delivery", description=__doc__)
    parser.add_argument("--rounds", type=int, default=200, help="how often each is measured")
    parser.add_argument("--sizes", type=int, nargs="+", default=_SIZES, help="how many old reports there are")
    parser.add_argument("--only", nargs="+", choices=_PARTS, default=_PARTS, help="some of the tables alone")
    parser.add_argument("--json", type=Path, help="a file for the figures")
    asked = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    kept = []
    for piece, figures in report(asked.only, asked.rounds, asked.sizes):
        print(f"{piece}\n", flush=True)
        kept.append(figures or piece)
    if asked.json:
        asked.json.write_text(json.dumps(kept, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
