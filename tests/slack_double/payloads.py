"""The requests that Slack makes, as docs.slack.dev/reference shows them."""

from __future__ import annotations

from typing import Any

from tests.slack_double.acts import Outgoing
from tests.slack_double.markup import read
from tests.slack_double.model import APP, BOT_USER, OTHER_TEAM, TEAM, Account, Channel, Message, View
from tests.slack_double.shapes import Json
from tests.slack_double.workspace import Workspace

TOKEN = "double-verification-token"


def event(workspace: Workspace, inner: Json) -> Outgoing:
    """An event_callback, with an event_id of its own."""
    channel = workspace.channels.get(str(inner.get("channel")))
    authorization = {"enterprise_id": None, "team_id": TEAM, "user_id": BOT_USER, "is_bot": True}
    user = inner.get("user")
    stranger = isinstance(user, str) and user in workspace.users and workspace.users[user].kind == "stranger"
    payload = {
        "token": TOKEN,
        "team_id": TEAM,
        "context_team_id": TEAM,
        "context_enterprise_id": None,
        "api_app_id": APP,
        "event": inner,
        "type": "event_callback",
        "event_id": workspace.new_id("Ev"),
        "event_time": int(workspace.clock.now()),
        "authorizations": [authorization | {"is_enterprise_install": False}],
        "is_ext_shared_channel": bool(channel and channel.ext_shared),
        "event_context": workspace.new_id("4-"),
    }
    return Outgoing("events_api", payload | ({"user_team": OTHER_TEAM} if stranger else {}))


def message_event(message: Message, channel: Channel, account: Account) -> Json:
    """message.im, message.channels or message.groups."""
    kind = "im" if channel.dm_with else "group" if channel.private else "channel"
    return spoken(message, account) | {"type": "message", "channel_type": kind}


def mention_event(message: Message, account: Account) -> Json:
    """app_mention."""
    return spoken(message, account) | {"type": "app_mention"}


def spoken(message: Message, account: Account) -> Json:
    """What both have in common; of a stranger, the team they come from."""
    rich = {"type": "rich_text_section", "elements": [{"type": "text", "text": read(message.text)}]}
    found: Json = {"user": account.id, "text": message.text, "ts": message.ts, "team": account.team}
    found |= {"channel": message.channel, "event_ts": message.ts, "client_msg_id": f"client-{message.ts}"}
    found["blocks"] = [{"type": "rich_text", "block_id": "b", "elements": [rich]}]
    if account.team != TEAM:
        found |= {"user_team": account.team, "source_team": account.team}
    return found | ({"thread_ts": message.thread_ts} if message.thread_ts else {})


def home_event(workspace: Workspace, user: str, tab: str, context: Json | None = None) -> Json:
    """app_home_opened; `tab` messages is how the agent's container opens."""
    found: Json = {"type": "app_home_opened", "user": user, "channel": workspace.dm(user).id, "tab": tab}
    found["event_ts"] = workspace.new_ts()
    if tab == "home" and user in workspace.homes:
        found["view"] = workspace.homes[user].json()
    return found | ({"context": context} if context else {})


def command(
    workspace: Workspace, url: str, account: Account, channel: Channel, name: str, text: str
) -> Outgoing:
    """A slash command, with a trigger and a response_url."""
    kind = "directmessage" if channel.dm_with else "privategroup" if channel.private else channel.name
    answer = workspace.response_url(account.id, channel.id)
    payload = {
        "token": TOKEN,
        "team_id": account.team,
        "team_domain": "double",
        "channel_id": channel.id,
        "channel_name": kind,
        "user_id": account.id,
        "user_name": account.name,
        "command": name,
        "text": text,
        "api_app_id": APP,
        "is_enterprise_install": "false",
        "response_url": f"{url}/response/{answer.id}",
        "trigger_id": workspace.trigger(account.id),
    }
    return Outgoing("slash_commands", payload)


def _interaction(workspace: Workspace, account: Account, kind: str) -> Json:
    return {
        "type": kind,
        "token": TOKEN,
        "api_app_id": APP,
        "team": {"id": account.team, "domain": "double"},
        "user": {"id": account.id, "username": account.name, "name": account.name, "team_id": account.team},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def global_shortcut(workspace: Workspace, account: Account, callback_id: str) -> Outgoing:
    """A shortcut from the search box or the composer."""
    found = _interaction(workspace, account, "shortcut")
    found |= {"callback_id": callback_id, "action_ts": workspace.new_ts()}
    found["trigger_id"] = workspace.trigger(account.id)
    return Outgoing("interactive", found)


def message_shortcut(
    workspace: Workspace, url: str, account: Account, callback_id: str, message: Message
) -> Outgoing:
    """A shortcut from a message's menu: the whole message comes with it."""
    channel = workspace.channels[message.channel]
    found = _interaction(workspace, account, "message_action")
    found |= {"callback_id": callback_id, "action_ts": workspace.new_ts()}
    found |= {
        "trigger_id": workspace.trigger(account.id),
        "message_ts": message.ts,
        "message": message.json(),
    }
    found["channel"] = _channel(channel)
    found["response_url"] = f"{url}/response/{workspace.response_url(account.id, channel.id).id}"
    return Outgoing("interactive", found)


def _channel(channel: Channel) -> Json:
    kind = "directmessage" if channel.dm_with else "privategroup" if channel.private else channel.name
    return {"id": channel.id, "name": kind}


def block_action(
    workspace: Workspace, url: str, account: Account, where: Message | View, action: Json, state: Json
) -> Outgoing:
    """A press or a choice, in a message or a view."""
    found = _interaction(workspace, account, "block_actions")
    found["actions"] = [action | {"action_ts": workspace.new_ts()}]
    found["state"] = {"values": state}
    if isinstance(where, View):
        found["container"] = {"type": "view", "view_id": where.id}
        found["view"] = where.json()
        found["trigger_id"] = workspace.trigger(account.id, where.id)
        return Outgoing("interactive", found)
    found["trigger_id"] = workspace.trigger(account.id)
    container: Json = {"type": "message", "message_ts": where.ts, "channel_id": where.channel}
    found["container"] = container | {"is_ephemeral": bool(where.to)}
    found["channel"] = _channel(workspace.channels[where.channel])
    # Of an ephemeral message Slack keeps nothing to send along.
    if not where.to:
        found["message"] = where.json()
    answer = workspace.response_url(account.id, where.channel, where.ts)
    found["response_url"] = f"{url}/response/{answer.id}"
    return Outgoing("interactive", found)


def submission(workspace: Workspace, account: Account, view: View) -> Outgoing:
    """view_submission, with all that stands in the fields."""
    found = _interaction(workspace, account, "view_submission")
    found |= {"view": view.json(), "trigger_id": workspace.trigger(account.id, view.id), "response_urls": []}
    return Outgoing("interactive", found)


def closed(workspace: Workspace, account: Account, view: View, cleared: bool) -> Outgoing:
    """view_closed."""
    found: dict[str, Any] = _interaction(workspace, account, "view_closed")
    return Outgoing("interactive", found | {"view": view.json(), "is_cleared": cleared})
