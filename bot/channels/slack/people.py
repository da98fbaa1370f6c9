"""Who somebody on Slack is to us: staff, a guest, gone, or not known because Slack did not answer."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.slack.client import code_of

Kind = Literal["staff", "guest", "gone", "unknown"]
_KEPT_S = 300.0
# A press must be answered in three seconds, whoever it is from.
_WITHIN_S = 1.5
_MOST_KEPT = 20_000
_SLACKBOT = "USLACKBOT"


@dataclass(frozen=True)
class Standing:
    """What Slack says of a user. `gone`: deleted, or no person at all (`bot`)."""

    kind: Kind
    name: str = ""
    bot: bool = False


UNKNOWN = Standing("unknown")


class People:
    """The standing of users, asked of Slack and kept for five minutes. `monotonic` is a clock in seconds."""

    def __init__(self, client: AsyncWebClient, monotonic: Callable[[], float]) -> None:
        self._client = client
        self._monotonic = monotonic
        self._kept: dict[tuple[str, str], tuple[float, Standing]] = {}
        self._ours = ""

    async def standing(
        self,
        user: str,
        team: str = "",
        fresh: bool = False,
        max_age: float = _KEPT_S,
        within: float = _WITHIN_S,
    ) -> Standing:
        """Who `user` is, never older than `max_age` seconds; `fresh` asks anew. Never raises.

        `team` is the workspace that they act from, where the event says it. Where Slack does not answer
        `within` so many seconds the standing is "unknown", and is not kept.
        """
        known = None if fresh else self._recent((user, team), max_age)
        if known is None:
            known = await self._asked(user, team, within)
        return known

    async def team(self) -> str:
        """The id of our own workspace. Raises what the client raises where Slack does not say."""
        if not self._ours:
            self._ours = str((await self._client.auth_test())["team_id"] or "")
        return self._ours

    def _recent(self, asked: tuple[str, str], max_age: float) -> Standing | None:
        at, standing = self._kept.get(asked, (float("-inf"), UNKNOWN))
        return standing if self._monotonic() - at < max_age else None

    async def _asked(self, user: str, team: str, within: float) -> Standing:
        try:
            standing = await asyncio.wait_for(self._ask(user, team), within)
        except Exception as error:
            standing = _refused(error)
        if standing.kind != "unknown":
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[user, team] = (self._monotonic(), standing)
        else:
            # What was known before is out of date, or was doubted.
            self._kept.pop((user, team), None)
        return standing

    async def _ask(self, user: str, team: str) -> Standing:
        ours = await self.team()
        answer = await self._client.users_info(user=user)
        shown: Mapping[str, Any] = answer["user"] or {}
        return _standing(shown, ours, team)


def _refused(error: Exception) -> Standing:
    match code_of(error):
        case "user_not_found":
            return Standing("gone")
        case "user_not_visible":
            return Standing("guest")
    return UNKNOWN


def _standing(shown: Mapping[str, Any], ours: str, team: str) -> Standing:
    """Anything that is not plainly a colleague of this workspace is not staff."""
    profile = shown.get("profile") or {}
    name = str(profile.get("real_name") or shown.get("real_name") or shown.get("name") or "")
    if shown.get("is_bot") or shown.get("is_workflow_bot") or shown.get("id") == _SLACKBOT:
        return Standing("gone", name, bot=True)
    if shown.get("deleted"):
        return Standing("gone", name)
    outside = any(shown.get(mark) for mark in ("is_restricted", "is_ultra_restricted", "is_stranger"))
    at_home = _teams(shown)
    if outside or ours not in at_home or (team and team != ours and team not in at_home):
        return Standing("guest", name)
    return Standing("staff", name)


def _teams(shown: Mapping[str, Any]) -> frozenset[str]:
    # In an organisation of several workspaces a colleague's first workspace may be another one.
    enterprise = shown.get("enterprise_user") or {}
    return frozenset((str(shown.get("team_id") or ""), *map(str, enterprise.get("teams") or ())))
