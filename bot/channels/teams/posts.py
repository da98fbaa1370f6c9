"""A message of the core as what goes out to Teams: its card, its citations, Teams' own feedback buttons."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.asking.render import FEEDBACK
from bot.channels.common.cutting import cut
from bot.channels.common.look import Look
from bot.channels.common.messages import answered_topic
from bot.channels.teams.activities import Post
from bot.channels.teams.card_pages import cards_of
from bot.channels.teams.cards import card_of
from bot.channels.teams.ids import Payload
from bot.domain.messages import Block, Bullets, Button, Buttons, Callout, Heading, Message, Paragraph, Quote

# Teams' limits: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/format-ai-bot-messages
_NAME, _ABSTRACT, _CITED = 80, 160, 20
_BRIEF = 400


def post_of(message: Message, look: Look, *, slot: bool = False, native: bool = False) -> Post:
    """What goes out. `slot`: a press on its card may put another card in its place.

    `native`: Teams' own buttons ask whether an answer helped, instead of the card's.
    """
    asks = bool(answered_topic(message)) and native
    return Post(
        card=card(_without_feedback(message) if asks else message, look, slot=slot),
        summary=message.summary,
        channel_data={"feedbackLoop": {"type": "default"}} if asks else {},
    )


def posts_of(message: Message, look: Look, *, slot: bool = False, native: bool = False) -> tuple[Post, ...]:
    """What goes out with nothing cut: one message, or several where one card cannot hold it.

    The first takes the place of an earlier one. A report is read whole, whatever its length.
    """
    first = post_of(message, look, slot=slot, native=native)
    pages = cards_of(message, look)
    if len(pages) == 1:
        return (first,)
    return tuple(replace(first, card=_marked(page, slot)) for page in pages)


def citations_of(message: Message, look: Look) -> Post | None:
    """The line above an answer, with its clauses as the references that Teams shows; None for anything else.

    A message of its own: Teams makes two of one that has both words and a card, and rewrites neither.
    """
    cited = tuple(block for block in message.blocks if isinstance(block, Quote))[:_CITED]
    if not cited or not answered_topic(message):
        return None
    marks = " ".join(f"[{number}]" for number in range(1, len(cited) + 1))
    text = f"{message.summary} {marks}"
    return Post(text=text, summary=message.summary, entities=(_citations(cited, look),))


def card(message: Message, look: Look, *, slot: bool = False) -> Payload:
    """The card of a message; with `slot` each of its actions says that it may be replaced."""
    return _marked(card_of(message, look), slot)


def _marked(drawn: Payload, slot: bool) -> Payload:
    if slot:
        for action in _actions(drawn):
            action["data"] = {**action["data"], "slot": True}
    return drawn


def in_slot(data: object) -> bool:
    """Whether what was pressed stood on a card that may be replaced."""
    return isinstance(data, dict) and data.get("slot") is True


def for_dialog(drawn: Payload) -> Payload:
    """The card in a dialog, which knows Action.Submit alone: each action's fall-back in its place."""

    def changed(part: object) -> object:
        if isinstance(part, list):
            return [changed(one) for one in part]
        if not isinstance(part, dict):
            return part
        if part.get("type") == "Action.Execute":
            return part.get("fallback") or _submit(part)
        return {key: changed(value) for key, value in part.items()}

    found = changed(drawn)
    assert isinstance(found, dict)
    return found


def _submit(action: Payload) -> Payload:
    kept = {key: value for key, value in action.items() if key not in ("verb", "fallback")}
    return {**kept, "type": "Action.Submit"}


def brief(messages: tuple[Message, ...]) -> str:
    """The words of messages that are short, and that nothing can be pressed or filled in on; else ""."""
    blocks = [block for message in messages for block in message.blocks]
    plain = all(isinstance(block, Heading | Paragraph | Callout) for block in blocks)
    private = any(message.ephemeral for message in messages)
    words = "" if private or not plain else words_of(blocks)
    return words if len(words) <= _BRIEF else ""


def words_of(blocks: list[Block]) -> str:
    """Everything that the blocks say, a line each."""
    return "\n".join(line for block in blocks for line in _lines(block) if line.strip())


def suggestions(questions: tuple[str, ...]) -> tuple[Payload, ...]:
    """Questions to ask with one press, under a message."""
    return tuple({"type": "imBack", "title": asked, "value": asked} for asked in questions)


def _lines(block: Block) -> tuple[str, ...]:
    match block:
        case Heading(text) | Paragraph(text):
            return (text,)
        case Callout(_, title, text):
            return (title, text)
        case Bullets(items, title):
            return (title, *(f"• {item}" for item in items))
    return ()


def _actions(part: object) -> Iterator[Payload]:
    """Every action of a card that is sent back to us, and its fall-back."""
    if isinstance(part, list):
        for one in part:
            yield from _actions(one)
    elif isinstance(part, dict):
        if isinstance(part.get("data"), dict):
            yield part
        for value in part.values():
            yield from _actions(value)


def _citations(quotes: tuple[Quote, ...], look: Look) -> Payload:
    """Each clause as a reference. Nothing here is generated, so the message bears no label that says so."""
    claims = [_claim(number, quote, look) for number, quote in enumerate(quotes, 1)]
    kind = "https://schema.org/Message"
    return {"type": kind, "@type": "Message", "@context": "https://schema.org", "citation": claims}


def _claim(number: int, quote: Quote, look: Look) -> Payload:
    first, last = quote.lines
    lines = f"line {first}" if first == last else f"lines {first}–{last}"
    name = cut(look.texts.clause.fill(section=quote.section, lines=lines), _NAME)
    document = {"@type": "DigitalDocument", "name": name, "abstract": cut(quote.text, _ABSTRACT)}
    return {"@type": "Claim", "position": number, "appearance": document}


def _without_feedback(message: Message) -> Message:
    blocks = [
        replace(block, items=tuple(filter(_is_no_feedback, block.items)))
        if isinstance(block, Buttons)
        else block
        for block in message.blocks
    ]
    return replace(message, blocks=tuple(block for block in blocks if block != Buttons(())))


def _is_no_feedback(button: Button) -> bool:
    return button.action != FEEDBACK
