"""The machine finds what is wrong, where something is."""

from __future__ import annotations

import pytest

from tests.properties.machine import World
from tests.properties.mutants import MUTANTS
from tests.properties.test_machine import run_on

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("world", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", sorted(MUTANTS))
def test_a_product_with_a_fault_is_found_out(
    world: World, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With one thing wrong in it the same run, with the same seed, fails."""
    MUTANTS[name](monkeypatch)
    with pytest.raises((AssertionError, BaseExceptionGroup)):
        run_on(world)
