"""Who somebody on Teams is to us: staff, a guest, a bot, or not known because Teams did not answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Literal

from bot.channels.teams.activities import Activity, Member, Reference, TeamsPort
from bot.channels.teams.config import TeamsConfig
from bot.delivery.sender import DeliveryFault, PermanentFault

_KEPT_S = 300.0
# A press must be answered in five seconds, whoever it is from.
_WITHIN_S = 1.5
_MOST_KEPT = 20_000
# How Teams' ids of bots begin.
_BOT = "28:"


@dataclass(frozen=True)
class Standing:
    """What Teams says of someone. `gone` is no person at all."""

    kind: Literal["staff", "guest", "gone", "unknown"]
    name: str = ""


class People:
    """The standing of whoever writes, asked of Teams and kept for five minutes.

    `chat` gives a person's own chat, where it is known: the message extension is used where Signpost is
    no member and may not ask who is there.
    """

    def __init__(
        self,
        port: TeamsPort,
        config: TeamsConfig,
        monotonic: Callable[[], float],
        chat: Callable[[str], Awaitable[Reference | None]],
    ) -> None:
        self._port = port
        self._config = config
        self._monotonic = monotonic
        self._chat = chat
        self._kept: dict[str, tuple[float, Standing]] = {}

    async def standing(self, activity: Activity, fresh: bool = False) -> Standing:
        """Who sent it; `fresh` asks anew. Never raises. Where Teams does not answer soon: "unknown"."""
        sender = activity.sender
        if is_bot(sender.id):
            return Standing("gone", sender.name)
        known = None if fresh else self._recent(sender.id)
        return known or await self._asked(activity)

    def _recent(self, user: str) -> Standing | None:
        at, standing = self._kept.get(user, (float("-inf"), None))
        return standing if self._monotonic() - at < _KEPT_S else None

    async def _asked(self, activity: Activity) -> Standing:
        user = activity.sender.id
        try:
            found = standing_of(await asyncio.wait_for(self._member(activity), _WITHIN_S), self._config)
        except (DeliveryFault, TimeoutError):
            # What was known before is out of date, or was doubted.
            self._kept.pop(user, None)
            return Standing("unknown", activity.sender.name)
        if len(self._kept) >= _MOST_KEPT:
            self._kept.clear()
        self._kept[user] = (self._monotonic(), found)
        return found

    async def _member(self, activity: Activity) -> Member:
        user = activity.sender
        try:
            return await self._port.member(activity.reference, user.id)
        except PermanentFault:
            own = await self._chat(user.aad or user.id)
            if own is None or activity.reference.scope == "personal":
                raise
            return await self._port.member(own, user.id)


def standing_of(member: Member, config: TeamsConfig) -> Standing:
    """What the member's own entry says: whoever is not plainly a colleague of our tenant is a guest."""
    if is_bot(member.id):
        return Standing("gone", member.name)
    strange_role = member.role.casefold() not in ("", "user", "owner")
    elsewhere = bool(member.tenant and config.home) and member.tenant.casefold() not in config.home
    outside = strange_role or "#ext#" in member.principal.casefold() or elsewhere
    return Standing("guest" if outside else "staff", member.name)


def is_bot(user: str) -> bool:
    """Whether a user id is a bot's."""
    return user.startswith(_BOT)
