"""The product as its wheel holds it: the package with the data files inside, and no checkout around it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

pytestmark = pytest.mark.process

ROOT = Path(__file__).resolve().parents[1]
WHEEL = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]
INCLUDED = WHEEL["targets"]["wheel"]["force-include"]


def test_the_package_runs_without_a_checkout(tmp_path: Path) -> None:
    """With what pyproject.toml puts into the wheel a command works in any folder, and keeps data there."""
    site, folder = tmp_path / "site", tmp_path / "folder"
    folder.mkdir()
    shutil.copytree(ROOT / "bot", site / "bot", ignore=shutil.ignore_patterns("__pycache__"))
    for source, target in INCLUDED.items():
        (shutil.copytree if (ROOT / source).is_dir() else shutil.copy)(ROOT / source, site / target)
    ours = ("SIGNPOST_", "DATABASE_", "SLACK_", "TEAMS_", "NLU_", "MICROSOFT")
    env = {name: value for name, value in os.environ.items() if not name.upper().startswith(ours)}  # noqa: TID251
    done = subprocess.run(
        [sys.executable, "-m", "bot", "roster"],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**env, "PYTHONPATH": str(site)},
    )
    assert done.returncode == 0, done.stderr
    assert "Eleanor Marsh" in done.stdout
    assert {path.name for path in (folder / "data").iterdir()} >= {"keys", "signpost.db"}
    assert not (site / "bot" / "data" / ".cache").exists()
