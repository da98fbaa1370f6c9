"""What a door does with the core's messages: pair buttons with lines, cut to the room there is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from bot.assistant import words
from bot.content.door_texts import DoorTexts
from bot.domain.messages import Block, Button, Buttons, Facts, Form, Message, Paragraph, Progress, Table
from bot.domain.turns import Content, Pressed, Submitted
from bot.gaps.entries import OWNED
from bot.posting.shown import ANSWERS, SHOW_ASKED
from bot.reporting.steps import SLOT


def is_about_cases(content: Content) -> bool:
    """Whether it is for the people on the roster alone."""
    if words.asks_for_cases(content):
        return True
    if not isinstance(content, Pressed | Submitted):
        return False
    about = ("case.", "roster.", "reply.", "governors.", "campaign.", "account.", "work.")
    return content.action.startswith(about) or content.action in {*OWNED, *ANSWERS, SHOW_ASKED}


def is_private(message: Message) -> bool:
    """Whether a message may not stay in a history: a form, a step of a journey, a private view."""
    if message.ephemeral or any(isinstance(block, Form) for block in message.blocks):
        return True
    return is_step(message)


def is_step(message: Message) -> bool:
    """Whether it is a step of a report under way."""
    return message.replaces == SLOT and any(_is_of_journey(block) for block in message.blocks)


def _is_of_journey(block: Block) -> bool:
    if isinstance(block, Progress):
        return True
    return isinstance(block, Buttons) and any(item.action.startswith("journey.") for item in block.items)


def is_end(message: Message) -> bool:
    """Whether it is what a report ended with, such as its receipt: it stays, whatever comes after."""
    forms = any(isinstance(block, Form) for block in message.blocks)
    return message.replaces == SLOT and not forms and not is_step(message)


def merged(messages: tuple[Message, ...]) -> Message:
    """Several messages as one, where one is shown."""
    blocks = tuple(block for message in messages for block in message.blocks)
    return replace(messages[-1], blocks=blocks)


def line(text: str) -> Message:
    """A message of one line."""
    return Message((Paragraph(text),), summary=text)


def said_of_hiding(message: Message, texts: DoorTexts) -> Message:
    """What answers "hide" where a chat cannot be taken off the screen: a report goes, all else stays."""
    is_of_the_rest = message.hides and message.replaces != SLOT
    return line(texts.chat.stays) if is_of_the_rest else message


def cut(text: str, most: int) -> str:
    """The text in at most `most` characters: cut where a word ends, with "…" where something is left out."""
    return text if len(text) <= most else pieces(text, most - 1)[0].rstrip() + "…"


def pieces(text: str, most: int) -> list[str]:
    """The whole text in parts of 1 to `most` characters, parted where a word or a line ends if it can be.

    The white space at a joint belongs to neither part.
    """
    found, rest = list[str](), text
    while len(rest) > most:
        end = _joint(rest, most)
        found.append(rest[:end])
        rest = rest[end:].lstrip() if rest[end : end + 1].isspace() else rest[end:]
    return [part for part in (*found, rest) if part.strip()]


def _joint(text: str, most: int) -> int:
    """Where to part a text that is longer than `most`: not so early that a part is nearly empty."""
    window = text[: most + 1]
    for mark in ("\n", " "):
        at = window.rfind(mark)
        if at > most // 2:
            return at
    return most


@dataclass(frozen=True)
class Line:
    """One answer and the button that changes it, or buttons that belong to no answer."""

    label: str = ""
    value: str = ""
    button: Button | None = None
    others: tuple[Button, ...] = ()


def opens_a_case(blocks: Sequence[Block]) -> bool:
    """Whether these two blocks are one line of a list of cases: a text, and the button that opens it."""
    match blocks:
        case [Paragraph(), Buttons((Button(action="case.show"),))]:
            return True
    return False


def spread(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The blocks; of a table each line with the button that opens it, for a door that draws none."""
    found = list[Block]()
    for block in blocks:
        if not isinstance(block, Table):
            found.append(block)
            continue
        for row in block.rows:
            found += (Paragraph(row.text), Buttons((row.button,)))
    return tuple(found)


def pair_up(facts: Facts, after: Buttons) -> tuple[Line, ...]:
    """Each answer with the button that names it, and the other buttons where they stand in order.

    Empty where no button names an answer.
    """
    beside = _beside(facts, after)
    return tuple(_lines(facts, after, beside)) if beside else ()


def _lines(facts: Facts, after: Buttons, beside: Mapping[str, Button]) -> Iterator[Line]:
    waiting = list(after.items)
    for label, value in facts.items:
        if (button := beside.get(label)) not in waiting:
            yield Line(label, value)
            continue
        at = waiting.index(button)
        if waiting[:at]:
            yield Line(others=tuple(waiting[:at]))
        yield Line(label, value, button)
        waiting = waiting[at + 1 :]
    if waiting:
        yield Line(others=tuple(waiting))


def _beside(facts: Facts, after: Buttons) -> dict[str, Button]:
    """The button that belongs to each answer: the one that names it."""
    named = [(label, button) for label, _ in facts.items for button in after.items if label.strip()]
    return {
        label: button for label, button in named if button.label.endswith(label) and button.label != label
    }
