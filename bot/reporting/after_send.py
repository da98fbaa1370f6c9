"""What a reporter is told after Send, once the outcome is certain: received, not sent, or not saved."""

from __future__ import annotations

from bot.content.playbook import ALERT
from bot.content.world import World
from bot.domain.messages import Block, Bullets, Button, Buttons, Callout, Facts, Heading, Message, Paragraph
from bot.domain.presses import OWN, CasePart
from bot.domain.roster import AFTER_HOURS
from bot.domain.routing import Route, Slots
from bot.reporting.drills import is_drill
from bot.reporting.review import lado_note, refusal
from bot.reporting.steps import SLOT, phone_lines

ANONYMOUS = "anonymous"


def received(
    world: World, reference: str, mode: str, slots: Slots, route: Route, duplicate: bool = False
) -> Message:
    """The receipt: the reference, what happens next, how to follow it up, what to do if it gets worse."""
    texts = world.playbook.texts.receipts
    blocks: list[Block] = [Callout("success", texts.title, texts.duplicate if duplicate else "")]
    if is_drill(slots):
        blocks.append(Callout("warning", texts.drill))
    blocks.append(Facts(((texts.reference, reference),)))
    blocks.append(Paragraph(_next(world, slots, route)))
    blocks.append(Paragraph(texts.follow_anonymous if mode == ANONYMOUS else texts.follow_named))
    blocks += [Paragraph(texts.not_watched), Callout("info", texts.worse), *_phones(world, slots, route)]
    blocks += lado_note(route, world)
    blocks.append(Buttons(_buttons(world, reference, mode)))
    # The history must not point to an anonymous reporter.
    hidden = mode == ANONYMOUS
    return Message(tuple(blocks), summary=texts.summary, replaces=SLOT, ephemeral=hidden, once=hidden)


def alerted(
    world: World, reference: str, slots: Slots, route: Route, *, again: bool, goes_on: bool
) -> Message:
    """The alert is on its way; a report that was under way goes on. Its reference, where it is known."""
    texts = world.playbook.texts
    blocks: list[Block] = [
        Callout("success", texts.alert.sent, texts.receipts.duplicate if again else ""),
        *([Facts(((texts.receipts.reference, reference),))] if reference else []),
        Paragraph(_next(world, {"kind": (ALERT,)}, route)),
        *_phones(world, slots, route),
        *lado_note(route, world),
    ]
    if goes_on:
        blocks.append(Buttons((Button(texts.danger_in_forms.go_on, "journey.resume", "", "primary"),)))
    return Message(tuple(blocks), summary=texts.receipts.summary, replaces=SLOT, ephemeral=True)


def received_before(world: World) -> Message:
    """An anonymous report's Send came a second time: received once, under what its sender wrote down."""
    texts = world.playbook.texts.receipts
    blocks = (
        Callout("success", texts.title, texts.duplicate_anonymous),
        Paragraph(texts.follow_anonymous),
        Buttons((Button(texts.look_up, "status.show"),)),
    )
    return Message(blocks, summary=texts.summary, replaces=SLOT, ephemeral=True, once=True)


def _next(world: World, slots: Slots, route: Route) -> str:
    texts, seen = world.playbook.texts.receipts, route.visibility
    kind, when = next(iter(slots.get("kind", ())), ""), world.federation.expected_from(world.now)
    if kind == "question":
        return texts.next_question
    lines = [texts.next_alert] if kind == ALERT else []
    if kind == "image" and slots.get("origin") == ("me",):
        # The policy asks it of the person who takes such a picture, and of nobody else.
        lines.append(texts.next_image)
    if when:
        later = texts.later_open if seen.in_channel else texts.later_restricted
        lines.append((texts.later_urgent if route.urgent else later).fill(when=when))
    elif kind != ALERT:
        calm = texts.next_open if seen.in_channel else texts.next_restricted
        lines.append(texts.next_urgent if route.urgent else calm)
    return " ".join(lines)


def _phones(world: World, slots: Slots, route: Route) -> list[Block]:
    keys = ["police_emergency"]
    if not {"dsl", "deputy_dsl"} <= route.excluded_roles:
        keys += ["dsl"] if "dsl" not in route.excluded_roles else ["deputy_dsl"]
    if "eht" in route.excluded_roles and "chair" not in route.excluded_roles:
        # A concern about the headteacher goes to the chair of governors.
        keys.append("chair")
    if slots.get("kind") == ("press",) and "eht" not in route.excluded_roles:
        keys.append("eht")
    if world.federation.is_after_hours(world.now):
        keys += AFTER_HOURS
    return [Bullets(phone_lines(tuple(keys), world), phones=True)]


def _buttons(world: World, reference: str, mode: str) -> tuple[Button, ...]:
    texts = world.playbook.texts.receipts
    own = CasePart(reference, "" if mode == ANONYMOUS else OWN)
    add = Button(texts.add_more, "report.add", str(own))
    return (add, Button(texts.look_up, "status.show")) if mode == ANONYMOUS else (add,)


def not_saved(world: World) -> Message:
    """Nothing was stored: said plainly, with everyone who can be phoned instead."""
    texts = world.playbook.texts.receipts
    callout = Callout("warning", texts.not_saved_title, texts.not_saved_text)
    return Message((callout, _everyone(world)), summary=texts.not_saved_summary)


def wait(world: World) -> Message:
    """Too much at once: nothing is lost, and whom to phone where it cannot wait."""
    texts = world.playbook.texts.receipts
    callout = Callout("warning", texts.wait_title, texts.wait_text)
    return Message((callout, _everyone(world)), summary=texts.wait_title)


def not_sent(world: World, route: Route) -> Message:
    """The route refused at the last moment (the roster changed): why, and whom to turn to outside."""
    texts = world.playbook.texts.receipts
    blocks: list[Block] = [Heading(texts.not_sent_title), *refusal(route, world), *lado_note(route, world)]
    return Message(tuple(blocks), summary=texts.not_saved_summary, ephemeral=True)


def _everyone(world: World) -> Bullets:
    lines = tuple(world.federation.contact_lines(world.now).values())
    return Bullets(lines, world.playbook.texts.journey.phone, phones=True)
