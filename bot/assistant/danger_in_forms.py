"""The free text of forms, read for danger before the next step: numbers first, and nothing typed is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from hashlib import blake2b

from bot.asking.danger import tells_of_danger
from bot.asking.render import danger_panel, phoned
from bot.content.conditions import DANGER_READ
from bot.content.danger_words import ENDANGERED, Endangered
from bot.content.world import World
from bot.domain.messages import Buttons, Message, Outside, Paragraph
from bot.domain.routing import conflict_of
from bot.domain.turns import AddToReport, Draft, Submitted, Turn, Typed
from bot.engine.parse import Parse
from bot.reporting import presses, steps

#: What the engine read of one event: of a question, or of each text of a form.
Parses = tuple[Parse, ...]
_LEAST_WORDS = 2
_NO_PROSE = frozenset({"code", "reference"})


def prose(content: Submitted) -> tuple[str, ...]:
    """The texts of a form in which somebody may tell of danger: no codes, no single words."""
    fields = (values for name, values in content.fields.items() if name not in _NO_PROSE)
    return tuple(text for values in fields for text in values if len(text.split()) >= _LEAST_WORDS)


def read_for_danger(
    turn: Turn,
    content: Submitted,
    parses: Parses,
    world: World,
    now: datetime,
    before: Draft | None = None,
) -> Turn:
    """The turn of a form, the numbers in front where a text of it tells of danger.

    In a journey they take the place of the next step, which waits behind a button: what was typed is kept,
    whatever is wrong with the form, and the report is urgent. Words about which the draft `before` this
    turn was asked and has answered are not asked about again: the last answer stands. Elsewhere
    they stand above what it leads to, and a case that was added to becomes urgent.
    """
    dangerous = [parse.text for parse in parses if tells_of_danger(parse, world.policy, world.rules)]
    if not dangerous:
        return turn
    who = min((world.rules.danger.endangered(text) for text in dangerous), key=ENDANGERED.index)
    draft = turn.session.draft
    if draft is None or not content.action.startswith("journey."):
        urgent = tuple(
            replace(command, danger=True) if isinstance(command, AddToReport) else command
            for command in turn.commands
        )
        return replace(turn, replies=(_panel(who, world, now), *turn.replies), commands=urgent)
    asked = tuple(dict.fromkeys(map(_digest, dangerous)))
    if before and before.aside != "crisis" and set(asked) <= set(before.alarmed):
        return turn
    kept = presses.heard(draft, Typed(content.value, content.fields), world)
    alarmed = tuple(dict.fromkeys((*kept.alarmed, *asked)))
    marked = replace(kept, slots={**kept.slots, DANGER_READ: ("yes",)}, aside="crisis", alarmed=alarmed)
    session = replace(turn.session, draft=marked)
    return replace(turn, session=session, replies=(_panel(who, world, now, marked),))


def _digest(text: str) -> str:
    """What a text is known by when it comes again: the words alone, whatever blanks stand between them."""
    return blake2b(" ".join(text.split()).encode(), digest_size=16).hexdigest()


def _panel(who: Endangered, world: World, now: datetime, draft: Draft | None = None) -> Message:
    texts, answers, slots = (
        world.playbook.texts.danger_in_forms,
        world.rules.texts,
        draft.slots if draft else {},
    )
    said = conflict_of(slots, world.federation.roster).roles
    safe = replace(world, concerned=world.concerned | said).safe_lines(now)
    first, *numbers = danger_panel(safe, answers, who)
    without = steps.left_out(phoned(who, safe), slots, world)
    blocks = [first, *without, *numbers, Outside(answers.danger_source)]
    if draft is None:
        return Message((*blocks, Paragraph(texts.below)), summary=answers.danger_title)
    shown = (*blocks, Paragraph(texts.kept), Buttons(presses.crisis_ways(draft, world)))
    return Message(shown, summary=answers.danger_title, replaces=steps.SLOT, ephemeral=True)
