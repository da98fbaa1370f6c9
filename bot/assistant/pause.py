"""While Signpost is paused: nothing new is begun, everybody who writes is told, and cases go on."""

from __future__ import annotations

from bot.assistant import words
from bot.casework.context import Context
from bot.domain.messages import Callout, Message, Paragraph
from bot.domain.turns import Incoming, Pressed, Said, Submitted
from bot.following.status import phone_list

_SEND = "journey.send"


def stops(context: Context, incoming: Incoming) -> bool:
    """Whether this is not taken now. The people on the roster go on with their cases and the roster."""
    content, sender = incoming.content, incoming.sender
    if not context.paused:
        return False
    on_roster = context.world.federation.roster.by_account(sender.platform, sender.user) is not None
    match content:
        case Said(text):
            of_cases = words.command(text) in ("cases", "roster") or words.reference(text) != ""
            return not (on_roster and incoming.private and of_cases)
        case Pressed() | Submitted():
            return not (incoming.private and content.action.startswith(("case.", "roster.")))
    return True


def message(context: Context, incoming: Incoming) -> Message:
    """That Signpost is paused, with whom to phone; for words that were sent, that they are NOT saved."""
    texts, content = context.roster_texts.paused, incoming.content
    if not incoming.private:
        return Message((Paragraph(texts.title),), summary=texts.title)
    title, text = texts.title, texts.text
    if isinstance(content, Submitted) or (isinstance(content, Pressed) and content.action == _SEND):
        title, text = texts.not_saved_title, texts.not_saved_text
    return Message((Callout("warning", title, text), phone_list(context)), summary=title)
