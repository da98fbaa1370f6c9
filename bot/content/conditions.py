"""Whether a step, or an option, is for these answers: `when` and `unless` read in one place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from bot.content.journeys import SlotCondition
from bot.domain.roster import ROLES
from bot.domain.routing import Slots

# Worked out from the answers and the roster, so that a step can depend on it; nobody is asked for these.
DERIVED: Mapping[str, tuple[str, ...]] = {
    "conflict_role": (*ROLES, *(f"deputy_{role}" for role in ROLES if not role.startswith("deputy_"))),
    "conflicted": ("yes",),
    "child": ("yes",),
}

#: A text was read as danger: "yes", or "denied" where its writer says that nobody is in danger now.
DANGER_READ = "danger_read"
READ_IN_TEXTS: Mapping[str, tuple[str, ...]] = {DANGER_READ: ("yes", "denied")}


class Conditional(Protocol):
    """Anything with `when` and `unless`: alternatives of which one must, or none may, hold."""

    @property
    def when(self) -> tuple[SlotCondition, ...]:
        """One of these must hold; none at all means always."""

    @property
    def unless(self) -> tuple[SlotCondition, ...]:
        """None of these may hold."""


def holds(condition: SlotCondition, slots: Slots) -> bool:
    """Whether each slot of the condition has one of its values."""
    return all(set(values).intersection(slots.get(slot, ())) for slot, values in condition.items())


def applies(item: Conditional, slots: Slots) -> bool:
    """Whether a step or an option is for these answers."""
    wanted = not item.when or any(holds(condition, slots) for condition in item.when)
    return wanted and not any(holds(condition, slots) for condition in item.unless)


def names(items: Iterable[Conditional]) -> frozenset[str]:
    """Every slot that the conditions of `items` ask about."""
    return frozenset(slot for item in items for condition in (*item.when, *item.unless) for slot in condition)


def merged(outer: tuple[SlotCondition, ...], inner: tuple[SlotCondition, ...]) -> tuple[SlotCondition, ...]:
    """The alternatives under which one of `outer` and one of `inner` hold; either may be empty."""
    if not outer or not inner:
        return outer or inner
    return tuple(_both(first, second) for first in outer for second in inner)


def _both(first: SlotCondition, second: SlotCondition) -> SlotCondition:
    joined = {**first, **second}
    for slot in first.keys() & second.keys():
        joined[slot] = tuple(value for value in first[slot] if value in second[slot])
    return joined
