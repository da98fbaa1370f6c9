"""Everything of the Web API but chat.*: who is there, conversations, views, the agent's container."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.slack_double import methods_chat as chat
from tests.slack_double import stacks
from tests.slack_double.model import APP, BOT, BOT_USER, TEAM, Account, Message, SlackError
from tests.slack_double.shapes import Json
from tests.slack_double.workspace import Workspace

Method = Callable[[Workspace, Json], Json]


def auth_test(workspace: Workspace, args: Json) -> Json:
    """auth.test."""
    names = {"url": "https://double.slack.com/", "team": "Double", "user": workspace.users[BOT_USER].name}
    return {**names, "team_id": TEAM, "user_id": BOT_USER, "bot_id": BOT, "is_enterprise_install": False}


def bots_info(workspace: Workspace, args: Json) -> Json:
    """bots.info."""
    bot = {
        "id": BOT,
        "deleted": False,
        "name": workspace.users[BOT_USER].name,
        "app_id": APP,
        "user_id": BOT_USER,
    }
    return {"bot": bot}


def team_info(workspace: Workspace, args: Json) -> Json:
    """team.info."""
    return {"team": {"id": TEAM, "name": "Double", "domain": "double"}}


def users_info(workspace: Workspace, args: Json) -> Json:
    """users.info."""
    return {"user": _shown(workspace, _account(workspace, args.get("user")))}


def users_list(workspace: Workspace, args: Json) -> Json:
    """users.list."""
    found, cursor = _page([_shown(workspace, user) for user in workspace.users.values()], args)
    return {
        "members": found,
        "cache_ts": int(workspace.clock.now()),
        "response_metadata": {"next_cursor": cursor},
    }


def _shown(workspace: Workspace, account: Account) -> Json:
    """A user as Slack shows it: the address only with a scope of its own."""
    shown = account.json()
    if "users:read.email" not in workspace.scopes:
        shown["profile"].pop("email", None)
    return shown


def _account(workspace: Workspace, user: Any) -> Account:
    if str(user or "") not in workspace.users:
        raise SlackError("user_not_found")
    return workspace.users[str(user)]


def _page(found: list[Any], args: Json) -> tuple[list[Any], str]:
    try:
        start, limit = int(args.get("cursor") or 0), int(args.get("limit") or 100)
    except ValueError:
        raise SlackError("invalid_cursor") from None
    end = start + max(1, min(limit, 1000))
    return found[start:end], str(end) if end < len(found) else ""


def open_dm(workspace: Workspace, args: Json) -> Json:
    """conversations.open with one user."""
    users = args.get("users") or ""
    names = users if isinstance(users, list) else [name for name in str(users).split(",") if name]
    if not names:
        channel = workspace.channels.get(str(args.get("channel") or ""))
        if channel is None or not channel.dm_with:
            raise SlackError("channel_not_found" if args.get("channel") else "users_list_not_supplied")
        return {"channel": {"id": channel.id}, "no_op": True, "already_open": True}
    if len(names) > 1:
        raise SlackError("missing_scope", needed="mpim:write", provided=",".join(sorted(workspace.scopes)))
    account = _account(workspace, names[0])
    if account.kind == "deleted":
        raise SlackError("user_disabled")
    if account.kind == "bot":
        raise SlackError("cannot_dm_bot")
    known = any(channel.dm_with == account.id for channel in workspace.channels.values())
    channel = workspace.dm(account.id)
    shown = channel.json() if str(args.get("return_im")).lower() in ("true", "1") else {"id": channel.id}
    return {"channel": shown, **({"no_op": True, "already_open": True} if known else {})}


def conversations_info(workspace: Workspace, args: Json) -> Json:
    """conversations.info."""
    channel = chat.reachable(workspace, args.get("channel"), write=False)
    shown = channel.json()
    if str(args.get("include_num_members")).lower() not in ("true", "1"):
        shown.pop("num_members", None)
    return {"channel": shown}


def conversations_members(workspace: Workspace, args: Json) -> Json:
    """conversations.members."""
    channel = chat.reachable(workspace, args.get("channel"), write=False)
    found, cursor = _page(sorted(channel.members), args)
    return {"members": found, "response_metadata": {"next_cursor": cursor}}


def conversations_list(workspace: Workspace, args: Json) -> Json:
    """conversations.list."""
    types = str(args.get("types") or "public_channel").split(",")
    found = [
        channel.json()
        for channel in workspace.channels.values()
        if kind_of(channel.private, channel.dm_with) in types and (channel.bot_in or not channel.private)
    ]
    page, cursor = _page(found, args)
    return {"channels": page, "response_metadata": {"next_cursor": cursor}}


def kind_of(private: bool, dm_with: str) -> str:
    """The type of a conversation, as conversations.list names it."""
    return "im" if dm_with else "private_channel" if private else "public_channel"


def history(workspace: Workspace, args: Json) -> Json:
    """conversations.history: newest first, no replies within threads."""
    channel = _readable(workspace, args)
    oldest, latest = str(args.get("oldest") or "0"), str(args.get("latest") or "9999999999.999999")
    closed = str(args.get("inclusive")).lower() in ("true", "1")
    return _messages(workspace, workspace.posts.history(channel, oldest, latest, closed)[::-1], args)


def replies(workspace: Workspace, args: Json) -> Json:
    """conversations.replies: the whole thread, oldest first."""
    channel, ts = _readable(workspace, args), str(args.get("ts") or "")
    first = workspace.find_message(channel, ts)
    found = [*([first] if first else []), *workspace.posts.replies(channel, ts)]
    if not found:
        raise SlackError("thread_not_found")
    return _messages(workspace, found, args)


def _readable(workspace: Workspace, args: Json) -> str:
    channel = chat.reachable(workspace, args.get("channel"), write=False)
    if not channel.bot_in:
        raise SlackError("not_in_channel")
    return channel.id


def _messages(workspace: Workspace, found: list[Message], args: Json) -> Json:
    page, cursor = _page(found, args)
    metadata = str(args.get("include_all_metadata")).lower() in ("true", "1")
    shown = [m.json(metadata) | _thread(workspace, m) for m in page]
    return {"messages": shown, "has_more": bool(cursor), "response_metadata": {"next_cursor": cursor}}


def _thread(workspace: Workspace, message: Message) -> Json:
    """What is shown of the thread under a message."""
    found = workspace.posts.replies(message.channel, message.ts)
    if not found:
        return {}
    return {"thread_ts": message.ts, "reply_count": len(found), "latest_reply": found[-1].ts}


def views_open(workspace: Workspace, args: Json) -> Json:
    """views.open."""
    view = stacks.check_view(args.get("view"), "modal")
    return {"view": stacks.open_modal(workspace, _pointer(args), view).json()}


def views_push(workspace: Workspace, args: Json) -> Json:
    """views.push."""
    view = stacks.check_view(args.get("view"), "modal")
    return {"view": stacks.push_modal(workspace, _pointer(args), view).json()}


def views_update(workspace: Workspace, args: Json) -> Json:
    """views.update."""
    found = stacks.find_view(workspace, str(args.get("view_id") or ""), str(args.get("external_id") or ""))
    view = stacks.check_view(args.get("view"), found.type)
    return {"view": stacks.update_view(workspace, found, view, str(args.get("hash") or "")).json()}


def views_publish(workspace: Workspace, args: Json) -> Json:
    """views.publish."""
    user = str(args.get("user_id") or "")
    if user not in workspace.users:
        raise SlackError("invalid_arguments", response_metadata={"messages": ["invalid `user_id`"]})
    view = stacks.check_view(args.get("view"), "home")
    return {"view": stacks.publish_home(workspace, user, view, str(args.get("hash") or "")).json()}


def _pointer(args: Json) -> str:
    return str(args.get("trigger_id") or args.get("interactivity_pointer") or "")


def agent_container(workspace: Workspace, args: Json) -> Json:
    """assistant.threads.setStatus, .setSuggestedPrompts and .setTitle: kept, by thread, for tests to read."""
    channel = chat.reachable(workspace, args.get("channel_id"))
    kept = workspace.prompts.setdefault(f"{channel.id}:{args.get('thread_ts') or ''}", {})
    kept |= {key: args[key] for key in ("status", "prompts", "title") if key in args}
    return {}


METHODS: dict[str, Method] = {
    "auth.test": auth_test,
    "bots.info": bots_info,
    "team.info": team_info,
    "users.info": users_info,
    "users.list": users_list,
    "conversations.open": open_dm,
    "conversations.info": conversations_info,
    "conversations.members": conversations_members,
    "conversations.list": conversations_list,
    "conversations.history": history,
    "conversations.replies": replies,
    "views.open": views_open,
    "views.push": views_push,
    "views.update": views_update,
    "views.publish": views_publish,
    "assistant.threads.setStatus": agent_container,
    "assistant.threads.setSuggestedPrompts": agent_container,
    "assistant.threads.setTitle": agent_container,
    "chat.postMessage": chat.post_message,
    "chat.postEphemeral": chat.post_ephemeral,
    "chat.update": chat.update,
    "chat.delete": chat.delete,
    "chat.getPermalink": chat.permalink,
}
