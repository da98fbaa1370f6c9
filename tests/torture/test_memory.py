"""What the soak's figure for memory stands on."""

from __future__ import annotations

import os

import pytest

from tests.torture.memory import rss, slope, told


def test_what_grows_is_seen_and_what_settles_is_not() -> None:
    """A mebibyte a minute is sixty an hour; what is filled in the first quarter, and stays, is none."""
    grows = [(60.0 * minute, 100.0 + minute) for minute in range(60)]
    settles = [(60.0 * minute, 100.0 + min(minute, 10)) for minute in range(60)]
    assert slope(grows) == pytest.approx(60.0)
    assert slope(settles) == pytest.approx(0.0)
    assert slope(grows[:1]) == 0.0
    assert told({"web 1": grows})["web 1"]["most MiB"] == 159.0


def test_a_process_that_is_gone_holds_nothing() -> None:
    """This process holds something; one that never was holds nothing."""
    assert rss(os.getpid()) > 10
    assert rss(2**30) == 0.0
