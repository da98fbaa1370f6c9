"""An activity's JSON, read once into an `Activity`. Pure: bytes in, a value or Unreadable out."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from bot.channels.teams.activities import Account, Activity, Kind, Payload, Reference, Scope, Unreadable

_KINDS: Mapping[str, Kind] = {
    "message": "message",
    "messageUpdate": "edit",
    "invoke": "invoke",
    "installationUpdate": "install",
    "conversationUpdate": "members",
}
_SCOPES: Mapping[str, Scope] = {"personal": "personal", "groupChat": "groupChat", "channel": "channel"}
_SURROGATE = re.compile("[\ud800-\udfff]")
_MENTION = re.compile(r"<at(?:\s[^<>]*)?>([^<>]*)</at>")
# A picture pasted into the text; Teams' own emoji are pictures too, and no concern.
_PICTURE = re.compile(r"<img(?![^>]*schema\.skype\.com/Emoji)", re.IGNORECASE)
_NO_FILES = ("application/vnd.microsoft.card.", "messageReference", "forwardedMessageReference")
_LONGEST_ID = 2000


def read(body: bytes) -> Activity:
    """The activity in a request's body. Raises Unreadable."""
    raw = _object(body)
    kind = _KINDS.get(_text(raw, "type"), "other")
    sender, name = _account(_mapping(raw, "from")), _text(raw, "id")
    if kind == "invoke" and not name:
        # Some presses come without one: what is the same byte for byte is the same press.
        name = f"unnamed-{hashlib.sha256(body).hexdigest()[:32]}"
    if kind == "edit":
        # Each change of a message bears the message's own id, and its own time.
        name = f"{name}|{_text(raw, 'timestamp')}"
        kind = kind if sender.id and _text(_data(raw), "eventType") == "editMessage" else "other"
    if not _text(raw, "type") or (kind in ("message", "invoke") and not (name and sender.id)):
        raise Unreadable("no type, id or sender")
    text, mentioned = _words(raw)
    return Activity(
        id=name,
        kind=kind,
        name=_name(raw, kind),
        reference=_reference(raw),
        sender=sender,
        text=text,
        value=_loose(raw.get("value")),
        reply_to=_text(raw, "replyToId"),
        mentioned=mentioned,
        has_files=_has_files(raw),
        added=_accounts(raw, "membersAdded"),
        removed=_accounts(raw, "membersRemoved"),
        locale=_text(raw, "locale"),
        raw=raw,
    )


def channel_of(raw: Payload) -> str:
    """The channel that an activity says it came through."""
    return _text(raw, "channelId")


def tenants_of(raw: Payload) -> frozenset[str]:
    """Every tenant that an activity names: its conversation's, and Teams' own note of it."""
    named = (_mapping(raw, "conversation").get("tenantId"), _loose(_data(raw).get("tenant")).get("id"))
    return frozenset(tenant for tenant in named if isinstance(tenant, str) and tenant)


def _object(body: bytes) -> dict[str, Any]:
    try:
        raw = json.loads(body.decode("utf-8-sig"), parse_constant=_no_constant)
        # An emoji that was cut in two cannot be stored: the half is replaced, the words are kept.
        raw = _mended(raw) if b"\\ud" in body.lower() else raw
    except (ValueError, RecursionError):
        raise Unreadable("not JSON") from None
    if not isinstance(raw, dict):
        raise Unreadable("not an object")
    return raw


def _no_constant(_name: str) -> NoReturn:
    raise Unreadable("not a number")


def _mended(value: Any) -> Any:
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_mended(item) for item in value]
    if isinstance(value, dict):
        return {_mended(key): _mended(item) for key, item in value.items()}
    return value


def _reference(raw: Payload) -> Reference:
    conversation = _mapping(raw, "conversation")
    found = Reference(
        service_url=_text(raw, "serviceUrl"),
        conversation=_text(conversation, "id"),
        scope=_scope(conversation),
        tenant=min(tenants_of(raw), default=""),
        bot=_text(_mapping(raw, "recipient"), "id"),
        team=_text(_loose(_data(raw).get("team")), "id"),
    )
    if not found.service_url or not found.conversation:
        raise Unreadable("no service URL, or no conversation")
    return found


def _scope(conversation: Payload) -> Scope:
    """What is not known to be private is taken for shared."""
    kind = _text(conversation, "conversationType")
    if not kind and conversation.get("isGroup") is False:
        return "personal"
    return _SCOPES.get(kind, "groupChat")


def _name(raw: Payload, kind: Kind) -> str:
    if kind == "install":
        return _text(raw, "action").removesuffix("-upgrade")
    return _text(_data(raw), "eventType") if kind == "members" else _text(raw, "name")


def _words(raw: Payload) -> tuple[str, bool]:
    """The text without the mention of the bot, other mentions as plain names, and whether it was there."""
    text, bot, mentioned = _text(raw, "text", 10**6), _text(_mapping(raw, "recipient"), "id"), False
    for entity in _list(raw, "entities"):
        if _loose(_loose(entity).get("mentioned")).get("id") == bot and bot:
            mentioned, shown = True, _loose(entity).get("text")
            text = text.replace(shown, " ") if isinstance(shown, str) and shown else text
    plain = _MENTION.sub(r"\1", text).replace("\xa0", " ").replace("&nbsp;", " ")
    return plain.strip(), mentioned


def _has_files(raw: Payload) -> bool:
    return any(_is_file(_loose(attachment)) for attachment in _list(raw, "attachments"))


def _is_file(attachment: Payload) -> bool:
    kind, content = attachment.get("contentType"), attachment.get("content")
    if kind == "text/html":
        return isinstance(content, str) and _PICTURE.search(content) is not None
    return isinstance(kind, str) and bool(kind) and not kind.startswith(_NO_FILES)


def _account(raw: Payload) -> Account:
    return Account(_text(raw, "id"), _text(raw, "aadObjectId"), _text(raw, "name"))


def _accounts(raw: Payload, key: str) -> tuple[Account, ...]:
    return tuple(_account(one) for one in _list(raw, key) if isinstance(one, dict))


def _data(raw: Payload) -> Payload:
    return _loose(raw.get("channelData"))


def _text(raw: Payload, key: str, most: int = _LONGEST_ID) -> str:
    value = raw.get(key)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > most:
        raise Unreadable(f"{key} is no text, or too long")
    return value


def _mapping(raw: Payload, key: str) -> Payload:
    value = raw.get(key)
    if value is not None and not isinstance(value, dict):
        raise Unreadable(f"{key} is no object")
    return value or {}


def _list(raw: Payload, key: str) -> list[Any]:
    value = raw.get(key)
    if value is not None and not isinstance(value, list):
        raise Unreadable(f"{key} is no list")
    return value or []


def _loose(value: object) -> Payload:
    """A part that may be anything: an object, or nothing."""
    return value if isinstance(value, dict) else {}
