"""Whether the FLT's conversation on Teams is private enough to post in.

A group chat or a private channel, and in it nobody but the people on the roster. Teams tells a bot
nothing of whether a team is private, so that a standard channel is not trusted. That a channel is private
it tells as Signpost is added to it, and as it is renamed or restored: who missed that cannot be told.
"""

from __future__ import annotations

from collections.abc import Container

from bot.casework.context import ChannelState
from bot.channels.common.private_channel import PrivateChannel
from bot.channels.teams.activities import Member, Reference, TeamsPort
from bot.channels.teams.config import PLATFORM, TeamsConfig
from bot.channels.teams.people import is_bot, standing_of
from bot.channels.teams.references import References
from bot.content.door_texts import PrivacyTexts
from bot.delivery.sender import DeliveryFault, OutageFault, PermanentFault, WithheldFault


class ChannelCheck(PrivateChannel):
    """Asks Teams who is in the FLT's conversation. `roster` holds AAD object ids, in lower case."""

    def __init__(
        self,
        port: TeamsPort,
        references: References,
        config: TeamsConfig,
        roster: Container[str],
        texts: PrivacyTexts,
        state: ChannelState,
    ) -> None:
        super().__init__(PLATFORM, roster, texts, state)
        self._port = port
        self._references = references
        self._config = config

    async def _looked_at(self, _max_age: float, /) -> DeliveryFault | None:
        there = await self._references.conversation(self._config.flt_conversation)
        if there is None:
            return self._missing()
        if why := await self._why_not(there):
            return WithheldFault(why)
        return self._of_members(await self._port.members(there))

    def _unseen(self, error: Exception, /) -> DeliveryFault:
        if isinstance(error, PermanentFault):
            return self._missing()
        if isinstance(error, OutageFault):
            return self._refused(str(error).rpartition(" ")[2])
        return self._unanswered(error)

    async def _why_not(self, there: Reference) -> str:
        """Why the conversation is not of a kind that is trusted; "" where it is."""
        if there.scope == "groupChat" or (there.scope == "channel" and self._config.emulator):
            return ""
        if there.scope == "personal":
            return self._texts.public
        kind = await self._references.channel_type(there.conversation)
        if not kind:
            return self._texts.untold
        return "" if kind == "private" else self._texts.public

    def _of_members(self, members: tuple[Member, ...]) -> DeliveryFault | None:
        humans = [member for member in members if not is_bot(member.id)]
        if not humans:
            # A card that nobody can read is told to nobody.
            return self._missing()
        strangers = [one for one in humans if one.aad.casefold() not in self._roster]
        outsiders = [one for one in humans if standing_of(one, self._config).kind != "staff"]
        return self._kept_out(len(strangers), len(outsiders))
