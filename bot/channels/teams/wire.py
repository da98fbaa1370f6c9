"""The Bot Connector's JSON, both ways, for whichever SDK carries it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from bot.channels.teams.activities import ADAPTIVE_CARD, Activity, Member, Payload, Post, Reference
from bot.channels.teams.config import CHANNEL
from bot.delivery.sender import PassingFault, UnclearFault

PAGE = 200
# 20,000 people: more is a connector that turns in a circle.
_MOST_PAGES = 100

_TYPES = {"edit": "messageUpdate", "install": "installationUpdate", "members": "conversationUpdate"}


# https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages
_URGENT: dict[str, Any] = {"importance": "high", "channelData": {"notification": {"alert": True}}}


def envelope(activity: Activity) -> dict[str, Any]:
    """What an SDK must know of an activity that came: from where, from whom, of what kind.

    The rest is read by us alone: a date or an attachment that an SDK cannot read loses no message.
    """
    of = activity.reference
    return {
        "type": _TYPES.get(activity.kind, activity.kind),
        "id": activity.id or None,
        "name": activity.name or None,
        "text": activity.text,
        "channelId": CHANNEL,
        "serviceUrl": of.service_url,
        "from": {"id": activity.sender.id or None, "name": activity.sender.name},
        "recipient": {"id": of.bot or None},
        "conversation": {"id": of.conversation, "tenantId": of.tenant or None},
    }


def body(to: Reference, post: Post) -> dict[str, Any]:
    """`post` as an activity that goes out. Both SDKs send exactly this."""
    found: dict[str, Any] = {
        "type": post.kind,
        "from": {"id": to.bot} if to.bot else {},
        "conversation": {"id": to.conversation},
        "text": post.text,
        "textFormat": ("markdown" if post.markdown else "plain") if post.text else "",
        "summary": post.summary,
        **(_URGENT if post.urgent else {}),
        "replyToId": post.reply_to,
    }
    if post.card is not None:
        found["attachments"] = [{"contentType": ADAPTIVE_CARD, "content": dict(post.card)}]
    return {key: value for key, value in found.items() if value not in ("", [], {})}


def rewritten(to: Reference, post: Post, message_id: str) -> dict[str, Any]:
    """The same in the place of a message that stands: it keeps its mark, and sounds nothing."""
    found = {name: value for name, value in body(to, post).items() if name != "channelData"}
    return {**found, "id": message_id}


def personal_chat(user: str, near: Reference) -> dict[str, Any]:
    """The request for the personal chat with `user`."""
    return {
        "bot": {"id": near.bot},
        "isGroup": False,
        "members": [{"id": user}],
        "tenantId": near.tenant,
        "channelData": {"tenant": {"id": near.tenant}},
    }


def personal_reference(near: Reference, conversation: str | None, service_url: str | None) -> Reference:
    """The chat that was made. Its service URL is `near`'s, unless Teams names another."""
    if not conversation:
        raise UnclearFault("Teams named no chat")
    return Reference(service_url or near.service_url, conversation, "personal", near.tenant, near.bot)


def member(raw: Payload) -> Member:
    """One member as the connector tells it; it has had two names for some of these."""

    def text(*names: str) -> str:
        found = (raw.get(name) for name in names)
        return next((value for value in found if isinstance(value, str) and value), "")

    if not text("id"):
        raise UnclearFault("a member without an id")
    return Member(
        id=text("id"),
        aad=text("aadObjectId", "objectId"),
        name=text("name"),
        tenant=text("tenantId"),
        role=text("userRole", "role"),
        principal=text("userPrincipalName"),
    )


async def all_pages(page: Callable[[str | None], Awaitable[Payload]]) -> tuple[Member, ...]:
    """Every page of a roster. Raises a fault rather than give back a part of it."""
    found: list[Member] = []
    token: str | None = None
    for _ in range(_MOST_PAGES):
        told = await page(token)
        listed, token = told.get("members"), told.get("continuationToken") or None
        if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
            raise UnclearFault("a roster without members")
        found += [member(one) for one in listed]
        if token is None:
            return tuple(found)
    raise PassingFault("a roster without an end")
