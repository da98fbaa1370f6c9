"""Everything that Signpost shows is drawn for Slack: within its limits, and with every word."""

import pytest

from bot.channels.common.look import Look
from bot.channels.slack.drawing import post_of
from bot.channels.slack.views import modal
from bot.content.world import World
from bot.domain.messages import Form, Message, Quote

from . import screens
from .payloads import faults, lost, read_back, said, squeezed

PARTS = [
    screens.answers,
    screens.dialogues,
    screens.checks,
    screens.journey_steps,
    screens.reviews,
    screens.outcomes,
]


def as_message(name: str, message: Message, look: Look) -> None:
    """Posted: no fault; what is left out is said to be left out."""
    payload = post_of(message, look)
    assert faults(payload) == [], name
    assert payload["text"]
    shown = said(payload)
    missing = [
        text for text in lost(message, payload) if not any(isinstance(b, Form) for b in message.blocks)
    ]
    assert not missing or squeezed(look.texts.more) in shown, (name, missing)


def as_modal(name: str, message: Message, look: Look) -> None:
    """In a modal: no fault, and every word."""
    view = modal(message, look)
    assert faults(view) == [], name
    assert lost(message, view) == [], name


@pytest.mark.parametrize("part", PARTS)
def test_everything_can_be_shown(world: World, look: Look, part: screens.Screens) -> None:
    """Each screen has no fault as a message and as a modal, and loses no word without saying so."""
    count = 0
    for name, message in part(world):
        as_message(name, message, look)
        as_modal(name, message, look)
        count += 1
    assert count > 5


def test_every_clause_is_shown_verbatim(world: World, look: Look) -> None:
    """Each clause that an answer quotes stands in one block, character for character."""
    for name, message in screens.answers(world):
        shown = [
            element["text"]
            for block in post_of(message, look)["blocks"]
            if block["type"] == "rich_text"
            for quote in block["elements"]
            if quote["type"] == "rich_text_quote"
            for element in quote["elements"]
        ]
        assert shown == [block.text for block in message.blocks if isinstance(block, Quote)], name


def test_every_form_comes_back_as_it_was_drawn(world: World, look: Look) -> None:
    """What stands in a form is what is sent, to the last of 4,000 characters."""
    count = 0
    for name, message in screens.journey_steps(world):
        for form in (block for block in message.blocks if isinstance(block, Form)):
            given = {
                field.name: field.value for field in form.fields if field.options or field.kind != "datetime"
            }
            back = read_back(message, look)
            assert {key: back[key] for key in given} == given, name
            count += 1
    assert count > 30
