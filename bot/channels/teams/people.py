"""Who somebody on Teams is to us: staff, a guest, a bot, or not known because Teams did not answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from bot.channels.common.people import KnownPeople, Standing
from bot.channels.teams.activities import Activity, Member, Reference, TeamsPort
from bot.channels.teams.config import TeamsConfig
from bot.delivery.sender import PermanentFault

# How Teams' ids of bots begin.
_BOT = "28:"


class People:
    """The sender's standing, asked of Teams and kept for five minutes.

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
        self._chat = chat
        self._known: KnownPeople[str] = KnownPeople(monotonic)

    async def standing(self, activity: Activity, fresh: bool = False) -> Standing:
        """Who sent it; `fresh` asks again. Never raises. Where Teams does not answer soon: "unknown"."""
        sender = activity.sender
        if is_bot(sender.id):
            return Standing("gone", sender.name)
        known = None if fresh else self._known.recent(sender.id)
        unknown = Standing("unknown", sender.name)
        return known or await self._known.asked(sender.id, self._ask(activity), unknown=unknown)

    async def _ask(self, activity: Activity) -> Standing:
        return standing_of(await self._member(activity), self._config)

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
    """What the member's own entry says: everyone who is not plainly a colleague of our tenant is a guest."""
    if is_bot(member.id):
        return Standing("gone", member.name)
    strange_role = member.role.casefold() not in ("", "user", "owner")
    elsewhere = bool(member.tenant and config.home) and member.tenant.casefold() not in config.home
    outside = strange_role or "#ext#" in member.principal.casefold() or elsewhere
    return Standing("guest" if outside else "staff", member.name)


def is_bot(user: str) -> bool:
    """Whether a user id is a bot's."""
    return user.startswith(_BOT)
