"""chat.* and what is posted to a response_url."""

from __future__ import annotations

from typing import Any

from tests.slack_double.limits import TEXT_CUT, faults_of_message
from tests.slack_double.model import BOT_USER, Channel, Message, SlackError
from tests.slack_double.shapes import Json
from tests.slack_double.workspace import RESPONSE_URL_S, RESPONSE_URL_USES, Workspace, with_ids

# Faults that the Web API lets pass when a message is posted: it cuts long texts, and takes blocks alone.
_LENIENT = ("advice", "msg_too_long")


def reachable(workspace: Workspace, wanted: Any, write: bool = True) -> Channel:
    """The conversation as the bot may use it: it sees no private one that it is not in."""
    channel = workspace.channels.get(str(wanted or ""))
    if channel is None and write and str(wanted) in workspace.users:
        channel = _dm_by_user(workspace, str(wanted))
    if channel is None or (channel.private and not channel.bot_in):
        raise SlackError("channel_not_found")
    if write and channel.archived:
        raise SlackError("is_archived")
    if write and not channel.bot_in:
        raise SlackError("not_in_channel")
    return channel


def _dm_by_user(workspace: Workspace, user: str) -> Channel | None:
    kind = workspace.users[user].kind
    return None if kind in ("bot", "deleted") else workspace.dm(user)


def check_message(args: Json, lenient: tuple[str, ...] = _LENIENT) -> None:
    """Refuse what Slack refuses, with all reasons."""
    faults = [fault for fault in faults_of_message(args) if not fault.startswith(lenient)]
    if faults:
        code = faults[0].partition(":")[0]
        messages = [f"[ERROR] {fault}" for fault in faults]
        raise SlackError(code, errors=messages, response_metadata={"messages": messages})


def post_message(workspace: Workspace, args: Json) -> Json:
    """chat.postMessage."""
    channel = reachable(workspace, args.get("channel"))
    check_message(args)
    thread = str(args.get("thread_ts") or "")
    workspace.rates.message(channel.id, workspace.clock.now())
    text = str(args.get("text") or "")
    message = Message(workspace.new_ts(), channel.id, BOT_USER, text[:TEXT_CUT], bot=True, thread_ts=thread)
    message.blocks, message.metadata = args.get("blocks") or [], args.get("metadata")
    if args.get("attachments"):
        message.more["attachments"] = args["attachments"]
    workspace.post(message)
    reply: Json = {"channel": channel.id, "ts": message.ts, "message": message.json()}
    if len(text) > TEXT_CUT:
        reply |= {"warning": "message_truncated", "response_metadata": {"warnings": ["message_truncated"]}}
    return reply


def post_ephemeral(workspace: Workspace, args: Json) -> Json:
    """chat.postEphemeral: to one member of the channel."""
    channel = reachable(workspace, args.get("channel"))
    user = str(args.get("user") or "")
    if user not in workspace.users:
        raise SlackError("user_not_found")
    if user not in channel.members:
        raise SlackError("user_not_in_channel")
    check_message(args)
    return {"message_ts": show_ephemeral(workspace, channel.id, user, args).ts}


def show_ephemeral(workspace: Workspace, channel: str, user: str, args: Json) -> Message:
    """Show a message to one person alone."""
    message = Message(workspace.new_ts(), channel, BOT_USER, str(args.get("text") or ""), bot=True, to=user)
    message.blocks, message.thread_ts = args.get("blocks") or [], str(args.get("thread_ts") or "")
    return workspace.post(message)


def update(workspace: Workspace, args: Json) -> Json:
    """chat.update: the bot's own messages only; text alone takes the blocks away."""
    message = _own(workspace, args, "cant_update_message")
    if not any(key in args for key in ("text", "blocks", "attachments")):
        raise SlackError("no_text")
    kept = {**args, "text": args.get("text") or message.text, "metadata": args.get("metadata") or None}
    check_message(kept, lenient=("advice",))
    edit(workspace, message, args)
    return {"channel": message.channel, "ts": message.ts, "text": message.text, "message": message.json()}


def edit(workspace: Workspace, message: Message, args: Json) -> None:
    """Put other content in the place of the old."""
    if "text" in args:
        message.text = str(args["text"] or "")
    if "text" in args or "blocks" in args:
        message.blocks = with_ids(args.get("blocks"))
    if args.get("metadata") is not None:
        message.metadata = args["metadata"] or None
    message.edited = workspace.new_ts()
    workspace.show_message(message)


def delete(workspace: Workspace, args: Json) -> Json:
    """chat.delete."""
    message = _own(workspace, args, "cant_delete_message")
    workspace.posts.remove(message)
    return {"channel": message.channel, "ts": message.ts}


def _own(workspace: Workspace, args: Json, refusal: str) -> Message:
    channel = reachable(workspace, args.get("channel"), write=False)
    if channel.archived:
        raise SlackError("is_inactive")
    message = workspace.find_message(channel.id, str(args.get("ts") or ""))
    if message is None:
        raise SlackError("message_not_found")
    if not message.bot:
        raise SlackError(refusal)
    return message


def permalink(workspace: Workspace, args: Json) -> Json:
    """chat.getPermalink."""
    channel = reachable(workspace, args.get("channel"), write=False)
    message = workspace.find_message(channel.id, str(args.get("message_ts") or ""))
    if message is None:
        raise SlackError("message_not_found")
    return {"channel": channel.id, "permalink": permalink_of(message)}


def permalink_of(message: Message) -> str:
    """The link to a message, as Slack's client copies it."""
    thread = f"?thread_ts={message.thread_ts}&cid={message.channel}" if message.thread_ts else ""
    link = f"https://double.slack.com/archives/{message.channel}/p{message.ts.replace('.', '')}"
    return link + thread


def respond(workspace: Workspace, url_id: str, args: Json) -> Json:
    """An answer to a response_url; codes as Slack's hooks give them."""
    url = workspace.response_urls.get(url_id)
    if url is None:
        raise SlackError("invalid_url")
    if workspace.clock.now() - url.at > RESPONSE_URL_S:
        raise SlackError("expired_url")
    if url.uses >= RESPONSE_URL_USES:
        raise SlackError("used_url")
    url.uses += 1
    answer(workspace, url.user, url.channel, args, url.message_ts)
    return {}


def answer(workspace: Workspace, user: str, channel: str, args: Json, about: str = "") -> None:
    """What an app says where something was done: beside it, in its place, or to take it away."""
    first = workspace.posts.at(channel, about)
    if args.get("delete_original") and first:
        workspace.posts.remove(first)
        return
    check_message(args)
    if args.get("replace_original") and first:
        edit(workspace, first, args)
    elif args.get("response_type") == "in_channel":
        message = Message(workspace.new_ts(), channel, BOT_USER, str(args.get("text") or ""), bot=True)
        message.blocks, message.thread_ts = args.get("blocks") or [], str(args.get("thread_ts") or "")
        workspace.post(message)
    else:
        show_ephemeral(workspace, channel, user, args)
