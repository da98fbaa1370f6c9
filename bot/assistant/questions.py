"""Questions that the policy leaves open: their presses, forms and look-ups by reference and code."""

from __future__ import annotations

from dataclasses import replace

from bot.assistant.danger_in_forms import Parses, read_for_danger
from bot.casework.context import Work
from bot.domain.messages import Message
from bot.domain.references import read_reference
from bot.domain.turns import Incoming, Pressed, Sender, Session, ShowStatus, Submitted, Turn
from bot.following import ownership, status
from bot.gaps import askers, entries
from bot.gaps.forms import ASK, PREFIX, WITHDRAW


def is_press(incoming: Incoming) -> bool:
    """Whether it is a press or a form of them."""
    content = incoming.content
    return isinstance(content, Pressed | Submitted) and content.action.startswith(PREFIX)


def act(work: Work, incoming: Incoming, parses: Parses) -> tuple[Message, ...]:
    """What a press or a form leads to; the numbers first, where what somebody writes tells of danger."""
    content, sender = incoming.content, incoming.sender
    assert isinstance(content, Pressed | Submitted)
    if content.action == ASK:
        if isinstance(content, Pressed):
            return (askers.begin(work, content.value),)
        return (askers.ask(work, sender, content, parses),)
    if content.action == WITHDRAW:
        return (_withdraw(work, sender, content),)
    shown = entries.act(work, sender, content, parses)
    if isinstance(content, Pressed):
        return (shown,)
    turn = Turn(Session(work.context.new_tokens()), (shown,))
    return read_for_danger(turn, content, parses, work.context.world, work.now).replies


def _withdraw(work: Work, sender: Sender, content: Pressed | Submitted) -> Message:
    sent, reference = isinstance(content, Submitted), read_reference(content.value)
    code = "".join(content.fields.get("code", ())[:1]) if isinstance(content, Submitted) else ""
    opened = bool(code) and ownership.code_opens(work, reference, code) == "opens"
    return askers.withdraw(work, sender, reference, opened=opened, sent=sent)


def find(work: Work, sender: Sender, asked: ShowStatus) -> Message | None:
    """The question of a reference, the sender's own or opened by its code; None for any other."""
    if not askers.is_reference(asked.reference):
        return None
    if not asked.code:
        own = askers.own_one(work, sender, asked.reference)
        return own or status.not_found(work.context, asked, "")
    tried = ownership.code_opens(work, asked.reference, asked.code)
    found = askers.by_code(work, asked.reference) if tried == "opens" else None
    texts = work.context.texts.status
    why = texts.too_many if tried == "too many" else texts.wrong_code
    return found or status.not_found(work.context, asked, why)


def with_own(work: Work, sender: Sender, shown: Message) -> Message:
    """The sender's reports, with the questions that they asked under their name."""
    own = askers.own(work, sender)
    return replace(shown, blocks=(*shown.blocks, *own)) if own else shown
