"""One step of a journey as a message: what is said, what is quoted, the question, and the ways out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

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
from bot.domain.roster import AFTER_HOURS, role_name
from bot.domain.routing import Slots, conflict_of
from bot.domain.turns import Draft
from bot.reporting.journeys import Settled, beside, facts, options_of, screens, settle

SLOT = "journey"
KEEP = "keep_as_is"
EARLIER = "earlier"
GO_ON = "go_on"
SKIP = "skip"
MORE = "more"


@dataclass(frozen=True)
class Redo:
    """Why a form is shown again: errors by field, what was typed, and whether it may be kept as it is."""

    errors: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    may_keep: bool = False


def value_of(draft: Draft, option: str = "") -> str:
    """What a button of this draft's step carries, so that a press that comes too late is known."""
    return str(StepChoice(draft.tokens.draft, draft.step, option))


def show_step(
    draft: Draft, world: World, note: str = "", redo: Redo | None = None, behind: bool = False
) -> Message:
    """The step of the draft, with a line above it where one is needed, and with what stands `behind` it."""
    step = world.playbook.steps[draft.step]
    settled = settle(draft, world)
    blocks: list[Block] = [Callout("info", note)] if note else []
    blocks += [] if draft.editing else [Progress(*screens(draft, settled, world))]
    for read in beside(draft, settled, world):
        blocks += [Heading(read.title), *said(read, draft, world)]
    blocks += [Heading(step.title), *said(step, draft, world, behind)]
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


def said(step: StepRecord, draft: Draft, world: World, behind: bool = False) -> list[Block]:
    """What a step says before it asks: its box, its text, its numbers, its clauses."""
    blocks: list[Block] = []
    shut = bool(step.behind) and not behind
    phones = [] if shut else safe_numbers(step.contacts, draft.slots, world)
    if step.callout:
        blocks += [Callout(step.callout.tone, step.callout.title, step.callout.text), *phones]
    blocks += [Paragraph(_filled(text, draft, world)) for text in step.text]
    blocks += [] if step.callout else phones
    blocks += quotes(step.show, world)
    if shut:
        return blocks
    blocks += [Paragraph(_filled(text, draft, world)) for text in step.limits]
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


def safe_numbers(keys: Iterable[str], slots: Slots, world: World) -> list[Block]:
    """The same without the roles that the reporter said are or may be involved, and that this is so."""
    keys, concerned = tuple(keys), conflict_of(slots, world.federation.roster).roles
    return [*left_out(keys, slots, world), *contact_list(keys, world, concerned)]


def left_out(keys: Iterable[str], slots: Slots, world: World) -> list[Block]:
    """Whom of these not to phone, as the reporter said that they are or may be involved."""
    concerned = conflict_of(slots, world.federation.roster).roles
    roles = ", ".join(role_name(key) for key in keys if key in concerned)
    return [Paragraph(world.playbook.texts.journey.not_these.fill(roles=roles))] if roles else []


def contact_list(keys: tuple[str, ...], world: World, without: Collection[str] = frozenset()) -> list[Block]:
    """The phone lines of those of `keys` that the Federation has configured."""
    known = phone_lines(keys, world, without)
    return [Bullets(known, world.playbook.texts.journey.phone, phones=True)] if known else []


def phone_lines(
    keys: tuple[str, ...], world: World, without: Collection[str] = frozenset()
) -> tuple[str, ...]:
    """The same as lines. Where the DSL is one, after hours those who answer then are with them, and first."""
    federation, now = world.federation, world.now
    is_unwatched = "dsl" in keys and federation.is_after_hours(now)
    wanted = (*keys, *AFTER_HOURS) if is_unwatched else keys
    shown = dict.fromkeys(key for key in wanted if key not in world.concerned.union(without))
    return tuple(federation.phones(shown, now).values())


def quotes(clauses: tuple[str, ...], world: World) -> list[Block]:
    """Clauses of the policy, verbatim; where one has changed, with a notice: a step is never held back."""
    found = [world.policy.clauses[clause] for clause in clauses]
    notice: list[Block] = [Paragraph(world.rules.texts.clause_changed, muted=True)]
    changed = notice if world.policy.changed.intersection(clauses) else []
    return [*(Quote(clause.id, clause.section, clause.lines, clause.quote) for clause in found), *changed]


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
    more = [] if step.mandatory else [_button(texts.skip, SKIP, draft)]
    more += [_button(step.behind, MORE, draft)] if step.behind else []
    return [*([Bullets(lines)] if lines else []), Buttons((*chosen, *more))]


def _button(label: str, option: str, draft: Draft, primary: bool = False) -> Button:
    return Button(label, "journey.choose", value_of(draft, option), "primary" if primary else "default")


def _form(step: StepRecord, draft: Draft, settled: Settled, world: World, redo: Redo) -> Form:
    slots = facts(step, settled.slots, world)
    drawn = [(_field(record, draft, slots, world, redo), record.retired) for record in step.fields]
    # What an older version asked is shown where words of it wait, to be changed or taken out.
    fields = [field for field, retired in drawn if not retired or any(field.value)]
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
    value = redo.typed.get(record.name, _typed(record.name, draft, kept))
    is_day = record.kind == "day"
    return Field(
        name=record.name,
        label=record.label,
        kind="choice" if record.kind == "day" else record.kind,
        required=record.required,
        hint=record.hint,
        options=days(world, value) if is_day else options_of(record, slots, world),
        value=value,
        error=redo.errors.get(record.name, ""),
        max_length=record.max_length,
    )


def _typed(name: str, draft: Draft, kept: tuple[str, ...]) -> tuple[str, ...]:
    """What was typed into this field, at this step or, by an older version, at another one."""
    here = draft.typed.get(draft.step, {})
    elsewhere = (fields[name] for fields in draft.typed.values() if name in fields)
    return here[name] if name in here else kept or next(elsewhere, ())


def days(world: World, chosen: tuple[str, ...] = ()) -> tuple[Option, ...]:
    """Today, yesterday and earlier, by their dates; and another day that was chosen before."""
    texts, found = world.playbook.texts.journey, dict[str, str]()
    if world.now is not None:
        today = local_day(world.now, world)
        found = {today.isoformat(): texts.today, (today - timedelta(days=1)).isoformat(): texts.yesterday}
    older = {value: day_in_words(value) for value in chosen if value not in found and _is_day(value)}
    return tuple(Option(value, label) for value, label in (found | older | {EARLIER: texts.earlier}).items())


def local_day(moment: datetime, world: World) -> date:
    """The day that it is in the Federation at this moment."""
    return moment.astimezone(ZoneInfo(world.federation.timezone)).date()


def day_in_words(value: str) -> str:
    """A date as it is read; what is none, as it stands."""
    if not _is_day(value):
        return value
    day = date.fromisoformat(value)
    return f"{day.day} {day:%b %Y}"


def _is_day(value: str) -> bool:
    try:
        date.fromisoformat(value)
    except ValueError:
        return False
    return True
