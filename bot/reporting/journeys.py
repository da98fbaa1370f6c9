"""The journeys as pure steps over a draft: which questions apply, which comes next, which answers count.

Nothing that was answered is thrown away while a draft lives: an answer to a question that no longer
applies is only left out of what is shown, routed and sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.content.conditions import DANGER_READ, DERIVED, applies, names
from bot.content.journey_checks import most_screens
from bot.content.journeys import FieldRecord, OptionRecord, Source, StepRecord
from bot.content.world import World
from bot.domain.messages import Option
from bot.domain.roster import Federation, role_name
from bot.domain.routing import Route, Slots, conflict_of, decide
from bot.domain.turns import Draft, Session

REVIEW = "review"
STRUCK = "struck"
DRILL = "drill"
NOT_ASKED = (STRUCK, DRILL, DANGER_READ)
_KIND = "kind"


@dataclass(frozen=True)
class Settled:
    """A draft read from the top: the answers that count, the steps that apply, the first one unanswered.

    `open` is the first unanswered step that asks something: a card to read does not hold up Send.
    `offered` are forms that nobody is led to and that are still empty: words that wait in one are shown.
    """

    slots: Mapping[str, tuple[str, ...]]
    steps: tuple[str, ...]
    answered: tuple[str, ...]
    next: str
    open: str
    offered: tuple[str, ...] = ()


def begin(session: Session, kind: str, world: World, filled: Slots | None = None) -> Session:
    """A new draft. `kind` may be given already; a question for the leadership team skips the danger.

    `filled` (checked values) stand in their fields when these are asked, and count once they are sent.
    """
    known = {option.value for option in world.playbook.options("kind")}
    slots = {"kind": (kind,)} if kind in known else {}
    skipped = ("danger",) if kind == "question" else ()
    visited = (_KIND, *skipped) if slots else ()
    draft = Draft(session.tokens, {**(filled or {}), **slots}, "", visited)
    return replace(session, draft=at_next(draft, world))


def at_next(draft: Draft, world: World) -> Draft:
    """The draft at its first unanswered step, or at the review where none is left."""
    return replace(draft, step=settle(draft, world).next or REVIEW, editing=False)


def settle(draft: Draft, world: World) -> Settled:
    """Read a draft from the top. Unknown steps and slots (of an older version) fall away."""
    # What no step asks for.
    counted = {slot: draft.slots[slot] for slot in NOT_ASKED if draft.slots.get(slot)}
    steps, answered, waiting = list[StepRecord](), list[str](), list[StepRecord]()
    offered = list[str]()
    for step in world.playbook.steps.values():
        if step.inline or not applies(step, facts(step, counted, world)) or _automatic(step, counted, world):
            continue
        unasked = step.offered and step.id not in draft.visited
        typed = unasked and _is_typed(step, draft, world)
        given = unasked and any(draft.slots.get(slot) for slot in step.slots if slot not in counted)
        if unasked and not (typed or given):
            offered.append(step.id)
            continue
        steps.append(step)
        # What was answered before its question moved into a form that nobody is led to counts all the same.
        if (given and not typed) or is_answered(step, draft, facts(step, counted, world), world):
            answered.append(step.id)
            counted.update({slot: draft.slots[slot] for slot in step.slots if draft.slots.get(slot)})
        else:
            waiting.append(step)
    asking = [step.id for step in waiting if step.kind != "info"]
    return Settled(
        slots=counted,
        steps=tuple(step.id for step in steps),
        answered=tuple(answered),
        next=waiting[0].id if waiting else "",
        open=asking[0] if asking else "",
        offered=tuple(offered),
    )


def _is_typed(step: StepRecord, draft: Draft, world: World) -> bool:
    """Whether words wait in this form: typed into it, or where its fields stood in an older version."""
    for name, fields in draft.typed.items():
        other = world.playbook.steps.get(name)
        here = set(step.slots) - set(other.slots if other and name != step.id else ())
        if any(fields.get(slot) for slot in here):
            return True
    return False


def beside(draft: Draft, settled: Settled, world: World) -> tuple[StepRecord, ...]:
    """What is read above the step on screen, or above the review: since the question before it."""
    found = list[StepRecord]()
    for step in world.playbook.steps.values():
        if step.id == draft.step:
            break
        if step.inline and applies(step, facts(step, settled.slots, world)):
            found.append(step)
        elif step.id in settled.steps:
            found.clear()
    return tuple(found)


def screens(draft: Draft, settled: Settled, world: World) -> tuple[int, int]:
    """Which screen this is, and to how many the report can still come.

    Each question that is answered moves the first on by one. The second never grows on the way.
    """
    before = settled.answered[: settled.answered.index(draft.step)] if draft.step in settled.answered else ()
    every = world.playbook.steps.values()
    # A question that corrects an earlier answer applies no more once it is answered: it was a screen, too.
    gone = sum(step.redirects and step.id in draft.visited and step.id not in settled.steps for step in every)
    unseen = _is_kind_given(draft)
    done = len(before or settled.answered) + gone - (unseen and _KIND in settled.answered) + 1
    steps = [step for step in every if not _filled_in(step, world)]
    if _KIND in settled.slots:
        most = most_screens(steps, frozenset(settled.answered), settled.slots)
    else:
        most = world.playbook.screens - (len(every) - len(steps))
    # The review is one more.
    return done, max(most, len(settled.steps)) + gone - unseen + 1


def _is_kind_given(draft: Draft) -> bool:
    """Whether a button said the kind before the first question, so that nobody came through its screen."""
    return draft.visited[:1] == (_KIND,) or (draft.step == _KIND and not draft.visited)


def facts(step: StepRecord, slots: Slots, world: World) -> Slots:
    """The answers with what follows from them and the roster, where the step asks for it."""
    options = (*step.options, *(option for item in step.fields for option in item.options))
    if not names((step, *options)) & DERIVED.keys():
        return slots
    conflict = conflict_of(slots, world.federation.roster)
    child = any(row.child for row in world.playbook.rows if row.matches(slots))
    conflicted = bool(conflict.roles or conflict.people or conflict.unclear)
    return {
        **slots,
        "conflict_role": tuple(sorted(conflict.roles)),
        "conflicted": ("yes",) if conflicted else (),
        "child": ("yes",) if child else (),
    }


def _filled_in(step: StepRecord, world: World) -> bool:
    """Whether the Federation's own list leaves nothing to choose."""
    listed = step.kind == "choice" and step.options_from is not None
    return listed and len(options_of(step, {}, world)) <= 1


def _automatic(step: StepRecord, counted: dict[str, tuple[str, ...]], world: World) -> bool:
    """Fill in a choice from the Federation's own list where there is only one: nobody is asked."""
    if step.kind != "choice" or step.options_from is None:
        return False
    options = options_of(step, counted, world)
    if len(options) > 1:
        return False
    if options:
        counted[step.answer_slot] = (options[0].value,)
    return True


def is_answered(step: StepRecord, draft: Draft, slots: Slots, world: World) -> bool:
    """Whether the draft holds an answer to `step` that is still one of its options."""
    # A step that redirects has done its work once its own condition no longer holds.
    if step.redirects or step.id not in draft.visited:
        return False
    if step.kind != "choice":
        # A choice that came into the form since it was answered, in an older version, is asked.
        musts = (field.name for field in step.fields if field.required and field.kind == "choice")
        return all(map(draft.slots.get, musts))
    given = draft.slots.get(step.answer_slot, ())
    withdrawn = {option.value for option in step.options} - {o.value for o in options_of(step, slots, world)}
    return not withdrawn.intersection(given)


def options_of(item: StepRecord | FieldRecord, slots: Slots, world: World) -> tuple[Option, ...]:
    """The options of a choice or a field as they stand for these answers in this Federation."""
    offered = (option for option in item.options if applies(option, slots) and not option.retired)
    own = tuple(Option(option.value, option.label) for option in offered)
    return (*_listed(item.options_from, world), *own) if item.options_from else own


def _listed(source: Source, world: World) -> tuple[Option, ...]:
    federation = world.federation
    match source:
        case "schools":
            return tuple(Option(school.id, school.name) for school in federation.schools)
        case "accounts":
            return tuple(Option(account, account) for account in federation.accounts)
        case "roster":
            return tuple(
                Option(person, _with_roles(person, federation)) for person in federation.roster.people
            )
        case "platforms":
            return tuple(Option(item.value, item.label) for item in world.playbook.platforms)


def _with_roles(person: str, federation: Federation) -> str:
    roles = federation.roster.roles
    held = [role for role in roles if person in {p for ids in roles[role].values() for p in ids}]
    return f"{federation.person_name(person)} ({', '.join(role_name(role) for role in held)})"


def option_record(step: StepRecord, value: str) -> OptionRecord | None:
    """What the journey files say of one option of a choice."""
    return next((option for option in step.options if option.value == value), None)


def answer(draft: Draft, step: StepRecord, values: Slots, world: World) -> Draft:
    """The draft with this step answered, at the next question. Slots left out of `values` are emptied."""
    slots = {**draft.slots, **dict.fromkeys(step.slots, ()), **values}
    visited = draft.visited if step.id in draft.visited else (*draft.visited, step.id)
    # Fields that stood in this form in an older version wait for the one that has them now.
    moved = {slot: typed for slot, typed in draft.typed.get(step.id, {}).items() if slot not in step.slots}
    waiting = {**draft.typed, step.id: moved, **_narrowed(draft, step, world)}
    typed = {name: fields for name, fields in waiting.items() if fields}
    return at_next(replace(draft, slots=slots, visited=visited, hidden=False, typed=typed), world)


def _narrowed(draft: Draft, step: StepRecord, world: World) -> dict[str, Slots]:
    """What a later form had made of the answer that is given here again: it stands in that form again."""
    found = dict[str, Slots]()
    for later in world.playbook.steps.values():
        for field in later.fields if later.redirects and later.id != step.id else ():
            given = draft.slots.get(field.name, ()) if field.name in step.slots else ()
            if given and set(given) <= {option.value for option in field.options}:
                found[later.id] = {field.name: given}
    return found


def back(draft: Draft, world: World) -> Draft:
    """The draft one question earlier; out of an edit, at the review again. At the first, unchanged."""
    if draft.editing:
        return replace(draft, step=REVIEW, editing=False)
    visited = list(draft.visited)
    shown = settle(draft, world).steps
    while visited:
        step = visited.pop()
        if step in shown:
            return replace(draft, step=step, visited=tuple(visited))
    return draft


def edit(draft: Draft, step: str) -> Draft:
    """The draft at one step, from which it returns to the review."""
    return replace(draft, step=step, editing=True)


def strike(draft: Draft, person: str, out: bool) -> Draft:
    """The draft with a person left out of it, or put back."""
    left = [item for item in draft.slots.get(STRUCK, ()) if item != person]
    struck = (*left, person) if out else tuple(left)
    return replace(draft, slots={**draft.slots, STRUCK: struck})


def route_of(slots: Slots, world: World) -> Route:
    """Where a report with these answers goes."""
    return decide(world.playbook.rows, world.federation.roster, slots)


def current(draft: Draft, world: World) -> Draft:
    """The draft at a step that exists: a step of an older version gives way to the first unanswered one."""
    settled = settle(draft, world)
    if draft.step == REVIEW or draft.step in (*settled.steps, *settled.offered):
        return draft
    return at_next(draft, world)
