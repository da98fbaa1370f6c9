"""The machine finds what is wrong, where something is."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.properties.machine import World
from tests.properties.mutants import MUTANTS, SHARED, Patch
from tests.properties.test_machine import closings, one_after_the_other, run_on, side_by_side

pytestmark = pytest.mark.slow
SEARCHES = {search.__name__: search for search in (closings, one_after_the_other, run_on)}


@pytest.mark.parametrize("world", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("fault", "search"), MUTANTS.items(), ids=[fault.__name__ for fault in MUTANTS])
def test_a_product_with_a_fault_is_found_out(
    world: World, fault: Callable[[Patch], None], search: str, monkeypatch: Patch
) -> None:
    """With one thing wrong in it what the sound product passes is not passed."""
    fault(monkeypatch)
    with pytest.raises((AssertionError, BaseExceptionGroup)):
        SEARCHES[search](world)


@pytest.mark.parametrize("world", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
@pytest.mark.parametrize("name", sorted(SHARED))
def test_a_fault_between_two_workers_is_found_out(
    world: World, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where two workers live at once, what would make them double a message is found."""
    SHARED[name](monkeypatch)
    with pytest.raises(AssertionError, match="twice"):
        side_by_side(world)
