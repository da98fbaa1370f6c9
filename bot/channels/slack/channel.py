"""Whether the FLT's channel on Slack is private enough to post in."""

from __future__ import annotations

import asyncio
from collections.abc import Container
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.casework.context import ChannelState
from bot.channels.common.people import Standing
from bot.channels.common.private_channel import PrivateChannel
from bot.channels.slack.client import DEAD_CHANNEL, code_of, fault_of, held
from bot.channels.slack.config import PLATFORM
from bot.channels.slack.people import People
from bot.content.door_texts import PrivacyTexts
from bot.delivery.sender import DeliveryFault, OutageFault, PermanentFault, RefusedFault, WithheldFault

_PAGE = 200
_SHARED = ("is_ext_shared", "is_org_shared", "is_shared", "is_pending_ext_shared", "pending_shared")
_PATIENCE_S = 5.0
# Few at a time: a channel is asked of before each post.
_AT_ONCE = 5


class ChannelCheck(PrivateChannel):
    """Asks Slack of one channel and everybody in it. `roster` holds Slack's ids."""

    def __init__(
        self,
        client: AsyncWebClient,
        people: People,
        channel: str,
        roster: Container[str],
        texts: PrivacyTexts,
        state: ChannelState,
    ) -> None:
        super().__init__(PLATFORM, roster, texts, state)
        self._client = client
        self._people = people
        self._channel = channel

    async def _looked_at(self, max_age: float, /) -> DeliveryFault | None:
        answer = await self._client.conversations_info(channel=self._channel)
        info: dict[str, Any] = held(answer, "channel", dict)
        texts = self._texts
        if info.get("is_archived"):
            return PermanentFault(texts.archived)
        if not info.get("is_member"):
            return self._missing()
        if not info.get("is_private") or info.get("is_im") or info.get("is_mpim"):
            return WithheldFault(texts.public)
        if any(info.get(mark) for mark in _SHARED):
            return WithheldFault(texts.shared)
        return self._of_members(await self.members(max_age))

    def _of_members(self, members: dict[str, Standing]) -> DeliveryFault | None:
        humans = {user: who for user, who in members.items() if not who.bot}
        known = {user: who for user, who in humans.items() if who.kind != "unknown"}
        strangers = [user for user in known if user not in self._roster]
        outsiders = [user for user, who in known.items() if who.kind != "staff"]
        fault = self._kept_out(len(strangers), len(outsiders))
        return fault or (self._unanswered() if len(known) < len(humans) else None)

    async def members(self, max_age: float = 0.0) -> dict[str, Standing]:
        """Everybody in it, by user id. Raises what the client raises."""
        users, cursor = [], ""
        while True:
            page = await self._client.conversations_members(
                channel=self._channel, limit=_PAGE, cursor=cursor or None
            )
            users += [str(user) for user in held(page, "members", list)]
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                break
        gate = asyncio.Semaphore(_AT_ONCE)

        async def standing(user: str) -> Standing:
            async with gate:
                return await self._people.standing(user, max_age=max_age, within=_PATIENCE_S)

        return dict(zip(users, await asyncio.gather(*map(standing, users)), strict=True))

    def _unseen(self, error: Exception, /) -> DeliveryFault:
        code = code_of(error)
        if code in DEAD_CHANNEL:
            return self._missing()
        if code == "missing_scope" and _is_public_by_scope(error):
            return WithheldFault(self._texts.public)
        fault = fault_of(error, sent=False)
        if isinstance(fault, OutageFault | PermanentFault | RefusedFault):
            return self._refused(code)
        return self._unanswered(fault)


def _is_public_by_scope(error: Exception) -> bool:
    # The app may read private channels alone: that Slack asks for the scope of public ones tells what it is.
    needed = str(error.response.get("needed") or "") if isinstance(error, SlackApiError) else ""
    return "channels:read" in needed and "groups:read" not in needed
