"""Whether the FLT's channel is private enough to post in (routing table: "Private enough to post")."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Container
from typing import Any

from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.casework.context import ChannelState
from bot.channels.common.runtime import kept_out, tell, watch
from bot.channels.slack.client import DEAD_CHANNEL, code_of, fault_of
from bot.channels.slack.people import People, Standing
from bot.content.door_texts import PrivacyTexts
from bot.delivery.sender import DeliveryFault, OutageFault, PassingFault, PermanentFault, WithheldFault

_PAGE = 200
_SHARED = ("is_ext_shared", "is_org_shared", "is_shared", "is_pending_ext_shared", "pending_shared")
_PATIENCE_S = 5.0
# Few at a time: a channel is asked of before each post.
_AT_ONCE = 5


class ChannelCheck:
    """Asks Slack of one channel and everybody in it, and keeps the last answer in `state`.

    `roster` holds the Slack ids of everyone on the roster. Where Slack does not answer, nothing is posted.
    """

    def __init__(
        self,
        client: AsyncWebClient,
        people: People,
        channel: str,
        roster: Container[str],
        texts: PrivacyTexts,
        state: ChannelState,
    ) -> None:
        self._client = client
        self._people = people
        self._channel = channel
        self._roster = roster
        self._texts = texts
        self._state = state

    async def verify(self, max_age: float = 0.0) -> str:
        """ "" where the channel is private enough, else why not, in words fit to show. Never raises."""
        return str(await self.fault(max_age) or "")

    async def fault(self, max_age: float = 0.0) -> DeliveryFault | None:
        """The fault of posting there now, or None. Who is in it is asked each time, and of each of them
        what they are, unless that was asked less than `max_age` seconds ago. Never raises.

        Withheld: somebody must mend the channel. Permanent: there is no channel to post in any more.
        Passing: Slack did not answer. Outage: Slack refuses this app's token or its scopes.
        """
        try:
            found = await self._fault(max_age)
        except Exception as error:
            found = self._unanswered(error)
        tell(self._state, str(found or ""))
        return found

    async def watch(self, sleep: Callable[[float], Awaitable[object]]) -> None:
        """Verify now and daily, and every half minute while it is not as it should be. Never ends.

        Whoever finds that out, here or before a post: a channel that was mended is noticed soon.
        """
        await watch(self.verify, self._state, sleep)

    async def _fault(self, max_age: float) -> DeliveryFault | None:
        answer = await self._client.conversations_info(channel=self._channel)
        info: dict[str, Any] = answer["channel"] or {}
        texts = self._texts
        if info.get("is_archived"):
            return PermanentFault(texts.archived)
        if not info.get("is_member"):
            return PermanentFault(texts.missing)
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
        fault = kept_out(self._texts, len(strangers), len(outsiders))
        if fault is not None:
            return fault
        if len(known) < len(humans):
            return PassingFault(self._texts.unanswered.fill(platform="Slack"))
        return None

    async def members(self, max_age: float = 0.0) -> dict[str, Standing]:
        """Everybody in it, by user id. Raises what the client raises."""
        users, cursor = [], ""
        while True:
            page = await self._client.conversations_members(
                channel=self._channel, limit=_PAGE, cursor=cursor or None
            )
            users += [str(user) for user in page["members"] or ()]
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                break
        gate = asyncio.Semaphore(_AT_ONCE)

        async def standing(user: str) -> Standing:
            async with gate:
                return await self._people.standing(user, max_age=max_age, within=_PATIENCE_S)

        return dict(zip(users, await asyncio.gather(*map(standing, users)), strict=True))

    def _unanswered(self, error: Exception) -> DeliveryFault:
        code = code_of(error)
        if code in DEAD_CHANNEL:
            return PermanentFault(self._texts.missing)
        if code == "missing_scope" and _is_public_by_scope(error):
            return WithheldFault(self._texts.public)
        fault = fault_of(error, sent=False)
        if isinstance(fault, OutageFault | PermanentFault):
            return OutageFault(self._texts.refused.fill(platform="Slack", code=code))
        retry_after = fault.retry_after if isinstance(fault, PassingFault) else None
        return PassingFault(self._texts.unanswered.fill(platform="Slack"), retry_after)


def _is_public_by_scope(error: Exception) -> bool:
    # The app may read private channels alone: that Slack asks for the scope of public ones tells what it is.
    needed = str(error.response.get("needed") or "") if isinstance(error, SlackApiError) else ""
    return "channels:read" in needed and "groups:read" not in needed
