"""What Slack sends, read once into types, and typed words without Slack's own marks."""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.channels.slack.fields import is_field
from bot.channels.slack.ids import pressed
from bot.channels.slack.views import ASK
from bot.domain.turns import Pressed, Said

# A person, a channel, a group or an address; any other "<" was typed.
_MARK = re.compile(r"<((?:[@#!]|https?:|mailto:|tel:)[^<>]*)>")


def plain_text(text: str) -> str:
    """The words of a message or command. A mention of a person or of the app itself leaves nothing behind."""
    return html.unescape(_MARK.sub(lambda found: _shown(found[1]), text)).strip()


def _shown(mark: str) -> str:
    target, _, label = mark.partition("|")
    if target.startswith("@"):
        # Who is meant is nobody's business here; their name in a question would only be stored.
        return ""
    if target.startswith("#"):
        return f"#{label}" if label else ""
    if target.startswith("!"):
        return label
    return label or target.removeprefix("mailto:").removeprefix("tel:")


Payload = dict[str, Any]


class Malformed(Exception):
    """It is not shaped as Slack shapes what it sends."""


@dataclass(frozen=True)
class SlackEvent:
    """Something that somebody did: the event's id, the user, and the workspace that they act from."""

    event_id: str
    user: str
    team: str


@dataclass(frozen=True)
class Slash(SlackEvent):
    """A slash command. `response_url` answers where it was typed, for the sender's eyes alone."""

    command: str
    text: str
    trigger: str
    response_url: str


@dataclass(frozen=True)
class Direct(SlackEvent):
    """A direct message to the app, or one that was `edited`. `thread` may be ""; files are only noticed."""

    text: str
    channel: str
    thread: str
    files: bool
    edited: bool = False


@dataclass(frozen=True)
class Mention(SlackEvent):
    """A message in a channel that names the app, or one that was `edited` and names it now."""

    text: str
    channel: str
    thread: str
    edited: bool = False


@dataclass(frozen=True)
class Opened(SlackEvent):
    """The app's page was opened, at its tab "home" or "messages"."""

    tab: str
    channel: str


@dataclass(frozen=True)
class Shortcut(SlackEvent):
    """A shortcut; one on a message names the message's channel and time, never what it says."""

    name: str
    trigger: str
    channel: str = ""
    ts: str = ""
    domain: str = ""


@dataclass(frozen=True)
class Press(SlackEvent):
    """A button, a menu or the search box of the home page: on a message, in a modal, or at home.

    `view` is the modal or home page that it stood on, with all that was typed there.
    """

    content: Pressed | Said
    trigger: str
    response_url: str = ""
    channel: str = ""
    thread: str = ""
    ephemeral: bool = False
    view: Payload | None = field(default=None, repr=False)

    @property
    def in_modal(self) -> bool:
        """Whether it stood in a modal."""
        return self.view is not None and self.view.get("type") == "modal"


@dataclass(frozen=True)
class Submission(SlackEvent):
    """A modal that was submitted, with all that stood in it."""

    view: Payload = field(repr=False)


@dataclass(frozen=True)
class Filling(SlackEvent):
    """A field of a modal has changed, with all that stands in its form now."""

    view: Payload = field(repr=False)


@dataclass(frozen=True)
class Changed(SlackEvent):
    """Something happened to a channel that may change who reads it, or whether it is there."""

    channel: str


@dataclass(frozen=True)
class Departed(SlackEvent):
    """A user's account was deactivated."""


@dataclass(frozen=True)
class Closed(SlackEvent):
    """A modal that was closed with the cross, with what Slack tells of what stood in it."""

    view: Payload = field(repr=False)


@dataclass(frozen=True)
class Nothing(SlackEvent):
    """Something that is none of our business, such as a message that was deleted."""


@dataclass(frozen=True)
class Unknown(Nothing):
    """Something of a kind that is read nowhere here."""

    kind: str


def read(body: Mapping[str, Any]) -> SlackEvent:
    """The act in a request's body. Raises Malformed."""
    kind = _text(body, "type")
    if kind == "event_callback":
        return _event(body)
    if kind in _INTERACTIONS:
        return _INTERACTIONS[kind](body)
    return _slash(body) if "command" in body else Unknown("", "", "", kind)


#: What tells that the FLT's channel may be private no longer; none needs a scope of its own.
OF_CHANNELS = frozenset(
    (
        "channel_shared",
        "channel_unshared",
        "group_archive",
        "group_deleted",
        "group_left",
        "group_unarchive",
        "member_joined_channel",
        "member_left_channel",
    )
)
#: What tells of a user, and so of an account that was deactivated.
OF_USERS = "user_change"
_KNOWN = frozenset(("app_home_opened", "app_mention", "message"))


def _event(body: Mapping[str, Any]) -> SlackEvent:
    event = _as_it_reads(_mapping(body, "event"))
    kind, event_id = _needed(event, "type"), _needed(body, "event_id")
    if kind in OF_CHANNELS:
        # Of no one person: who joined or archived it is read from the channel itself.
        return Changed(event_id, "", "", _text(event, "channel"))
    if kind == OF_USERS:
        changed = _mapping(event, "user")
        known = Departed if changed.get("deleted") is True else Nothing
        return known(event_id, _needed(changed, "id"), _text(changed, "team_id"))
    if kind not in _KNOWN:
        # Whatever its shape: Slack has more kinds than we, and sends again what is refused.
        return Unknown(event_id, "", "", kind)
    user = _text(event, "user")
    # What comes from another organisation says so itself.
    team = _text(event, "user_team") or _text(event, "team") or _text(body, "team_id")
    if not user or _text(event, "bot_id"):
        return Nothing(event_id, user, team)
    if kind == "message":
        return _message(event, event_id, user, team)
    if kind == "app_mention":
        text, thread = plain_text(_text(event, "text")), _text(event, "thread_ts") or _needed(event, "ts")
        again = bool(event.get("edited"))
        return Mention(event_id, user, team, text, _needed(event, "channel"), thread, again)
    if kind == "app_home_opened":
        # Without a tab it is the page itself that was opened.
        return Opened(event_id, user, team, _text(event, "tab") or "home", _text(event, "channel"))
    return Nothing(event_id, user, team)


def _as_it_reads(event: Payload) -> Payload:
    """The event; of a message whose words were changed that message as it reads now, else of nobody."""
    if event.get("type") != "message" or event.get("subtype") != "message_changed":
        return event
    new, old = event.get("message"), event.get("previous_message")
    if not isinstance(new, dict) or not isinstance(old, dict) or new.get("text") == old.get("text"):
        return {"type": "message"}
    where = {name: event.get(name) for name in ("channel", "channel_type")}
    return {**new, **where, "type": "message", "edited": True}


def _message(event: Mapping[str, Any], event_id: str, user: str, team: str) -> SlackEvent:
    # Deletions, joinings and what bots write are no questions.
    spoken = _text(event, "subtype") in ("", "file_share", "thread_broadcast")
    if not _is_direct(event) or not spoken:
        return Nothing(event_id, user, team)
    files = _text(event, "subtype") == "file_share" or bool(event.get("files"))
    text = plain_text(_text(event, "text"))
    place, thread = _needed(event, "channel"), _text(event, "thread_ts")
    return Direct(event_id, user, team, text, place, thread, files, bool(event.get("edited")))


def _is_direct(event: Mapping[str, Any]) -> bool:
    # Where it is not said, the channel's id tells: those of direct messages begin so.
    kind = _text(event, "channel_type")
    return kind == "im" if kind else _text(event, "channel").startswith("D")


def _slash(body: Mapping[str, Any]) -> SlackEvent:
    trigger = _needed(body, "trigger_id")
    return Slash(
        trigger,
        _needed(body, "user_id"),
        _text(body, "team_id"),
        _needed(body, "command").casefold(),
        plain_text(_text(body, "text")),
        trigger,
        _text(body, "response_url"),
    )


def _who(body: Mapping[str, Any]) -> tuple[str, str]:
    user = _mapping(body, "user")
    team = _mapping(body, "team") if body.get("team") else {}
    return _needed(user, "id"), _text(user, "team_id") or _text(team, "id")


def _shortcut(body: Mapping[str, Any]) -> SlackEvent:
    user, team = _who(body)
    trigger, name = _needed(body, "trigger_id"), _needed(body, "callback_id")
    if body["type"] == "shortcut":
        return Shortcut(trigger, user, team, name, trigger)
    channel, message = _mapping(body, "channel"), _mapping(body, "message")
    domain = _text(_mapping(body, "team"), "domain") if body.get("team") else ""
    where = _needed(channel, "id"), _text(message, "ts") or _needed(body, "message_ts")
    return Shortcut(trigger, user, team, name, trigger, *where, domain)


def _press(body: Mapping[str, Any]) -> SlackEvent:
    user, team = _who(body)
    trigger, elements = _needed(body, "trigger_id"), body.get("actions")
    if not isinstance(elements, list) or not elements or not isinstance(elements[0], dict):
        raise Malformed("actions")
    _needed(elements[0], "action_id")
    content = _content(elements[0])
    if content is None and is_field(elements[0]["action_id"]):
        return Filling(trigger, user, team, _checked(_mapping(body, "view")))
    if content is None:
        return Nothing(trigger, user, team)
    view = _mapping(body, "view") if body.get("view") else None
    container, message = _optional(body, "container"), _optional(body, "message")
    return Press(
        trigger,
        user,
        team,
        content,
        trigger,
        response_url=_text(body, "response_url"),
        channel=_text(container, "channel_id") or _text(_optional(body, "channel"), "id"),
        thread=_text(message, "thread_ts") or _text(container, "thread_ts"),
        ephemeral=container.get("is_ephemeral") is True,
        view=_checked(view) if view is not None else None,
    )


def _content(element: Mapping[str, Any]) -> Pressed | Said | None:
    if element["action_id"] == ASK:
        return Said(_text(element, "value"))
    return pressed(element)


def _submission(body: Mapping[str, Any]) -> SlackEvent:
    user, team = _who(body)
    view = _checked(_mapping(body, "view"))
    # Without it no listener would hear of the words, and Slack would be told that all is well.
    _needed(view, "callback_id")
    # The same words sent twice are one submission; other words in the same modal are another one.
    values = json.dumps(view["state"], sort_keys=True, ensure_ascii=False)
    typed = hashlib.sha256(f"{_text(view, 'private_metadata')}\n{values}".encode()).hexdigest()[:16]
    return Submission(f"{view['id']}:{_text(view, 'hash')}:{typed}", user, team, view)


def _closed(body: Mapping[str, Any]) -> SlackEvent:
    user, team = _who(body)
    view = _checked(_mapping(body, "view"))
    return Closed(f"{view['id']}:closed", user, team, view)


def _checked(view: Payload) -> Payload:
    """A view in which every typed value stands where Slack puts it."""
    _needed(view, "id")
    state = view.get("state") or {}
    values = state.get("values") or {} if isinstance(state, dict) else None
    blocks = view.get("blocks") or []
    if not isinstance(values, dict) or not isinstance(blocks, list):
        raise Malformed("view")
    for elements in values.values():
        if not isinstance(elements, dict) or not all(isinstance(one, dict) for one in elements.values()):
            raise Malformed("view.state")
    if not all(isinstance(block, dict) for block in blocks):
        raise Malformed("view.blocks")
    return {**view, "state": {"values": values}, "blocks": blocks}


def _mapping(body: Mapping[str, Any], name: str) -> Payload:
    found = body.get(name)
    if not isinstance(found, dict):
        raise Malformed(name)
    return found


def _optional(body: Mapping[str, Any], name: str) -> Payload:
    return _mapping(body, name) if body.get(name) else {}


def _text(body: Mapping[str, Any], name: str) -> str:
    found = body.get(name)
    if found is None:
        return ""
    if not isinstance(found, str):
        raise Malformed(name)
    return found


def _needed(body: Mapping[str, Any], name: str) -> str:
    found = _text(body, name)
    if not found:
        raise Malformed(name)
    return found


_INTERACTIONS = {
    "shortcut": _shortcut,
    "message_action": _shortcut,
    "block_actions": _press,
    "view_submission": _submission,
    "view_closed": _closed,
}
