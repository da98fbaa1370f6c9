"""What a press or a form of a campaign leads to."""

from __future__ import annotations

from bot.campaigns import overview, reading
from bot.casework.context import Work
from bot.domain.messages import Message
from bot.domain.turns import Incoming, Pressed, Submitted

PREFIX = "campaign."


def act(work: Work, incoming: Incoming) -> Message:
    """Do what a press or a form asks, or say why not. A refusal changes nothing."""
    content, sender = incoming.content, incoming.sender
    assert isinstance(content, Pressed | Submitted)
    match content.action.removeprefix(PREFIX):
        case "begin":
            return reading.begin(work, sender, content.value)
        case "answer":
            return reading.answer(work, sender, content.value)
        case "attest":
            return reading.confirm(work, sender, content.value)
        case "trained":
            return reading.training(work, sender, content)
        case "start":
            return overview.start(work, sender, content)
        case "list":
            return overview.outstanding(work, sender, content.value)
        case "stop" | "stop_now" if isinstance(content, Pressed):
            return overview.stop(work, sender, content, sure=content.action.endswith("_now"))
    return overview.page(work, sender)
