"""What a press or a form of a campaign leads to."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from bot.campaigns import overview, reading
from bot.casework.context import Work
from bot.domain.messages import Message
from bot.domain.turns import Incoming, Pressed, Sender, Submitted

PREFIX = "campaign."
_OF_VALUE: Mapping[str, Callable[[Work, Sender, str], Message]] = {
    "begin": reading.begin,
    "answer": reading.answer,
    "attest": reading.confirm,
    "list": overview.outstanding,
}


def act(work: Work, incoming: Incoming) -> Message:
    """Do what a press or a form asks, or say why not. A refusal changes nothing."""
    content, sender = incoming.content, incoming.sender
    assert isinstance(content, Pressed | Submitted)
    name = content.action.removeprefix(PREFIX)
    if name in _OF_VALUE:
        return _OF_VALUE[name](work, sender, content.value)
    match name:
        case "trained":
            return reading.training(work, sender, content)
        case "start":
            return overview.start(work, sender, content)
        case "staff":
            return overview.staff(work, sender)
        case "stop" | "stop_now" if isinstance(content, Pressed):
            return overview.stop(work, sender, content, sure=content.action.endswith("_now"))
    return overview.page(work, sender)
