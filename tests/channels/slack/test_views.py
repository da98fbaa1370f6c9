"""Modals: what they show, what comes back, and what they remember."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.channels.common.look import Look
from bot.channels.slack.fields import local_time, moment_of
from bot.channels.slack.parts import Payload
from bot.channels.slack.views import (
    CALLBACK,
    errors_of,
    following,
    modal,
    submitted,
    typed,
    with_notice,
)
from bot.content.world import World
from bot.domain.messages import Button, Buttons, Field, FieldKind, Form, Heading, Message, Option, Paragraph
from bot.domain.turns import Submitted
from bot.reporting import after_send

from .payloads import faults, read_back, said, squeezed, state_of

LONDON = ZoneInfo("Europe/London")


def formed(*fields: Field, value: str = "d|step|") -> Message:
    """A message with one form."""
    return Message((Form("journey.submit", value, fields, "Go on"),), "s")


def inputs(view: Payload) -> list[Payload]:
    """The input blocks of a view."""
    return [block for block in view["blocks"] if block["type"] == "input"]


def test_a_form_has_a_submit_and_a_message_has_none(look: Look) -> None:
    """Only where there are fields can a modal be sent."""
    with_form = modal(formed(Field("a", "A", "text")), look)
    without = modal(Message((Paragraph("Words"),), "s"), look)
    assert with_form["submit"]["text"] == "Go on"
    assert "submit" not in without
    assert with_form["title"]["text"] == look.texts.form.title
    assert {with_form["callback_id"], without["callback_id"]} == {CALLBACK}


@pytest.mark.parametrize("metadata", ["", "not json", '["list"]'])
def test_metadata_that_is_not_ours_is_no_form(look: Look, metadata: str) -> None:
    """A view with metadata of somebody else is read as a submission of nothing, not as an error."""
    assert submitted({"private_metadata": metadata}, look) == Submitted("", "", {})


def test_a_submission_is_read_back(look: Look) -> None:
    """The form's action and value and each field come back; an empty field has no value."""
    options = (Option("x", "X"), Option("y", "Y"))
    fields = (
        Field("a", "A", "text", value=("words",)),
        Field("b", "B", "choice", options=options, value=("y",)),
        Field("c", "C", "choices", options=options, value=("x", "y")),
        Field("d", "D", "number", value=("12",)),
        Field("e", "E", "link", value=("https://forum.example/1",)),
        Field("f", "F", "long_text", required=False),
    )
    view = modal(formed(*fields), look)
    sent = {**view, "state": {"values": state_of(view)}}
    expected = {field.name: field.value for field in fields}
    assert submitted(sent, look) == Submitted("journey.submit", "d|step|", expected)
    kinds = [block["element"]["type"] for block in inputs(view)]
    assert kinds == [
        "plain_text_input",
        "radio_buttons",
        "checkboxes",
        "number_input",
        "url_text_input",
        "plain_text_input",
    ]
    assert [block["optional"] for block in inputs(view)] == [False] * 5 + [True]


@pytest.mark.parametrize(
    "view",
    [
        {},
        {"state": None},
        {"state": {"values": []}},
        {"state": {"values": {"b": None, "c": {"field:0:a": 1}}}},
    ],
)
def test_a_strange_state_is_an_empty_one(look: Look, view: dict[str, Any]) -> None:
    """A payload without what Slack puts there is read as nothing filled in."""
    assert typed(view, look) == {}


def test_another_step_has_other_block_ids(look: Look) -> None:
    """What was typed in one step never appears in the next one's field of the same name."""
    field = Field("a", "A", "text")
    ids = {inputs(modal(formed(field, value=value), look))[0]["block_id"] for value in ("1", "2", "1")}
    assert len(ids) == 2


def test_errors_stand_at_their_fields(look: Look) -> None:
    """An error is named by the block of its field, and shown below it where the view is drawn again."""
    message = formed(Field("a", "A", "text", error="Write something."), Field("b", "B", "text"))
    view = modal(message, look)
    assert errors_of(message) == {view["blocks"][0]["block_id"]: "Write something."}
    assert view["blocks"][1]["type"] == "context"
    assert view["blocks"][1]["elements"][1]["text"] == "Write something."
    assert errors_of(Message((Paragraph("x"),), "s")) == {}


@pytest.mark.parametrize(
    ("local", "utc"),
    [
        ("2026-01-15T12:00", "2026-01-15T12:00"),
        ("2026-07-15T12:00", "2026-07-15T11:00"),
        ("2026-03-29T00:59", "2026-03-29T00:59"),
        ("2026-03-29T02:00", "2026-03-29T01:00"),
        ("2026-10-25T00:59", "2026-10-24T23:59"),
        ("2026-10-25T01:30", "2026-10-25T00:30"),
        ("2026-10-25T01:30+00:00", "2026-10-25T01:30"),
        ("2026-10-25T02:00", "2026-10-25T02:00"),
    ],
)
def test_times_are_the_federations_own(local: str, utc: str) -> None:
    """A local time becomes the right moment on both nights when the clocks change, and back."""
    moment = moment_of(local, LONDON)
    assert moment is not None
    assert datetime.fromtimestamp(moment, UTC).isoformat(timespec="minutes")[:16] == utc
    assert local_time(moment, LONDON)[:16] == local[:16]
    assert moment_of(local_time(moment, LONDON), LONDON) == moment


@pytest.mark.parametrize("value", ["", "soon", "1999-01-01T00:00", "9999-12-31T23:59", "0001-01-01T00:00"])
def test_a_time_that_slack_does_not_take_is_left_open(look: Look, value: str) -> None:
    """What is no time for the picker leaves it empty, without a fault."""
    view = modal(formed(Field("a", "A", "datetime", value=(value,))), look)
    assert faults(view) == []
    assert "initial_date_time" not in inputs(view)[0]["element"]


def test_an_hour_that_comes_twice_goes_round(look: Look) -> None:
    """The second half past one of the October night is sent with its offset, so it stays the second."""
    message = formed(Field("a", "A", "datetime", value=("2026-10-25T01:30+00:00",)))
    assert read_back(message, look) == {"a": ("2026-10-25T01:30+00:00",)}


@pytest.mark.parametrize(
    ("count", "kind", "drawn"),
    [
        (10, "choice", "radio_buttons"),
        (11, "choice", "static_select"),
        (250, "choice", "static_select"),
        (10, "choices", "checkboxes"),
        (11, "choices", "multi_static_select"),
    ],
)
def test_many_options_are_a_menu(look: Look, count: int, kind: FieldKind, drawn: str) -> None:
    """Up to ten options are on the screen; more are in a menu, and each comes back."""
    options = tuple(Option(f"{at}", f"Option {at}") for at in range(count))
    message = formed(Field("a", "A", kind, options=options, value=(f"{count - 1}",)))
    view = modal(message, look)
    assert faults(view) == []
    assert inputs(view)[0]["element"]["type"] == drawn
    assert read_back(message, look) == {"a": (f"{count - 1}",)}


def test_long_options_come_back(look: Look) -> None:
    """A value or label longer than Slack's option is sent as it was, and the label stands whole above."""
    long, label = "v" * 600, "Somebody at the other school, " * 5
    message = formed(
        Field("a", "A", "choice", options=(Option(long, label), Option("", "None")), value=(long,))
    )
    view = modal(message, look)
    assert faults(view) == []
    assert read_back(message, look) == {"a": (long,)}
    assert squeezed(label) in said(view)


def test_a_choice_of_nobody_can_still_be_shown(look: Look) -> None:
    """Where there is nothing to choose from, the view says what is asked, and has no error at a block."""
    message = formed(Field("person", "Who", "choice", error="Choose somebody."))
    view = modal(message, look)
    assert faults(view) == []
    assert "Who" in said(view)
    assert errors_of(message) == {}


@pytest.mark.parametrize(
    ("kind", "value"), [("number", "two"), ("link", "no link"), ("link", "javascript:x")]
)
def test_what_is_no_number_or_link_is_shown_in_a_plain_box(look: Look, kind: FieldKind, value: str) -> None:
    """What was typed elsewhere is kept even where Slack's own box would refuse it."""
    message = formed(Field("a", "A", kind, value=(value,)))
    assert inputs(modal(message, look))[0]["element"]["type"] == "plain_text_input"
    assert read_back(message, look) == {"a": (value,)}


def test_a_long_text_goes_on_in_a_second_box(look: Look) -> None:
    """4,000 characters typed elsewhere stand in two boxes and are one text again, to the last line break."""
    for text in ("word " * 799 + "last", "line\n" * 799 + "last", "x" * 4000):
        message = formed(Field("a", "A", "long_text", value=(text,)))
        view = modal(message, look)
        assert len(inputs(view)) == 2
        assert faults(view) == []
        assert read_back(message, look) == {"a": (text,)}


def test_a_notice_leaves_what_was_typed(world: World, look: Look) -> None:
    """ "Not saved" stands above the same inputs under the same ids, once however often it is shown."""
    options = (Option("x", "X"), Option("y", "Y"))
    given = {"a": ("typed",), "b": ("y",), "c": ("x", "y"), "d": ("2026-11-20T10:00+00:00",), "e": ()}
    kinds: dict[str, FieldKind] = {"a": "text", "b": "choice", "c": "choices", "d": "datetime", "e": "text"}
    empty = [
        Field(name, name, kind, options=options if "choice" in kind else ()) for name, kind in kinds.items()
    ]
    view = modal(formed(*empty), look)
    typed_in = modal(formed(*(replace(field, value=given[field.name]) for field in empty)), look)
    payload = {**view, "id": "V1", "hash": "h", "state": {"values": state_of(typed_in)}}
    once = with_notice(payload, after_send.not_saved(world), look)
    twice = with_notice({**payload, "blocks": once["blocks"]}, after_send.not_saved(world), look)
    assert once == twice
    assert typed({**once, "state": {"values": state_of(once)}}, look) == given
    assert faults(once) == []
    assert [block["block_id"] for block in inputs(once)] == [block["block_id"] for block in inputs(view)]
    assert submitted(once, look).action == "journey.submit"
    assert squeezed(world.playbook.texts.receipts.not_saved_title) in said(once)


def test_a_title_is_not_said_twice(look: Look) -> None:
    """A form's title is a heading where the message has none of its own."""
    form = Form("case.note", "FED-1", (Field("note", "Note", "long_text"),), "Keep it", "A note on FED-1")
    bare, headed = Message((form,), "s"), Message((Heading(form.title), form), "s")
    assert modal(bare, look) == modal(headed, look)


def test_the_ways_out_stand_last(look: Look) -> None:
    """Back, save and cancel stand below the fields."""
    ways = Buttons((Button("Back", "journey.back", "v"),))
    message = Message((*formed(Field("a", "A", "text")).blocks, ways), "s")
    assert [block["type"] for block in modal(message, look)["blocks"]] == ["input", "actions"]


def test_only_one_form_can_be_filled_in(look: Look) -> None:
    """Where two messages are one view, the second form is a button that opens it."""
    first, second = (
        formed(Field("a", "A", "text")),
        Form("case.note", "FED-1", (Field("a", "A", "text"),), "Keep"),
    )
    view = modal(Message((*first.blocks, second), "s"), look)
    assert faults(view) == []
    assert len(inputs(view)) == 1
    assert submitted(view, look).action == "journey.submit"
    assert view["blocks"][-1]["elements"][0]["action_id"].endswith(":case.note")


def test_a_text_that_was_changed_here_is_shown_over_what_was_typed(look: Look) -> None:
    """Slack keeps what was typed under an id: a changed text gets one of its own, and no other input does."""
    fields = (Field("a", "A", "long_text"), Field("b", "B", "text"), Field("c", "C", "text"))
    sent = modal(formed(*fields), look)
    ids = [block["block_id"] for block in inputs(sent)]
    typed_in = {
        one: {f"field:0:{name}": {"value": value}}
        for one, name, value in zip(ids, "abc", ("Year 7", "same ", "gone"), strict=True)
    }
    again = [
        replace(field, value=value)
        for field, value in zip(fields, (("Year [number]",), ("same",), ()), strict=True)
    ]
    shown = following(modal(formed(*again), look), {"state": {"values": typed_in}})
    assert [block["block_id"] == one for block, one in zip(inputs(shown), ids, strict=True)] == [
        False,
        True,
        True,
    ]
    assert inputs(shown)[0]["element"]["initial_value"] == "Year [number]"
    assert faults(shown) == []
