"""People, processes, the platform and the clock in any order. `make properties` tries far more of them."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.properties.machine import CLOSERS, FLAWS, LEASE_OVER, Machine, World
from tests.properties.oracle import KINDS

pytestmark = pytest.mark.slow
# Of a turn that brings a first card to everybody.
_STEPS = 24
# Goes to four people one by one, so that there is a step before and after each.
_SPREAD = "restricted"
_IS_LONG = settings.get_current_profile_name() == "long"
EFFORT = settings(
    max_examples=3000 if _IS_LONG else 100,
    stateful_step_count=40 if _IS_LONG else 25,
    derandomize=not _IS_LONG,
    database=None,
    deadline=None,
    report_multiple_bugs=False,
    # What it finds is short enough to read, and to make it shorter can take minutes.
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def run_on(world: World, effort: settings = EFFORT) -> None:
    """Try it on this product. Raises what it finds."""
    run_state_machine_as_test(type("OnWorld", (Machine,), {"world": world}), settings=effort)


def side_by_side(world: World) -> None:
    """Each kind of report, and each step at which one of two workers may be stopped. Raises what it finds."""
    for kind in sorted(KINDS):
        for step in range(1, _STEPS):
            machine = type("OnWorld", (Machine,), {"world": world})()
            try:
                machine.between_two(kind, "ana", step)
                machine.holds()
                machine.teardown()
            finally:
                machine.loop.close()


def one_after_the_other(world: World) -> None:
    """Each step at which a worker dies, or stops until another one has worked. Raises what it finds."""
    for step in range(3, _STEPS):
        for dies in (True, False):
            machine = type("OnWorld", (Machine,), {"world": world})()
            try:
                # It was at work before the report came: it has no reason to look for it.
                machine.turn()
                machine._submit(_SPREAD, "ana")
                if dies:
                    machine.die(step)
                else:
                    machine.stand_still(step, True, LEASE_OVER)
                machine.holds()
                machine.teardown()
            finally:
                machine.loop.close()


def closings(world: World) -> None:
    """Each kind that two people close, by each two of them, and with each thing that may be wrong."""
    pairs = [(closer, second, "") for closer in CLOSERS for second in CLOSERS]
    flawed = [("dina", "eleanor", flaw) for flaw in FLAWS]
    for kind in [name for name, kind in KINDS.items() if kind.by_two]:
        for closer, second, flaw in [*pairs, *flawed]:
            machine = type("OnWorld", (Machine,), {"world": world})()
            try:
                reference = machine._submit(kind, "ana")
                machine.turn()
                before = world.done["agreed"]
                machine.close_by_two(reference, closer, second, flaw)
                machine.holds()
                assert (world.done["agreed"] > before) == (closer != second and not flaw), (
                    closer,
                    second,
                    flaw,
                )
                machine.teardown()
            finally:
                machine.loop.close()


def test_nothing_is_lost_doubled_or_told_to_the_wrong_person(world: World) -> None:
    """Whatever happens in whatever order, each report is told, once, to nobody but those who may know."""
    # PostgreSQL takes longer over each step, and several processes at once have tests of their own.
    fewer = world.desk.product.database.is_shared and not _IS_LONG
    run_on(world, settings(EFFORT, max_examples=20) if fewer else EFFORT)
    one_after_the_other(world)
    # A closing by two people takes many turns, and a few tries need not come to one.
    closings(world)
    wanted = ("submit", "press", "die", "stand still", "taken", "agreed", "reminded", "all reminded", "away")
    assert not [name for name in wanted if not world.done[name]]


@pytest.mark.parametrize("world", [pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True)
def test_of_two_workers_one_tells(world: World) -> None:
    """Wherever one worker stops while another works, and somebody takes the case, nobody is told twice."""
    side_by_side(world)
