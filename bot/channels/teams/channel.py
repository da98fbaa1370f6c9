"""Whether the FLT's conversation is private enough to post in (routing table: "Private enough to post").

A group chat or a private channel, and in it nobody but the people on the roster. Teams tells a bot
nothing of whether a team is private, so that a standard channel is not trusted.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Container

from bot.casework.context import ChannelState
from bot.channels.common.runtime import kept_out, tell, watch
from bot.channels.teams.activities import Member, Reference, TeamsPort
from bot.channels.teams.config import TeamsConfig
from bot.channels.teams.people import is_bot, standing_of
from bot.channels.teams.references import References
from bot.content.door_texts import PrivacyTexts
from bot.delivery.sender import DeliveryFault, OutageFault, PassingFault, PermanentFault, WithheldFault


class ConversationCheck:
    """Asks Teams who is in the FLT's conversation, and keeps the last answer in `state`.

    `roster` holds the AAD object ids of everyone on the roster, in lower case. Where Teams does not
    answer, nothing is posted.
    """

    def __init__(
        self,
        port: TeamsPort,
        references: References,
        config: TeamsConfig,
        roster: Container[str],
        texts: PrivacyTexts,
        state: ChannelState,
    ) -> None:
        self._port = port
        self._references = references
        self._config = config
        self._roster = roster
        self._texts = texts
        self._state = state

    async def verify(self) -> str:
        """ "" where the conversation is private enough, else why not, in words fit to show."""
        return str(await self.fault() or "")

    async def fault(self) -> DeliveryFault | None:
        """The fault of posting there now, or None. Never raises.

        Withheld: somebody must mend it. Permanent: Signpost is not in it. Passing: Teams did not answer.
        Outage: Microsoft refuses this app.
        """
        try:
            found = await self._fault()
        except PermanentFault:
            found = PermanentFault(self._texts.missing)
        except OutageFault as fault:
            code = str(fault).rpartition(" ")[2]
            found = OutageFault(self._texts.refused.fill(platform="Teams", code=code))
        except DeliveryFault as fault:
            retry_after = fault.retry_after if isinstance(fault, PassingFault) else None
            found = PassingFault(self._texts.unanswered.fill(platform="Teams"), retry_after)
        tell(self._state, str(found or ""))
        return found

    async def watch(self, sleep: Callable[[float], Awaitable[object]]) -> None:
        """Verify now and daily, and every half minute while it is not as it should be. Never ends."""
        await watch(self.verify, self._state, sleep)

    async def _fault(self) -> DeliveryFault | None:
        there = await self._references.conversation(self._config.flt_conversation)
        if there is None:
            return PermanentFault(self._texts.missing)
        if not await self._is_private(there):
            return WithheldFault(self._texts.public)
        return self._of_members(await self._port.members(there))

    async def _is_private(self, there: Reference) -> bool:
        if there.scope == "groupChat" or (there.scope == "channel" and self._config.emulator):
            return True
        kind = await self._references.channel_type(there.conversation)
        return there.scope == "channel" and kind == "private"

    def _of_members(self, members: tuple[Member, ...]) -> DeliveryFault | None:
        humans = [member for member in members if not is_bot(member.id)]
        if not humans:
            # A card that nobody can read is told to nobody.
            return PermanentFault(self._texts.missing)
        strangers = [one for one in humans if one.aad.casefold() not in self._roster]
        outsiders = [one for one in humans if standing_of(one, self._config).kind != "staff"]
        return kept_out(self._texts, len(strangers), len(outsiders))
