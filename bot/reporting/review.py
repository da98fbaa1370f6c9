"""The last screen before Send: every answer, everyone who will see the report and how much, and Send."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.content.journeys import FieldRecord, StepRecord
from bot.content.playbook import ALERT
from bot.content.texts import Phrase
from bot.content.world import World
from bot.domain.access import Action, Actor, CaseFacts, access_report, told_people
from bot.domain.messages import Block, Bullets, Button, Buttons, Callout, Facts, Heading, Message, Paragraph
from bot.domain.names import Read
from bot.domain.presses import Strike
from bot.domain.replies import due
from bot.domain.roster import role_name
from bot.domain.routing import CHAIR_FOR_EHT, CHANNEL_ROLES, Route, Slots, conflict_of
from bot.domain.turns import Draft
from bot.reporting.journeys import NOT_ASKED, STRUCK, Settled, beside, options_of, route_of, settle
from bot.reporting.steps import EARLIER, SLOT, contact_list, day_in_words, navigation, said, value_of

OUTSIDE_CONTACTS = (
    "lado",
    "childrens_social_care",
    "protect",
    "nspcc_whistleblowing",
    "police_non_emergency",
)
LADO_CONTACTS = ("lado", "childrens_social_care")


@dataclass(frozen=True)
class Reader:
    """Someone who will see something of a report: which role brings it, and how much they see."""

    person: str
    role: str
    level: str


def answered(world: World, slots: Slots, card: bool, by_others: bool = False) -> tuple[tuple[str, str], ...]:
    """The answers in words, in the order of asking; with `card` only those that may stand on the card.

    `by_others`: as those read them who are not the reporter. Without `card`, answers to questions that the
    journeys ask no more come last, by the slot's name.
    """
    lines: list[tuple[str, str]] = []
    for step in world.playbook.steps.values():
        lines += [line for line in step_lines(step, world, slots, card, by_others) if line not in lines]
    return (*lines, *(() if card else _no_longer_asked(world, slots)))


def _no_longer_asked(world: World, slots: Slots) -> Iterator[tuple[str, str]]:
    text = world.playbook.texts.review.no_longer_asked
    known = {*NOT_ASKED, *(slot for step in world.playbook.steps.values() for slot in step.slots)}
    for slot in (slot for slot in slots if slot not in known):
        yield text.fill(slot=slot.replace("_", " ")), ", ".join(slots[slot])


def step_lines(
    step: StepRecord, world: World, slots: Slots, card: bool = False, by_others: bool = False
) -> list[tuple[str, str]]:
    """The answers of one step in words: one for a choice, one for each field that was filled."""
    if step.kind == "choice":
        given = slots.get(step.answer_slot, ())
        shown = given and (step.card or not card) and not step.redirects
        words = _in_words(step, step.answer_slot, given, world, by_others) if shown else ""
        return [(step.label or step.title, words)] if shown else []
    fields = [field for field in step.fields if slots.get(field.name) and (field.card or not card)]
    lines: list[tuple[str, str]] = []
    for field in fields if not step.redirects else []:
        words = _in_words(field, field.name, slots[field.name], world, by_others)
        lines.append((field.short or field.label, words))
        lines += _owed(field, slots[field.name], world)
    return lines


def _owed(field: FieldRecord, values: tuple[str, ...], world: World) -> list[tuple[str, str]]:
    """By when an answer is due, by the same clock as on the list of replies."""
    if not field.owed:
        return []
    found = due(datetime.fromisoformat(values[0]), world.federation.working_time)
    shown = found.at.astimezone(ZoneInfo(world.federation.timezone)).isoformat()
    return [(world.playbook.texts.review.owed, _moment(shown))]


def _in_words(
    item: StepRecord | FieldRecord, slot: str, values: tuple[str, ...], world: World, by_others: bool
) -> str:
    if isinstance(item, FieldRecord) and item.kind == "datetime":
        return ", ".join(_moment(value) for value in values)
    if isinstance(item, FieldRecord) and item.kind == "day":
        earlier = world.playbook.texts.journey.earlier
        return ", ".join(earlier if value == EARLIER else day_in_words(value) for value in values)
    labels = {option.value: option.label for option in world.playbook.options(slot)}
    labels |= {option.value: option.label for option in options_of(item, {}, world)}
    labels |= {option.value: option.short for option in item.options if option.short}
    labels |= {option.value: option.others for option in item.options if option.others and by_others}
    if slot == "kind":
        # No question offers it: it is sent from every screen.
        labels[ALERT] = world.playbook.texts.alert.kind
    return ", ".join(labels.get(value, value) for value in values)


def _moment(value: str) -> str:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return value
    return f"{moment.day} {moment:%b %Y, %H:%M}"


def readers(world: World, slots: Slots, route: Route) -> tuple[Reader, ...]:
    """Everyone on the roster who will see something of the report, those who see most first."""
    found = [
        Reader(person, role, level)
        for person in world.federation.roster.people
        if (role_level := _level(person, world, slots, route))
        for role, level in [role_level]
    ]
    order = ("details", "card", "notice")
    return tuple(sorted(found, key=lambda reader: order.index(reader.level)))


def _level(person: str, world: World, slots: Slots, route: Route) -> tuple[str, str] | None:
    school = next(iter(slots.get("school", ())), "")
    roles = world.federation.roster.roles_of(person, school) - route.excluded_roles
    told = [item for item in route.told if item.person == person]
    role = (
        told[0].role if told else next((role for role in world.federation.roster.roles if role in roles), "")
    )
    if person in route.excluded or not (roles or told):
        return None
    if any(item.level == "D" for item in told) or _may(person, roles, "details", world, route):
        return role, "details"
    if any(item.level == "C" for item in told) or (
        route.visibility.in_channel and roles.intersection(CHANNEL_ROLES)
    ):
        return role, "card"
    return (role, "notice") if told or _may(person, roles, "list", world, route) else None


def _may(person: str, roles: frozenset[str], action: Action, world: World, route: Route) -> bool:
    told, noticed = told_people(route.told, accidental=route.accidental)
    case = CaseFacts(
        open_route=route.visibility.in_channel,
        child=route.child,
        accidental=route.accidental,
        told=told,
        noticed=noticed,
        excluded_people=route.excluded,
        excluded_roles=route.excluded_roles,
    )
    return access_report(world.permissions, Actor(person, roles), action, case)


def show_review(draft: Draft, world: World, note: str = "") -> Message:
    """The review of a draft, with Send where the report has somewhere safe to go."""
    texts = world.playbook.texts.review
    settled = settle(draft, world)
    route = route_of(settled.slots, world)
    blocks: list[Block] = [Callout("info", note)] if note else []
    for read in beside(draft, settled, world):
        blocks += [Heading(read.title), *said(read, draft, world)]
    blocks += [Heading(texts.title), Paragraph(texts.intro)]
    blocks += _answers(draft, settled, world)
    blocks += _refused(draft, route, world) if route.refusal else _recipients(draft, settled, route, world)
    blocks += lado_note(route, world)
    if not route.refusal:
        blocks.append(Buttons((Button(texts.send, "journey.send", value_of(draft), "primary"),)))
    blocks.append(navigation(draft, world))
    return Message(tuple(blocks), summary=world.playbook.texts.journey.summary, replaces=SLOT, ephemeral=True)


def _answers(draft: Draft, settled: Settled, world: World) -> list[Block]:
    texts, lines, edits = world.playbook.texts.review, list[tuple[str, str]](), list[Button]()
    for step in (world.playbook.steps[name] for name in settled.answered):
        found = step_lines(step, world, settled.slots)
        lines += found
        if found:
            label = texts.edit.fill(label=step.label or step.title)
            edits.append(Button(label, "journey.edit", value_of(draft, step.id)))
    for step in (world.playbook.steps[name] for name in settled.offered):
        label = texts.add.fill(label=step.label or step.title)
        edits.append(Button(label, "journey.edit", value_of(draft, step.id)))
    return [Heading(texts.answers), Facts(tuple(lines)), Buttons(tuple(edits))]


def _recipients(draft: Draft, settled: Settled, route: Route, world: World) -> list[Block]:
    texts, slots = world.playbook.texts.review, settled.slots
    found = readers(world, slots, route)
    blocks: list[Block] = [Bullets(tuple(person_line(reader, world) for reader in found), texts.recipients)]
    later = [person for step in route.ladder for person in step if person not in {r.person for r in found}]
    would_see = tuple(dict.fromkeys([*(reader.person for reader in found), *later]))
    named = [person for person in would_see if _is_named(person, slots, world)]
    blocks += _left_out(draft, route, found, named, world)
    if later:
        blocks.append(Paragraph(f"{texts.ladder}: {_names(later, world)}. {texts.ladder_note}", muted=True))
    mode = next(iter(slots.get("mode", ("named",))), "named")
    modes = {"named": texts.mode_named, "confidential": texts.mode_confidential}
    if mode in modes and route.own:
        blocks.append(Paragraph(texts.own, muted=True))
    blocks.append(Paragraph(modes.get(mode, texts.mode_anonymous)))
    blocks.append(Paragraph(texts.channel if route.visibility.in_channel else texts.restricted))
    return blocks


def person_line(reader: Reader, world: World) -> str:
    """One reader in words: name, role, and how much they see."""
    texts = world.playbook.texts.review
    levels = {"details": texts.level_details, "card": texts.level_card, "notice": texts.level_notice}
    name = world.federation.person_name(reader.person)
    return texts.person.fill(name=name, role=role_name(reader.role), level=levels[reader.level])


def _is_named(person: str, slots: Slots, world: World) -> bool:
    """Whether what was written names this person in full; answers that were chosen never do."""
    written = "\n".join(value for values in slots.values() for value in values)
    return any(Read(written).places(world.federation.person_name(person)))


def _left_out(
    draft: Draft, route: Route, found: tuple[Reader, ...], named: list[str], world: World
) -> list[Block]:
    texts, struck = world.playbook.texts.review, draft.slots.get(STRUCK, ())
    out_of_it = [
        person for person in world.federation.roster.people if person in route.excluded - set(struck)
    ]
    # Who is not sure has said nothing of the one of the two whom they did not choose.
    passed_over = [person for person in out_of_it if _is_passed_over(person, draft.slots, world)]
    concerned = [person for person in out_of_it if person not in passed_over]
    blocks: list[Block] = []
    if concerned:
        blocks.append(Paragraph(texts.excluded.fill(names=_names(concerned, world))))
    if passed_over:
        blocks.append(Paragraph(texts.passed_over.fill(names=_names(passed_over, world))))
    if struck:
        blocks.append(Paragraph(texts.struck.fill(names=_names(struck, world))))
    if named:
        blocks.append(Callout("warning", texts.named.fill(names=_names(named, world)), texts.named_why))
    offered = dict.fromkeys([*named, *(reader.person for reader in found)])
    out = [_strike(draft, person, "out", texts.strike, world) for person in offered]
    back = [_strike(draft, person, "in", texts.put_back, world) for person in struck]
    return [*blocks, Buttons((*out, *back))]


def _is_passed_over(person: str, slots: Slots, world: World) -> bool:
    conflict = conflict_of(slots, world.federation.roster)
    return conflict.unclear and conflict.choice != CHAIR_FOR_EHT and person not in conflict.people


def _strike(draft: Draft, person: str, way: str, label: Phrase, world: World) -> Button:
    name = world.federation.person_name(person)
    return Button(label.fill(name=name), "journey.strike", value_of(draft, str(Strike(way, person))))


def _names(people: Iterable[str], world: World) -> str:
    return ", ".join(world.federation.person_name(person) for person in dict.fromkeys(people))


def _refused(draft: Draft, route: Route, world: World) -> list[Block]:
    texts = world.playbook.texts.review
    blocks = refusal(route, world)
    ways = {"outside": ("send_inside", texts.send_inside), "choose": ("safe_recipient", texts.choose)}
    buttons = [
        Button(label, "journey.edit", value_of(draft, step))
        for why, (step, label) in ways.items()
        if why == route.refusal and step in settle(draft, world).steps
    ]
    struck = draft.slots.get(STRUCK, ())
    buttons += [_strike(draft, person, "in", texts.put_back, world) for person in struck]
    return [*blocks, Buttons(tuple(buttons))] if buttons else blocks


def refusal(route: Route, world: World) -> list[Block]:
    """Why nothing is sent, and whom to turn to outside the Federation."""
    texts = world.playbook.texts.review
    reasons = {"choose": texts.refused_choose, "outside": texts.refused_outside}
    reason = reasons.get(route.refusal, texts.refused_nobody)
    blocks: list[Block] = [Callout("warning", texts.refused_title, reason), Paragraph(texts.refused_kept)]
    return [*blocks, *contact_list(OUTSIDE_CONTACTS, world)]


def lado_note(route: Route, world: World) -> list[Block]:
    """The local authority's contact wherever a child may be affected and someone is left out."""
    if not (route.child and (route.excluded or route.excluded_roles or not route.ladder)):
        return []
    return [Paragraph(world.playbook.texts.review.lado), *contact_list(LADO_CONTACTS, world)]
