"""What both checks are shown with: their buttons, their clauses, the one card on which they stand."""

from __future__ import annotations

from collections.abc import Iterator

from bot.content.world import World
from bot.domain.messages import Block, Button, Buttons, Message, Paragraph, Quote
from bot.domain.turns import Content, Pressed, Submitted

#: Presses and forms of a picture's and of a draft's check. A draft is for a form alone: no chat may hold one.
PREFIX = "posting."
PICTURE, DRAFT = f"{PREFIX}picture", f"{PREFIX}draft"
#: Presses and the form of what is asked of somebody else: who asks, and about which event, is stored.
CONSULT = "consult."
ASK_LEADER, ASK_LIST = f"{CONSULT}leader", f"{CONSULT}list"
#: What the holder of the list answers: somebody is on it, or nobody.
ANSWERS = (f"{CONSULT}yes", f"{CONSULT}no")
#: The questions that wait for those who may answer them.
SHOW_ASKED = f"{CONSULT}show"
#: The value of the button that ends a check.
CLOSE = "close"
_SLOT = "posting"


def keeps_nothing(content: Content) -> bool:
    """Whether it is part of a check: nothing of it is stored, not even that it came."""
    return isinstance(content, Pressed | Submitted) and content.action.startswith(PREFIX)


def private(blocks: tuple[Block, ...], world: World) -> Message:
    """A message for one pair of eyes, in the place of the one before."""
    return Message(blocks, world.posting.texts.summary, replaces=_SLOT, ephemeral=True)


def line(text: str, world: World, *items: Button) -> Message:
    """A message that may stay in a chat: words of ours, and buttons."""
    blocks = (Paragraph(text), Buttons(items)) if items else (Paragraph(text),)
    return Message(blocks, world.posting.texts.summary, replaces=_SLOT)


def quotes(clauses: tuple[str, ...], world: World, but: tuple[str, ...] = ()) -> Iterator[Block]:
    """The clauses, verbatim, each after the sentence that opens its list, and none twice; none of `but`.

    Where one has changed a notice says so: a check is never held back.
    """
    known = world.policy.clauses
    with_lead_ins = (part for name in clauses for part in (known[name].lead_in, name) if part is not None)
    for name in dict.fromkeys(part for part in with_lead_ins if part not in but):
        clause = known[name]
        yield Quote(clause.id, clause.section, clause.lines, clause.quote)
    if world.policy.changed.intersection(clauses):
        yield Paragraph(world.rules.texts.clause_changed, muted=True)


def offered(message: Message, topic: str, world: World) -> Message:
    """An answer, with the button of a check below it where its topic leads there and has no such button."""
    texts = world.posting.texts
    there = {item.action for block in message.blocks if isinstance(block, Buttons) for item in block.items}
    leads = (
        (texts.picture_under, Button(texts.picture_button, PICTURE)),
        (texts.draft_under, Button(texts.draft_button, DRAFT)),
    )
    buttons = [button for under, button in leads if topic in under and button.action not in there]
    if not buttons:
        return message
    # Above the small print, which ends an answer.
    *above, last = message.blocks
    return Message(
        (*above, Buttons(tuple(buttons)), last), message.summary, message.replaces, message.ephemeral
    )
