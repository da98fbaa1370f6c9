"""Who somebody on Slack is to us: staff, a guest, gone, or not known because Slack did not answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.channels.common.people import KEPT_S, UNKNOWN, WITHIN_S, KnownPeople, Standing
from bot.channels.slack.client import code_of, held

_SLACKBOT = "USLACKBOT"


class People:
    """The standing of users, asked of Slack and kept for five minutes. `monotonic` is a clock in seconds."""

    def __init__(self, client: AsyncWebClient, monotonic: Callable[[], float]) -> None:
        self._client = client
        self._known: KnownPeople[tuple[str, str]] = KnownPeople(monotonic)
        self._ours = ""

    async def standing(
        self,
        user: str,
        team: str = "",
        fresh: bool = False,
        max_age: float = KEPT_S,
        within: float = WITHIN_S,
    ) -> Standing:
        """Who `user` is, never older than `max_age` seconds; `fresh` asks again. Never raises.

        `team` is the workspace that they act from, where the event says it. Where Slack does not answer
        `within` so many seconds the standing is "unknown", and is not kept.
        """
        known = None if fresh else self._known.recent((user, team), max_age)
        return known or await self._known.asked((user, team), self._ask(user, team), within)

    async def team(self) -> str:
        """The id of our own workspace. Raises what the client raises where Slack does not say."""
        if not self._ours:
            self._ours = held(await self._client.auth_test(), "team_id", str)
        return self._ours

    async def _ask(self, user: str, team: str) -> Standing:
        try:
            ours = await self.team()
            shown = held(await self._client.users_info(user=user), "user", dict)
        except Exception as error:
            return _refused(error)
        return standing_of(shown, ours, team)


def _refused(error: Exception) -> Standing:
    match code_of(error):
        case "user_not_found":
            return Standing("gone")
        case "user_not_visible":
            return Standing("guest")
    return UNKNOWN


def standing_of(shown: Mapping[str, Any], ours: str, team: str) -> Standing:
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
