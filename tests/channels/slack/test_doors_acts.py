"""What Slack sends, read into acts."""

from __future__ import annotations

from typing import Any

import pytest

from bot.channels.slack.payloads import (
    Direct,
    Malformed,
    Mention,
    Nothing,
    Opened,
    Press,
    Shortcut,
    Slash,
    Submission,
    plain_text,
    read,
)
from bot.domain.turns import Pressed, Said

Json = dict[str, Any]
USER: Json = {"user": {"id": "U1", "team_id": "T1"}, "team": {"id": "T1", "domain": "harbour"}}
STATE: Json = {"values": {"b": {"a": {"value": "x"}}}}
VIEW: Json = {"id": "V1", "type": "modal", "callback_id": "signpost", "hash": "1.a", "state": STATE}


def event(**inner: Any) -> Json:
    """An event_callback around an event."""
    return {"type": "event_callback", "event_id": "Ev1", "team_id": "T1", "event": {"user": "U1", **inner}}


def message(**more: Any) -> Json:
    """A direct message."""
    return event(type="message", channel_type="im", channel="D1", ts="1.2", text="hello", **more)


@pytest.mark.parametrize(
    ("typed", "read_as"),
    [
        ("<@U0BOT> can I?", "can I?"),
        ("a &amp; b &lt;3", "a & b <3"),
        ("see <https://x.com/a|x.com/a>", "see x.com/a"),
        ("see <https://x.com/a>", "see https://x.com/a"),
        ("mail <mailto:a@b.uk|a@b.uk>", "mail a@b.uk"),
        ("in <#C1|staffroom> and <#C2>", "in #staffroom and"),
        ("<!here> <!subteam^S1|@leaders> hi", "@leaders hi"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
    ],
)
def test_slacks_marks_are_taken_out(typed: str, read_as: str) -> None:
    """What somebody typed is read as they see it, and mentions of people leave nothing behind."""
    assert plain_text(typed) == read_as


def test_messages_are_read() -> None:
    """A direct message is read with its thread, and a file is noticed without being looked at."""
    assert read(message(thread_ts="1.1")) == Direct("Ev1", "U1", "T1", "hello", "D1", "1.1", files=False)
    shared = read(message(subtype="file_share", files=[{"id": "F1"}]))
    assert isinstance(shared, Direct)
    assert shared.files


@pytest.mark.parametrize(
    "more",
    [
        {"bot_id": "B1"},
        {"subtype": "message_changed"},
        {"subtype": "message_deleted"},
        {"subtype": "bot_message"},
        {"channel_type": "channel"},
        {"user": None},
    ],
)
def test_what_is_no_question_is_left_alone(more: Json) -> None:
    """What bots write, edits, deletions and messages in channels are nothing to Signpost."""
    body = message()
    body["event"] |= more
    assert isinstance(read(body), Nothing)


def test_a_message_that_was_changed_is_read_as_it_reads_now() -> None:
    """With its writer and its words, and that it is no new one; a change that leaves the words is nothing."""
    new, old = {"user": "U1", "text": "now", "ts": "1.1", "edited": {}}, {"user": "U1", "text": "then"}
    body = message(subtype="message_changed", message=new, previous_message=old)
    del body["event"]["user"]
    assert read(body) == Direct("Ev1", "U1", "T1", "now", "D1", "", files=False, edited=True)
    body["event"]["previous_message"] = {**old, "text": "now"}
    assert isinstance(read(body), Nothing)
    body["event"] |= {"previous_message": old, "message": {**new, "bot_id": "B1"}}
    assert isinstance(read(body), Nothing)
    changed = {
        "type": "app_mention",
        "channel": "C1",
        "ts": "1.2",
        "text": "<@U0BOT> hi",
        "edited": {"ts": "1"},
    }
    assert read(event(**changed)) == Mention("Ev1", "U1", "T1", "hi", "C1", "1.2", edited=True)


def test_a_mention_is_answered_in_its_thread() -> None:
    """A mention begins a thread, or stays in the one that it was made in."""
    asked = {"type": "app_mention", "channel": "C1", "ts": "1.2", "text": "<@U0BOT> hi"}
    assert read(event(**asked)) == Mention("Ev1", "U1", "T1", "hi", "C1", "1.2")
    assert read(event(**asked, thread_ts="1.1")) == Mention("Ev1", "U1", "T1", "hi", "C1", "1.1")


def test_someone_from_elsewhere_acts_from_there() -> None:
    """In a shared channel the workspace is the sender's own, not the one that Slack delivers to."""
    assert read(message(user_team="T2", team="T1")).team == "T2"


def test_commands_shortcuts_and_the_home_page_are_read() -> None:
    """Each of them with the trigger that opens its modal."""
    slash = {"command": "/Policy", "text": "a &amp; b", "trigger_id": "t1", "user_id": "U1", "team_id": "T1"}
    assert read({**slash, "response_url": "https://r"}) == Slash(
        "t1", "U1", "T1", "/policy", "a & b", "t1", "https://r"
    )
    short = {**USER, "type": "shortcut", "callback_id": "report_incident", "trigger_id": "t1"}
    assert read(short) == Shortcut("t1", "U1", "T1", "report_incident", "t1")
    on_message = {"channel": {"id": "C1"}, "message": {"ts": "1.2", "text": "secret"}}
    found = read({**short, "type": "message_action", **on_message})
    assert found == Shortcut("t1", "U1", "T1", "report_incident", "t1", "C1", "1.2", "harbour")
    assert "secret" not in repr(found)
    assert read(event(type="app_home_opened", tab="home", channel="D1")) == Opened(
        "Ev1", "U1", "T1", "home", "D1"
    )


def press(**more: Any) -> Json:
    """A press of a button."""
    element = {"type": "button", "action_id": "press:0:journey.choose", "value": "d|s|o"}
    return {**USER, "type": "block_actions", "trigger_id": "t1", "actions": [element], **more}


def test_presses_are_read_with_where_they_were_made() -> None:
    """A press is its action and value; the search box of the home page is words."""
    container = {"type": "message", "channel_id": "C1", "is_ephemeral": True}
    found = read(press(container=container, response_url="https://r"))
    assert isinstance(found, Press)
    assert (found.content, found.channel, found.ephemeral) == (Pressed("journey.choose", "d|s|o"), "C1", True)
    inside = read(press(view=VIEW))
    assert isinstance(inside, Press)
    assert inside.in_modal
    box = {"type": "plain_text_input", "action_id": "home:ask", "value": "can I?"}
    asked = read(press(actions=[box], view={**VIEW, "type": "home"}))
    assert isinstance(asked, Press)
    assert asked.content == Said("can I?")
    assert not asked.in_modal
    assert isinstance(read(press(actions=[{"action_id": "somebody-elses"}])), Nothing)


def test_a_submission_is_known_by_its_words() -> None:
    """The same words in the same view are one event; other words, or another view, are another."""

    def submitted(**more: Any) -> str:
        act = read({**USER, "type": "view_submission", "view": {**VIEW, **more}})
        assert isinstance(act, Submission)
        return act.event_id

    assert submitted() == submitted()
    others = {submitted(hash="2.b"), submitted(id="V2"), submitted(private_metadata="{}")}
    others.add(submitted(state={"values": {"b": {"a": {"value": "y"}}}}))
    assert len({submitted(), *others}) == 5


@pytest.mark.parametrize(
    "body",
    [
        {"type": "event_callback"},
        {"type": "event_callback", "event": [], "event_id": "Ev1"},
        {"type": "event_callback", "event": {"type": 7, "user": "U1"}, "event_id": "Ev1"},
        {"type": "event_callback", "event": {"type": "message", "user": {}}, "event_id": "Ev1"},
        {"command": "/policy"},
        {"type": "block_actions", **USER, "trigger_id": "t1", "actions": []},
        {"type": "block_actions", "trigger_id": "t1", "actions": [{}]},
        {"type": "view_submission", **USER, "view": {"id": "V1", "state": 7}},
        {"type": "view_submission", **USER, "view": {"id": "V1", "state": {"values": {"b": 1}}}},
        {"type": "shortcut", **USER},
        {"type": []},
    ],
)
def test_what_is_not_shaped_as_slack_shapes_it_is_refused(body: Json) -> None:
    """A payload without its parts, or with others in their place, is malformed and never a fault."""
    with pytest.raises(Malformed):
        read(body)


def test_a_page_that_was_opened_without_a_tab_is_the_home_page() -> None:
    """Where Slack names no tab, the page itself is shown; a tab that it names is kept."""
    opened = read(event(type="app_home_opened", channel="D1"))
    assert opened == Opened("Ev1", "U1", "T1", "home", "D1")
    named = read(event(type="app_home_opened", channel="D1", tab="messages"))
    assert named == Opened("Ev1", "U1", "T1", "messages", "D1")


@pytest.mark.parametrize(("channel", "read_as"), [("D1", Direct), ("C1", Nothing), ("G1", Nothing)])
def test_a_channel_of_unnamed_type_is_told_by_its_id(channel: str, read_as: type) -> None:
    """A message that does not say where it stands is a direct one only in a channel of direct messages."""
    body = message(thread_ts=None)
    body["event"] |= {"channel": channel, "channel_type": None}
    assert isinstance(read(body), read_as)


def test_a_press_without_a_container_is_of_its_channel() -> None:
    """The channel of a press is the container's, else the payload's own."""
    button = {"type": "button", "action_id": "press:0:ask.feedback", "value": "x|up"}
    body = {
        "type": "block_actions",
        **USER,
        "trigger_id": "1.2",
        "actions": [button],
        "channel": {"id": "D1"},
    }
    press = read(body)
    assert isinstance(press, Press)
    assert press.channel == "D1"
    named = read({**body, "container": {"channel_id": "C2"}})
    assert isinstance(named, Press)
    assert named.channel == "C2"


def test_a_submission_that_nobody_would_hear_of_is_refused() -> None:
    """A submission without a callback_id is malformed: it is never acknowledged and forgotten."""
    view = {name: value for name, value in VIEW.items() if name != "callback_id"}
    with pytest.raises(Malformed):
        read({"type": "view_submission", **USER, "view": view})
