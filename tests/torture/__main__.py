"""`python -m tests.torture --kills 1000`: a table and JSON, and 1 where anything is wrong."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from tests.support.postgres import Cluster
from tests.torture.run import Plan, torture
from tests.torture.verdict import table


def main() -> int:
    """Run once on each database that was asked for."""
    options = _options()
    results = []
    for database in options.database.split(","):
        plan = Plan(
            database=database,
            kills=options.kills,
            minutes=options.minutes,
            seed=options.seed,
            staff=options.staff,
            weather=not options.fine,
            odd=options.odd,
        )
        results.append(_run(plan, options.keep))
    return 0 if all(results) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--minutes", type=float, default=0.0, help="go on for at least so long")
    parser.add_argument("--database", default="sqlite", help="sqlite, postgresql, or both with a comma")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--staff", type=int, default=8, help="how many report at once")
    parser.add_argument("--fine", action="store_true", help="Slack does nothing wrong")
    parser.add_argument("--odd", action="store_true", help="Slack answers as no page of its own describes")
    parser.add_argument("--keep", type=Path, help="where logs and database stay")
    return parser.parse_args()


def _run(plan: Plan, keep: Path | None) -> bool:
    with ExitStack() as ending:
        cluster = None
        if plan.database == "postgresql":
            cluster = Cluster()
            ending.callback(cluster.remove)
            cluster.create()
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="torture-")))
        if keep is not None:
            folder = keep / plan.database
            folder.mkdir(parents=True)
        result = torture(folder, plan, cluster, lambda line: print(line, file=sys.stderr, flush=True))
    numbers = {name: value for name, value in result.numbers.items() if name != "memory"}
    print(table([("database", plan.database), ("seed", plan.seed), *numbers.items()]))
    for name, held in result.numbers.get("memory", {}).items():
        print(f"memory of {name}: {held}")
    for name, found in {**result.verdict.faults, "broken": result.broken}.items():
        print(*(f"{name}: {line}" for line in found[:20]), sep="\n", end="\n" if found else "")
    print(json.dumps(result.json()), flush=True)
    return result.ok


if __name__ == "__main__":
    sys.exit(main())
