"""What can be wrong in the journey files, every path walked, each fault with its file and line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from types import MappingProxyType
from typing import get_args

from bot.content.conditions import DERIVED, READ_IN_TEXTS, applies, names
from bot.content.contacts import unknown_contact
from bot.content.documents import Document, Fault, Location
from bot.content.journeys import OptionRecord, Place, StepRecord

State = Mapping[str, tuple[str, ...]]
Key = frozenset[tuple[str, tuple[str, ...]]]
_NOTHING: State = MappingProxyType({})


@dataclass(frozen=True)
class Paths:
    """`mandatory` is the most that any path of each kind of report insists on; `reached` are step ids."""

    mandatory: Mapping[str, int]
    reached: frozenset[str]


def walk(steps: Sequence[StepRecord]) -> Paths:
    """Walk every combination of the answers on which a later step depends."""
    return _walked(steps, lambda step: step.mandatory_answers if step.counts else 0)


def most_screens(steps: Sequence[StepRecord], answered: frozenset[str], given: State) -> int:
    """How many screens a report can still come to, those that are `answered` (as in `given`) included."""
    found = _walked(steps, lambda step: int(not (step.inline or step.offered)), answered, given)
    return max(found.mandatory.values(), default=0)


def _walked(
    steps: Sequence[StepRecord],
    cost: Callable[[StepRecord], int],
    answered: frozenset[str] = frozenset(),
    given: State = _NOTHING,
) -> Paths:
    """The most that any path costs, for each kind that a path ends in.

    From step to step, with the answers alone that a later step asks for: each screen of a report walks them
    all, and to keep those of every step would take megabytes.
    """
    reached, here = set[str](), dict[Key, tuple[State, int]]({_key(_NOTHING): (_NOTHING, 0)})
    for step, needed in zip(steps, _needed(steps), strict=True):
        after, price, derived = dict[Key, tuple[State, int]](), cost(step), names([step]) & DERIVED.keys()
        for state, paid in here.values():
            applied = _may_apply(step, derived, state)
            if True in applied:
                reached.add(step.id)
                for found in _outcomes(step, needed, state, given if step.id in answered else None):
                    _keep(after, found, needed, paid + price)
            if False in applied:
                _keep(after, state, needed, paid)
        here = after
    most = dict[str, int]()
    for state, paid in here.values():
        for kind in state.get("kind", ()):
            most[kind] = max(most.get(kind, 0), paid)
    return Paths(most, frozenset(reached))


def _keep(after: dict[Key, tuple[State, int]], state: State, needed: frozenset[str], paid: int) -> None:
    kept = {slot: value for slot, value in state.items() if slot in needed}
    key = _key(kept)
    if key not in after or after[key][1] < paid:
        after[key] = (kept, paid)


def _key(state: State) -> Key:
    return frozenset(state.items())


def _needed(steps: Sequence[StepRecord]) -> Iterator[frozenset[str]]:
    """After each step, the slots that any later one depends on."""
    found, needed = frozenset({"kind"}), list[frozenset[str]]()
    for step in reversed(steps):
        needed.append(found)
        found = found | names([step]) | names(_options(step))
    return reversed(needed)


def _outcomes(step: StepRecord, needed: frozenset[str], state: State, given: State | None) -> Iterator[State]:
    """What is known after a step: as it is `given`, else by each combination of what it offers."""
    slots = [slot for slot in step.slots if slot in needed]
    if given is not None:
        yield {**state, **{slot: given[slot] for slot in slots if slot in given}}
        return
    for values in product(*(_values(step, slot, state) for slot in slots)):
        yield {**state, **{slot: (value,) for slot, value in zip(slots, values, strict=True) if value}}


def _may_apply(step: StepRecord, derived: frozenset[str], state: State) -> frozenset[bool]:
    # What is derived from the roster is unknown here: both with and without it are walked.
    found = applies(step, state)
    if not derived:
        return frozenset({found})
    return frozenset({found, applies(step, {**state, **{slot: DERIVED[slot] for slot in derived}})})


def _values(step: StepRecord, slot: str, state: State) -> tuple[str, ...]:
    # An ending option closes the journey there: no later step is reached through it.
    found = tuple(
        option.value
        for option in options_for(step, slot)
        if applies(option, state) and not option.ends and not option.retired
    )
    # A field may be left empty.
    blank = any(item.name == slot and not item.required for item in step.fields)
    return (*found, "") if blank or not found else found


def options_for(step: StepRecord, slot: str) -> tuple[OptionRecord, ...]:
    """The options that `step` offers for `slot`."""
    if step.kind == "choice":
        return step.options if step.answer_slot == slot else ()
    return tuple(option for item in step.fields if item.name == slot for option in item.options)


def _options(step: StepRecord) -> tuple[OptionRecord, ...]:
    return (*step.options, *(option for item in step.fields for option in item.options))


MOST_MANDATORY = 5


@dataclass(frozen=True)
class Placed:
    """A step with the place in its file that it was read from."""

    step: StepRecord
    document: Document
    index: int

    def fault(self, message: str, *where: str | int) -> Fault:
        """A fault of this step, at `where` inside it."""
        location: Location = ("steps", self.index, *where)
        return self.document.fault(f"step {self.step.id!r}: {message}", location)


def slot_values(steps: Sequence[StepRecord]) -> Mapping[str, frozenset[str] | None]:
    """Each slot with the values that it can hold; None for free text and for the Federation's own lists."""
    known_without = {**DERIVED, **READ_IN_TEXTS}
    found: dict[str, frozenset[str] | None] = {slot: frozenset(v) for slot, v in known_without.items()}
    for step in steps:
        for slot in step.slots:
            values = _values_of(step, slot)
            known = found.get(slot, frozenset())
            found[slot] = None if values is None or known is None else known | values
    return found


def _values_of(step: StepRecord, slot: str) -> frozenset[str] | None:
    sources = [step.options_from] if step.kind == "choice" else []
    sources += [item.options_from for item in step.fields if item.name == slot]
    options = options_for(step, slot)
    if any(sources) or not options:
        return frozenset(option.value for option in options) or None
    return frozenset(option.value for option in options)


def check_steps(
    placed: Sequence[Placed], clauses: Mapping[str, object], contacts: frozenset[str]
) -> list[Fault]:
    """Every fault of the steps, taken one by one and together."""
    faults = [*_repeated(placed), *_unknown_slots(placed)]
    for item in placed:
        faults.extend(_unknown_names(item, clauses, contacts))
        faults.extend(_shape(item))
        if any(field.retired and (field.required or field.card) for field in item.step.fields):
            faults.append(item.fault("a retired field insists on nothing and stands on no card", "fields"))
    return faults or list(_on_the_way(placed))


def _repeated(placed: Sequence[Placed]) -> Iterator[Fault]:
    ids: set[str] = set()
    filled: dict[str, list[StepRecord]] = {}
    for item in placed:
        if item.step.id in ids:
            yield item.fault("this id is given twice", "id")
        ids.add(item.step.id)
        for slot in item.step.slots:
            before = [step for step in filled.get(slot, ()) if not _apart(step, item.step)]
            if before and not item.step.redirects:
                yield item.fault(f"the slot {slot!r} is already filled by step {before[0].id!r}")
            filled.setdefault(slot, []).append(item.step)


def _apart(one: StepRecord, other: StepRecord) -> bool:
    """Whether the two are for different kinds of report, so that nobody is asked both."""
    for when in (one.when, other.when):
        if not when or not all("kind" in condition for condition in when):
            return False
    kinds, others = ({kind for condition in step.when for kind in condition["kind"]} for step in (one, other))
    return not kinds & others


def _unknown_slots(placed: Sequence[Placed]) -> Iterator[Fault]:
    values = slot_values([item.step for item in placed])
    earlier: set[str] = set(DERIVED)
    for item in placed:
        for where, slot, wanted in _asked(item.step):
            if slot not in earlier:
                yield item.fault(f"{slot!r} is not a slot of an earlier step", where)
            elif (known := values[slot]) is not None and (strange := set(wanted) - known):
                yield item.fault(f"{slot!r} never holds {', '.join(sorted(strange))}", where)
        earlier.update(item.step.slots)


def _asked(step: StepRecord) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for where, alternatives in (("when", step.when), ("unless", step.unless)):
        for condition in alternatives:
            for slot, wanted in condition.items():
                yield where, slot, wanted
    for option in _all_options(step):
        for condition in (*option.when, *option.unless):
            for slot, wanted in condition.items():
                yield "options", slot, wanted


def _all_options(step: StepRecord) -> tuple[OptionRecord, ...]:
    return (*step.options, *(option for item in step.fields for option in item.options))


def _unknown_names(item: Placed, clauses: Mapping[str, object], contacts: frozenset[str]) -> Iterator[Fault]:
    for position, clause in enumerate(item.step.show):
        if clause not in clauses:
            yield item.fault(f"there is no clause {clause!r}", "show", position)
    for position, key in enumerate(item.step.contacts):
        if key not in contacts:
            yield item.fault(unknown_contact(key), "contacts", position)


def _shape(item: Placed) -> Iterator[Fault]:
    step = item.step
    if step.kind == "choice" and not (step.options or step.options_from):
        yield item.fault("a choice needs options", "kind")
    if step.kind == "form" and not step.fields:
        yield item.fault("a form needs fields", "kind")
    if step.kind != "form" and step.fields:
        yield item.fault("only a form has fields", "fields")
    if (step.inline and step.kind != "info") or (step.offered and step.mandatory_answers):
        yield item.fault("only an info is inline, and what is only offered insists on nothing", "kind")
    if step.kind != "choice" and (step.options or step.slot):
        yield item.fault("only a choice has options and a slot", "kind")
    values = [option.value for option in step.options]
    for twice in sorted({value for value in values if values.count(value) > 1}):
        yield item.fault(f"the option {twice!r} is given twice", "options")
    told = {place for outside in step.outside for place in outside.platforms}
    if told and (untold := set(get_args(Place)) - told):
        yield item.fault(f"this says nothing on {', '.join(sorted(untold))}", "outside")


def _on_the_way(placed: Sequence[Placed]) -> Iterator[Fault]:
    """Steps that nobody can reach, and kinds of report that ask too much."""
    paths = walk([item.step for item in placed])
    for item in placed:
        if item.step.id not in paths.reached:
            yield item.fault("no answers lead here")
    for kind, count in paths.mandatory.items():
        if count > MOST_MANDATORY:
            message = f"reports of kind {kind!r} insist on {count} answers; the most is {MOST_MANDATORY}"
            yield placed[-1].document.fault(message)
