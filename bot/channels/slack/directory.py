"""What Slack lists of our workspace's members (`users.list`): all of it, or a fault that says what to do."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from typing import Any

from bot.channels.slack.client import Incomplete, SlackClient, code_of, fault_of, held
from bot.channels.slack.config import PLATFORM, SlackConfig
from bot.channels.slack.people import standing_of
from bot.domain.directory import Directory, DirectoryAccount
from bot.domain.faults import ToldFault
from bot.domain.staff import EMAIL, as_address
from bot.reporting.inputs import clean_text

#: Without it Slack tells no address: it was never granted, or the app was not installed again.
EMAIL_SCOPE = "users:read.email"
# As many as Slack recommends at once; 100,000 people are more than any federation has.
_ON_A_PAGE, _MOST_PAGES = 200, 500
_LONGEST_NAME = 100
_LONGEST_S = 600
_AGAIN = "Nothing was changed: run it again later"


class DirectoryFault(ToldFault):
    """Slack did not list its members as a whole; the text says what to do. Nobody is named in it."""


async def read_directory(config: SlackConfig) -> Directory:
    """Everybody whom Slack lists. Raises DirectoryFault; a part of a list is never taken for all of it.

    Where Slack asks to wait, that is waited for: a minute at a time, ten in all.
    """
    client = SlackClient(config, patient=True)
    await client.open()
    try:
        async with asyncio.timeout(_LONGEST_S):
            return await _read(client)
    except DirectoryFault:
        raise
    except Incomplete as error:
        raise DirectoryFault(_odd(str(error))) from None
    except Exception as error:
        raise DirectoryFault(_refused(error)) from None
    finally:
        await client.close()


async def _read(client: SlackClient) -> Directory:
    ours = held(await client.reads.auth_test(), "team_id", str)
    found, cursor, tells = dict[str, DirectoryAccount](), "", False
    for _ in range(_MOST_PAGES):
        answer = await client.reads.users_list(cursor=cursor or None, limit=_ON_A_PAGE)
        members = answer.get("members")
        if not isinstance(members, list):
            raise Incomplete("members")
        found |= {account.user: account for account in _accounts(members, ours)}
        tells = tells or _tells_addresses(answer.headers or {}, members)
        before, cursor = cursor, _next(answer.get("response_metadata"))
        if not cursor:
            if not any(account.is_colleague for account in found.values()):
                raise Incomplete("members")
            return Directory(PLATFORM, tuple(found.values()), tells)
        if cursor == before:
            raise Incomplete("next_cursor")
    raise DirectoryFault(f"Slack lists more than {_MOST_PAGES * _ON_A_PAGE:,} people. Nothing was changed")


def _next(metadata: Any) -> str:
    if metadata is None:
        return ""
    cursor = metadata.get("next_cursor") or "" if isinstance(metadata, dict) else None
    if not isinstance(cursor, str):
        raise Incomplete("next_cursor")
    return cursor


def _accounts(members: list[Any], ours: str) -> Iterator[DirectoryAccount]:
    for shown in members:
        if not isinstance(shown, dict) or not isinstance(shown.get("id"), str) or not shown["id"]:
            raise Incomplete("id")
        profile = shown.get("profile") or {}
        if not isinstance(profile, dict):
            raise Incomplete("profile")
        who = standing_of(shown, ours, "")
        if who.bot:
            continue
        name = " ".join(clean_text(who.name).split())[:_LONGEST_NAME]
        is_colleague = who.kind == "staff"
        email = _email(shown, profile) if is_colleague else ""
        yield DirectoryAccount(shown["id"], name or shown["id"], email, is_colleague)


def _email(shown: Mapping[str, Any], profile: Mapping[str, Any]) -> str:
    """Their address; "" where it is none, or they have yet to show that it is theirs."""
    email = as_address(str(profile.get("email") or ""))
    is_theirs = shown.get("is_email_confirmed") is not False
    return email if is_theirs and re.fullmatch(EMAIL, email) else ""


def _tells_addresses(headers: Mapping[str, str], members: list[Any]) -> bool:
    """Whether the scope was granted; where a proxy took the header away, whether any address was told."""
    given = next((value for name, value in headers.items() if name.lower() == "x-oauth-scopes"), None)
    if given is not None:
        return EMAIL_SCOPE in (scope.strip() for scope in given.split(","))
    return any((shown.get("profile") or {}).get("email") for shown in members)


def _odd(name: str) -> str:
    return f"Slack's list of members is not whole, or not as Slack documents it ({name}). {_AGAIN}"


def _refused(error: Exception) -> str:
    code = code_of(error)
    if code == "missing_scope":
        return (
            "Slack refuses to list its members (missing_scope): add users:read as a bot token scope, then"
            " reinstall the app to the workspace (OAuth & Permissions). Nothing was changed"
        )
    if code in ("invalid_cursor", "limit_required"):
        return _odd(code)
    fault = fault_of(error, sent=False)
    return f"Slack does not list its members ({fault}). {_AGAIN}; `python -m bot check` says more"
