"""`python -m tests.fuzz`: hostile input for both doors, and what came of it. Non-zero where any did harm."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.fuzz.doors import Findings, slack, teams


def main() -> int:
    """Run both doors and print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--inputs", type=int, default=10_000, help="for each door")
    parser.add_argument("--seed", type=int, default=20261127)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = [
            slack(Path(folder) / "slack", asked.inputs, asked.seed),
            teams(Path(folder) / "teams", asked.inputs, asked.seed),
        ]
    for findings in found:
        print(line(findings))
    wrong = [text for findings in found for text in findings.wrong]
    print("\n".join(wrong) or "nothing wrong: no fault, no change, no content in the log")
    return 1 if wrong else 0


def line(findings: Findings) -> str:
    """One door in a line."""
    statuses = ", ".join(f"{code}: {count}" for code, count in sorted(findings.statuses.items()))
    return f"{findings.door}: {findings.inputs} inputs; answers {statuses}"


if __name__ == "__main__":
    sys.exit(main())
