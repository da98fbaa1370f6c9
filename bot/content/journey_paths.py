"""Every path through the steps, walked at load: what can be reached, how many answers are mandatory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product

from bot.content.conditions import DERIVED, applies, names
from bot.content.journeys import OptionRecord, StepRecord

State = Mapping[str, tuple[str, ...]]
Counts = Mapping[str, int]


@dataclass(frozen=True)
class Paths:
    """`mandatory` is the most that any path of each kind of report insists on; `reached` are step ids."""

    mandatory: Mapping[str, int]
    reached: frozenset[str]


def walk(steps: Sequence[StepRecord]) -> Paths:
    """Walk every combination of the answers on which a later step depends."""
    walker = _Walker(tuple(steps))
    return Paths(walker.most(0, {}), frozenset(walker.reached))


@dataclass
class _Walker:
    steps: tuple[StepRecord, ...]
    reached: set[str] = field(default_factory=set)
    known: dict[tuple[int, frozenset[tuple[str, tuple[str, ...]]]], Counts] = field(default_factory=dict)

    def most(self, index: int, state: State) -> Counts:
        """The largest number of mandatory answers from `index` on, for each kind that a path ends in."""
        if index == len(self.steps):
            return dict.fromkeys(state.get("kind", ()), 0)
        kept = {slot: value for slot, value in state.items() if slot in self._needed(index)}
        key = (index, frozenset(kept.items()))
        if key not in self.known:
            self.known[key] = self._explore(index, kept)
        return self.known[key]

    def _needed(self, index: int) -> frozenset[str]:
        later = self.steps[index:]
        options = (option for step in later for option in _options(step))
        return names(later) | names(options) | {"kind"}

    def _explore(self, index: int, state: State) -> Counts:
        step, best = self.steps[index], dict[str, int]()
        for applied in _may_apply(step, state):
            for after, cost in _outcomes(step, state, self._needed(index + 1)) if applied else [(state, 0)]:
                for kind, count in self.most(index + 1, after).items():
                    best[kind] = max(best.get(kind, 0), count + cost)
            if applied:
                self.reached.add(step.id)
        return best


def _may_apply(step: StepRecord, state: State) -> frozenset[bool]:
    # What is derived from the roster is unknown here: both with and without it are walked.
    derived = names([step]) & DERIVED.keys()
    if not derived:
        return frozenset({applies(step, state)})
    return frozenset(
        {applies(step, state), applies(step, {**state, **{slot: DERIVED[slot] for slot in derived}})}
    )


def _outcomes(step: StepRecord, state: State, needed: frozenset[str]) -> Iterator[tuple[State, int]]:
    cost = step.mandatory_answers if step.counts else 0
    slots = [slot for slot in step.slots if slot in needed]
    for values in product(*(_values(step, slot, state) for slot in slots)):
        yield {**state, **{slot: (value,) for slot, value in zip(slots, values, strict=True) if value}}, cost


def _values(step: StepRecord, slot: str, state: State) -> tuple[str, ...]:
    # An ending option closes the journey there: no later step is reached through it.
    found = tuple(
        option.value for option in options_for(step, slot) if applies(option, state) and not option.ends
    )
    return found or ("",)


def options_for(step: StepRecord, slot: str) -> tuple[OptionRecord, ...]:
    """The options that `step` offers for `slot`."""
    if step.kind == "choice":
        return step.options if step.answer_slot == slot else ()
    return tuple(option for item in step.fields if item.name == slot for option in item.options)


def _options(step: StepRecord) -> tuple[OptionRecord, ...]:
    return (*step.options, *(option for item in step.fields for option in item.options))
