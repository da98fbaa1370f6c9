"""One step of a journey as a message: what is said, what is quoted, the question, and the ways out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.content.journeys import FieldRecord, StepRecord
from bot.content.texts import Phrase
from bot.content.world import World
from bot.domain.messages import (
    Block,
    Bullets,
    Button,
    Buttons,
    Callout,
    Field,
    Form,
    Heading,
    Message,
    Option,
    Outside,
    Paragraph,
    Progress,
    Quote,
)
from bot.domain.presses import StepChoice
from bot.domain.routing import Slots
from bot.domain.turns import Draft
from bot.reporting.journeys import Settled, facts, options_of, settle

SLOT = "journey"
KEEP = "keep_as_is"
# Whom to phone about a child while the DSL's office is shut.
AFTER_HOURS = ("childrens_social_care", "nspcc", "police_emergency", "police_non_emergency")
GO_ON = "go_on"
SKIP = "skip"


@dataclass(frozen=True)
class Redo:
    """Why a form is shown again: errors by field, what was typed, and whether it may be kept as it is."""

    errors: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    may_keep: bool = False


def value_of(draft: Draft, option: str = "") -> str:
    """What a button of this draft's step carries, so that a press that comes too late is known."""
    return str(StepChoice(draft.tokens.draft, draft.step, option))


def show_step(draft: Draft, world: World, note: str = "", redo: Redo | None = None) -> Message:
    """The step of the draft, with a line above it where one is needed."""
    step = world.playbook.steps[draft.step]
    settled = settle(draft, world)
    blocks: list[Block] = [Callout("info", note)] if note else []
    blocks += [Progress(len(settled.answered) + 1, len(settled.steps) + 1), Heading(step.title)]
    blocks += _said(step, draft, world)
    blocks += _asked(step, draft, settled, world, redo or Redo())
    blocks.append(navigation(draft, world, first=not draft.visited))
    return Message(tuple(blocks), summary=world.playbook.texts.journey.summary, replaces=SLOT, ephemeral=True)


def navigation(draft: Draft, world: World, first: bool = False) -> Buttons:
    """Back, save, hide, cancel and the urgent alert: under every step."""
    texts = world.playbook.texts.journey
    ways = [("back", texts.back), ("save", texts.save), ("hide", texts.hide), ("cancel", texts.cancel)]
    ways.append(("alert", world.playbook.texts.alert.open))
    shown = ways[1:] if first and not draft.editing else ways
    return Buttons(tuple(Button(label, f"journey.{name}", value_of(draft)) for name, label in shown))


def _said(step: StepRecord, draft: Draft, world: World) -> list[Block]:
    blocks: list[Block] = []
    phones = contact_list(step.contacts, world)
    if step.callout:
        blocks += [Callout(step.callout.tone, step.callout.title, step.callout.text), *phones]
    blocks += [Paragraph(_filled(text, draft, world)) for text in step.text]
    blocks += [] if step.callout else phones
    blocks += quotes(step.show, world)
    said_here = [item for item in step.outside if not item.platforms or world.platform in item.platforms]
    blocks += [Outside(_filled(item.text, draft, world), item.source) for item in said_here]
    return blocks


def _filled(text: Phrase, draft: Draft, world: World) -> str:
    texts, settings = world.playbook.texts.journey, world.federation.settings
    return text.fill(
        reference=draft.tokens.reference,
        code=draft.tokens.code,
        colleague_protocol=settings.get("colleague_protocol", texts.no_protocol),
        reporting_process=settings.get("reporting_process", texts.no_process),
    )


def contact_list(keys: tuple[str, ...], world: World) -> list[Block]:
    """The phone lines of those of `keys` that the Federation has configured."""
    known = phone_lines(keys, world)
    return [Bullets(known, world.playbook.texts.journey.phone, phones=True)] if known else []


def phone_lines(keys: tuple[str, ...], world: World) -> tuple[str, ...]:
    """The same as lines. Where the DSL is one, after hours those who answer then are with them, and first."""
    federation, now = world.federation, world.now
    is_unwatched = "dsl" in keys and federation.is_after_hours(now)
    wanted = (*keys, *AFTER_HOURS) if is_unwatched else keys
    return tuple(federation.phones(dict.fromkeys(wanted), now).values())


def quotes(clauses: tuple[str, ...], world: World) -> list[Block]:
    """Clauses of the policy, verbatim."""
    found = [world.policy.clauses[clause] for clause in clauses]
    return [Quote(clause.id, clause.section, clause.lines, clause.quote) for clause in found]


def _asked(step: StepRecord, draft: Draft, settled: Settled, world: World, redo: Redo) -> list[Block]:
    texts = world.playbook.texts.journey
    if step.kind == "form":
        return [_form(step, draft, settled, world, redo)]
    if step.kind == "info":
        return [Buttons((_button(texts.go_on, GO_ON, draft, primary=True),))]
    offered = options_of(step, facts(step, settled.slots, world), world)
    explained = {option.value: option.explain for option in step.options if option.explain}
    lines = tuple(f"{item.label}: {explained[item.value]}" for item in offered if item.value in explained)
    chosen = [_button(option.label, option.value, draft) for option in offered]
    skip = [] if step.mandatory else [_button(texts.skip, SKIP, draft)]
    return [*([Bullets(lines)] if lines else []), Buttons((*chosen, *skip))]


def _button(label: str, option: str, draft: Draft, primary: bool = False) -> Button:
    return Button(label, "journey.choose", value_of(draft, option), "primary" if primary else "default")


def _form(step: StepRecord, draft: Draft, settled: Settled, world: World, redo: Redo) -> Form:
    slots = facts(step, settled.slots, world)
    fields = [_field(record, draft, slots, world, redo) for record in step.fields]
    if redo.may_keep:
        fields.append(keep_field(world))
    return Form(
        "journey.submit", value_of(draft), tuple(fields), step.submit or world.playbook.texts.journey.go_on
    )


def keep_field(world: World) -> Field:
    """The box that says: what looks like a password or a name is to be kept as it is."""
    texts = world.playbook.texts.privacy
    return Field(
        KEEP, texts.keep_label, "choices", required=False, options=(Option("yes", texts.keep_option),)
    )


def _field(record: FieldRecord, draft: Draft, slots: Slots, world: World, redo: Redo) -> Field:
    kept = draft.slots.get(record.name, ())
    if record.kind == "datetime":
        kept = tuple(value[:16] for value in kept)
    return Field(
        name=record.name,
        label=record.label,
        kind=record.kind,
        required=record.required,
        hint=record.hint,
        options=options_of(record, slots, world),
        value=redo.typed.get(record.name, draft.typed.get(draft.step, {}).get(record.name, kept)),
        error=redo.errors.get(record.name, ""),
        max_length=record.max_length,
    )
