"""The urgent alert: one press opens it from every screen, a second sends it to those who are listed.

It says only that somebody may be in danger, never a word that was written. Roles known to be in conflict are
left out, each person can be, and no name goes with it after "anonymous" was chosen unless that is ticked.
"""

from __future__ import annotations

from dataclasses import replace

from bot.content.playbook import ALERT
from bot.content.texts import Phrase
from bot.content.world import World
from bot.domain.messages import Block, Bullets, Button, Buttons, Callout, Heading, Message, Outside, Paragraph
from bot.domain.presses import Strike
from bot.domain.routing import Slots
from bot.domain.turns import Draft
from bot.reporting.journeys import STRUCK, route_of, settle
from bot.reporting.review import person_line, readers
from bot.reporting.steps import SLOT, contact_list, safe_numbers, value_of

STRIKE = "journey.alert_strike"
NAME = "journey.alert_name"
SEND = "journey.alert_send"
_CONFLICT = ("conflict", "conflict_people", "safe_recipient", "send_inside", "school")
_LEFT_OUT, _WITH_NAME = "alert_struck", "alert_name"
_OUTSIDE = ("police_emergency", "lado", "childrens_social_care")


def alert_slots(draft: Draft, world: World) -> Slots:
    """The answers of an alert: danger, the school, who must not get it, and whether a name goes with it."""
    settled = settle(draft, world).slots
    kept = {slot: settled[slot] for slot in _CONFLICT if settled.get(slot)}
    struck = tuple(dict.fromkeys((*settled.get(STRUCK, ()), *draft.slots.get(_LEFT_OUT, ()))))
    left_out = {STRUCK: struck} if struck else {}
    return {**kept, **left_out, "danger": ("yes",), "kind": (ALERT,), "mode": (_mode(draft),)}


def show(draft: Draft, world: World) -> Message:
    """Who gets the alert, each with a way to be left out; or, with nobody safe left, whom to phone."""
    texts = world.playbook.texts.alert
    slots = alert_slots(draft, world)
    route = route_of(slots, world)
    back = Button(texts.back, "journey.resume", value_of(draft))
    blocks: list[Block] = [Heading(texts.title)]
    if route.refusal:
        blocks += [Callout("danger", texts.nobody_title, texts.nobody), *contact_list(_OUTSIDE, world)]
        return _message((*blocks, *_put_back(draft, world), Buttons((back,))), world)
    found = readers(world, slots, route)
    send = Button(texts.send, SEND, value_of(draft), "danger")
    blocks += [
        Callout("danger", texts.phone_title, texts.phone),
        *safe_numbers(("police_emergency", "dsl", "deputy_dsl"), draft.slots, world),
        Paragraph(f"{texts.says} {texts.kept}" if goes_on(draft) else texts.says),
        Bullets(tuple(person_line(reader, world) for reader in found), texts.recipients),
        Paragraph(texts.with_name if _is_named(draft) else texts.without_name),
        Outside(texts.local),
        Buttons((send, back, _name(draft, world))),
    ]
    listed = dict.fromkeys(reader.person for reader in found)
    strikes = tuple(_strike(draft, person, "out", texts.strike, world) for person in listed)
    return _message((*blocks, Buttons(strikes), *_put_back(draft, world)), world)


def goes_on(draft: Draft) -> bool:
    """Whether there is more to the report than its alert: then it stays open after it."""
    return bool(set(draft.visited) - {"danger"})


def strike(draft: Draft, option: str, world: World) -> Draft:
    """The draft with a person left out of its alert, or put back; unchanged for somebody unknown."""
    pressed = Strike.parse(option)
    if pressed.person not in world.federation.roster.people or pressed.way not in ("out", "in"):
        return draft
    left = [item for item in draft.slots.get(_LEFT_OUT, ()) if item != pressed.person]
    struck = (*left, pressed.person) if pressed.way == "out" else tuple(left)
    return replace(draft, slots={**draft.slots, _LEFT_OUT: struck})


def name(draft: Draft) -> Draft:
    """The draft whose alert bears a name where it bore none, and none where it bore one."""
    return replace(draft, slots={**draft.slots, _WITH_NAME: ("no",) if _is_named(draft) else ("yes",)})


def _is_named(draft: Draft) -> bool:
    chosen = draft.slots.get(_WITH_NAME)
    return chosen == ("yes",) if chosen else draft.slots.get("mode") != ("anonymous",)


def _mode(draft: Draft) -> str:
    """Of a confidential report the alert is confidential: the papers of both bear no name."""
    if not _is_named(draft):
        return "anonymous"
    return "confidential" if draft.slots.get("mode") == ("confidential",) else "named"


def _name(draft: Draft, world: World) -> Button:
    texts = world.playbook.texts.alert
    return Button(texts.drop_name if _is_named(draft) else texts.give_name, NAME, value_of(draft))


def _put_back(draft: Draft, world: World) -> tuple[Block, ...]:
    texts = world.playbook.texts.alert
    left_out = draft.slots.get(_LEFT_OUT, ())
    buttons = tuple(_strike(draft, person, "in", texts.put_back, world) for person in left_out)
    return (Buttons(buttons),) if buttons else ()


def _strike(draft: Draft, person: str, way: str, label: Phrase, world: World) -> Button:
    name = world.federation.person_name(person)
    return Button(label.fill(name=name), STRIKE, value_of(draft, str(Strike(way, person))))


def _message(blocks: tuple[Block, ...], world: World) -> Message:
    return Message(blocks, summary=world.playbook.texts.alert.title, replaces=SLOT, ephemeral=True)
