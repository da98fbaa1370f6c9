"""Slack's limits: what is just inside passes, what is just outside is named."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View as SdkView

from tests.slack_double import faults_of_message, faults_of_view
from tests.slack_double.echo_app import button, card, modal, plain
from tests.slack_double.shapes import Json

Make = Callable[[int], Json]


def x(length: int) -> str:
    return "x" * length


def mrkdwn(length: int) -> Json:
    return {"type": "mrkdwn", "text": x(length)}


def section(**more: Any) -> Json:
    return {"type": "section", **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def element(kind: str, **more: Any) -> Json:
    return actions({"type": kind, "action_id": "a", **more})


def option(text: int = 1, value: int = 1) -> Json:
    return {"text": plain(x(text)), "value": x(value)}


def options(count: int) -> list[Json]:
    return [{"text": plain(f"o{number}"), "value": str(number)} for number in range(count)]


def confirm(title: int = 1, text: int = 1, yes: int = 1, no: int = 1) -> Json:
    return {"title": plain(x(title)), "text": mrkdwn(text), "confirm": plain(x(yes)), "deny": plain(x(no))}


def asked(**more: Any) -> Json:
    typed = {"type": "plain_text_input", "action_id": "a", **more.pop("element", {})}
    return {"type": "input", "label": plain("l"), "element": typed, **more}


# What is limited, the limit, and a block of that size.
BLOCKS: list[tuple[str, int, Make]] = [
    ("section text", 3000, lambda n: section(text=mrkdwn(n))),
    ("field text", 2000, lambda n: section(fields=[mrkdwn(n)])),
    ("fields", 10, lambda n: section(fields=[mrkdwn(1)] * n)),
    ("header", 150, lambda n: {"type": "header", "text": plain(x(n))}),
    ("context elements", 10, lambda n: {"type": "context", "elements": [mrkdwn(1)] * n}),
    ("markdown", 12_000, lambda n: {"type": "markdown", "text": x(n)}),
    ("block_id", 255, lambda n: {"type": "divider", "block_id": x(n)}),
    ("actions elements", 25, lambda n: actions(*[button("b", f"a{i}") for i in range(n)])),
    ("button text", 75, lambda n: actions(button(x(n), "a"))),
    ("button value", 2000, lambda n: actions(button("b", "a", x(n)))),
    ("button url", 3000, lambda n: element("button", text=plain("b"), url=x(n))),
    ("button label", 75, lambda n: element("button", text=plain("b"), accessibility_label=x(n))),
    ("action_id", 255, lambda n: actions(button("b", x(n)))),
    ("option text", 75, lambda n: element("static_select", options=[option(text=n)])),
    ("option value", 150, lambda n: element("static_select", options=[option(value=n)])),
    ("placeholder", 150, lambda n: element("users_select", placeholder=plain(x(n)))),
    ("select options", 100, lambda n: element("static_select", options=options(n))),
    ("overflow options", 5, lambda n: element("overflow", options=options(n))),
    ("radio options", 10, lambda n: element("radio_buttons", options=options(n))),
    ("checkbox options", 10, lambda n: element("checkboxes", options=options(n))),
    ("confirm title", 100, lambda n: actions(button("b", "a") | {"confirm": confirm(title=n)})),
    ("confirm text", 300, lambda n: actions(button("b", "a") | {"confirm": confirm(text=n)})),
    ("confirm yes", 30, lambda n: actions(button("b", "a") | {"confirm": confirm(yes=n)})),
    ("confirm no", 30, lambda n: actions(button("b", "a") | {"confirm": confirm(no=n)})),
    ("alt text", 2000, lambda n: {"type": "image", "image_url": "https://e.org/i", "alt_text": x(n)}),
    ("input label", 2000, lambda n: asked(label=plain(x(n)))),
    ("input hint", 2000, lambda n: asked(hint=plain(x(n)))),
    ("input first value", 3000, lambda n: asked(element={"initial_value": x(n)})),
    ("input max_length", 3000, lambda n: asked(element={"max_length": n})),
]

# What Slack refuses whatever its size.
WRONG_BLOCKS: dict[str, Json] = {
    "an unknown block": {"type": "sections"},
    "an empty section": section(),
    "an empty text": section(text=mrkdwn(0)),
    "a text without a type": section(text={"text": "t"}),
    "markdown in a header": {"type": "header", "text": mrkdwn(1)},
    "markdown on a button": element("button", text=mrkdwn(1)),
    "markdown in a select's option": element("static_select", options=[{"text": mrkdwn(1), "value": "v"}]),
    "an unknown element": element("buttons"),
    "a text box among actions": element("plain_text_input"),
    "a button in a context": {"type": "context", "elements": [button("b", "a")]},
    "a button in an input block": asked(element=button("b", "a")),
    "no elements": actions(),
    "one action_id twice": actions(button("b", "a"), button("c", "a")),
    "an unknown property": section(text=mrkdwn(1), colour="red"),
    "an unknown property of an element": actions(button("b", "a") | {"colour": "red"}),
    "an unknown style": actions(button("b", "a") | {"style": "default"}),
    "an unknown first option": element("static_select", options=options(2), initial_option=option()),
    "a date that is none": element("datepicker", initial_date="1.2.2026"),
    "an image without words": {"type": "image", "image_url": "https://e.org/i"},
    "a number input of no kind": asked(element={"type": "number_input"}),
    "emoji in markdown": section(text=mrkdwn(1) | {"emoji": True}),
}

FRAMES: list[tuple[str, int, Make]] = [
    ("title", 24, lambda n: {"title": plain(x(n))}),
    ("submit", 24, lambda n: {"submit": plain(x(n))}),
    ("close", 24, lambda n: {"close": plain(x(n))}),
    ("private_metadata", 3000, lambda n: {"private_metadata": x(n)}),
    ("callback_id", 255, lambda n: {"callback_id": x(n)}),
    ("external_id", 255, lambda n: {"external_id": x(n)}),
    ("blocks", 100, lambda n: {"blocks": [{"type": "divider"}] * n}),
]


def faults_of(block: Json) -> list[str]:
    return faults_of_message({"text": "t", "blocks": [block]})


@pytest.mark.parametrize(("what", "most", "make"), BLOCKS, ids=[name for name, _, _ in BLOCKS])
def test_the_size_of_a_block(what: str, most: int, make: Make) -> None:
    """At its limit each part of a block passes; one more is a fault."""
    assert faults_of(make(most)) == []
    assert faults_of(make(most + 1))[0].startswith("invalid_blocks: blocks[0]")


@pytest.mark.parametrize("block", WRONG_BLOCKS.values(), ids=WRONG_BLOCKS)
def test_a_wrong_block(block: Json) -> None:
    """What Slack never takes is a fault, in a message and in a modal."""
    assert faults_of(block)
    assert faults_of_view(modal() | {"blocks": [block]})


@pytest.mark.parametrize(("what", "most", "make"), FRAMES, ids=[name for name, _, _ in FRAMES])
def test_the_size_of_a_view(what: str, most: int, make: Make) -> None:
    """At its limit each part of a view passes; one more is a fault."""
    assert faults_of_view(modal() | make(most)) == []
    assert faults_of_view(modal() | make(most + 1))


def test_the_whole_message() -> None:
    """Fifty blocks, 13,200 characters, one block_id each, 4,000 characters of text, a little metadata."""
    rule = {"type": "divider"}
    assert faults_of_message({"text": "t", "blocks": [rule] * 50}) == []
    assert "51 items" in faults_of_message({"text": "t", "blocks": [rule] * 51})[0]
    full = [section(text=mrkdwn(3000))] * 4 + [section(text=mrkdwn(700))]
    assert faults_of_message({"text": "t", "blocks": full}) == []
    over = faults_of_message({"text": "t", "blocks": [*full, rule]})
    assert [fault.partition(":")[0] for fault in over] == ["msg_blocks_too_long"]
    assert "twice" in faults_of_message({"text": "t", "blocks": [rule | {"block_id": "b"}] * 2})[0]
    assert faults_of_message({"text": x(4001)})[0].startswith("msg_too_long")
    metadata = {"event_type": "e", "event_payload": {"k": x(3000)}}
    assert faults_of_message({"text": "t", "metadata": metadata})[0].startswith("metadata_too_large")
    assert faults_of_message({"text": "t", "blocks": "[]"})[0].startswith("invalid_blocks_format")
    assert faults_of_message({})[0].startswith("no_text")
    assert faults_of_message({"blocks": card("c")}) == [
        "advice: text: notifications and screen readers need it beside blocks"
    ]


def test_the_whole_view() -> None:
    """Inputs need a submit button (in a modal), one element the focus, no block is a message's alone."""
    assert faults_of_view(modal()) == []
    assert "submit" in faults_of_view(modal() | {"submit": None})[0]
    assert faults_of_view({"type": "home", "blocks": [asked()]}) == []
    twice = [asked(element={"focus_on_load": True}), asked(element={"focus_on_load": True})]
    assert "focus_on_load" in faults_of_view(modal() | {"blocks": twice})[0]
    assert "markdown" in faults_of_view(modal() | {"blocks": [{"type": "markdown", "text": "m"}]})[0]
    assert "property: title" in faults_of_view({"type": "home", "blocks": [], "title": plain("t")})[0]
    assert faults_of_view({"type": "dialog"}) == ["invalid_arguments: view.type: modal or home"]
    assert faults_of_view(modal(private_metadata=x(250_001)))[-1].startswith("view_too_large")


def test_nothing_that_slack_sdk_refuses_passes() -> None:
    """Whatever slack_sdk's models refuse is refused here too, and what is good here they take."""
    blocks = [make(size) for _, most, make in BLOCKS for size in (most, most + 1)] + list(
        WRONG_BLOCKS.values()
    )
    assert [block for block in blocks if refused_by_sdk(block) and not faults_of(block)] == []
    for _, most, make in FRAMES:
        for size in (most, most + 1):
            view = modal() | make(size)
            assert faults_of_view(view) or not view_refused_by_sdk(view)


def refused_by_sdk(block: Json) -> bool:
    try:
        for parsed in Block.parse_all([copy.deepcopy(block)]):
            parsed.to_dict()
    except (SlackObjectFormationError, TypeError, AttributeError, KeyError):
        return True
    return False


def view_refused_by_sdk(view: Json) -> bool:
    try:
        SdkView(**copy.deepcopy(view)).to_dict()
    except SlackObjectFormationError:
        return True
    return False
