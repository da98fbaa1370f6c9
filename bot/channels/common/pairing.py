"""Which buttons belong to which lines of a message, on every platform that shows them side by side."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.domain.messages import Block, Button, Buttons, Facts, Paragraph


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


def side_by_side(facts: Facts, after: Buttons) -> tuple[Line, ...]:
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
