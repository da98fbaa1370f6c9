"""Where the data files are, and which day it is: what those commands need that load nothing else."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
# A wheel holds a copy of the data files in the package; in a checkout they stand beside it.
IS_CHECKOUT = (_PACKAGE.parent / "policy_kb").is_dir()
HOME = _PACKAGE.parent if IS_CHECKOUT else _PACKAGE / "data"


def today() -> date:
    """The day, by which a review is due."""
    return datetime.now(UTC).date()
