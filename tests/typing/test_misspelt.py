"""That the types of what is stored, owed and pressed are worth something: a misspelt field is found."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROBE = Path(__file__).with_name("misspelt.py")
MARK = "# refused"


def test_each_misspelt_field_is_refused() -> None:
    """mypy refuses each line of the probe that misspells a field, and none that is spelt as it should be."""
    command = [sys.executable, "-m", "mypy", "--no-error-summary", str(PROBE)]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    refused = {int(line) for line in re.findall(r"misspelt\.py:(\d+): error:", found.stdout)}
    lines = PROBE.read_text(encoding="utf-8").splitlines()
    misspelt = {number for number, line in enumerate(lines, start=1) if line.endswith(MARK)}
    assert refused == misspelt, found.stdout + found.stderr
