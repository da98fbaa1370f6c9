"""Whether the FLT's channel is private enough to post in (routing table: "Private enough to post")."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Container

import structlog

from bot.casework.context import ChannelState
from bot.channels.common.work import Sleep
from bot.content.door_texts import PrivacyTexts
from bot.delivery.sender import DeliveryFault, OutageFault, PassingFault, PermanentFault, WithheldFault

log = structlog.get_logger()
#: The FLT's channel, as the target of what is sent.
FLT = "flt"
# Where a platform's events are lost, or it has none.
_AT_LEAST_EVERY_S = 300
_LOOK_S = 30


class PrivateChannel(ABC):
    """Asks a platform of one channel and everybody in it, and keeps the last answer in `state`.

    `roster` holds the accounts of everyone on the roster. Where the platform does not answer, nothing is
    posted.
    """

    def __init__(
        self, platform: str, roster: Container[str], texts: PrivacyTexts, state: ChannelState
    ) -> None:
        self._platform = platform.title()
        self._roster = roster
        self._texts = texts
        self._state = state

    async def verify(self) -> str:
        """ "" where the channel is private enough, else why not, in words fit to show. Never raises."""
        return str(await self.fault() or "")

    async def fault(self, max_age: float = 0.0) -> DeliveryFault | None:
        """The fault of posting there now, or None. Who is in it is asked each time, and of each of them
        what they are, unless that was asked less than `max_age` seconds ago. Never raises.

        Withheld: somebody must mend the channel. Permanent: there is no channel to post in any more.
        Passing: the platform did not answer. Outage: it refuses this app.
        """
        try:
            found = await self._looked_at(max_age)
        except Exception as error:
            found = self._unseen(error)
        reason = str(found or "")
        if reason != self._state.reason:
            # Without a name in it: see PrivacyTexts.
            log.warning("flt_channel_withheld", reason=reason) if reason else log.info("flt_channel_private")
        self._state.reason = reason
        return found

    async def watch(self, sleep: Sleep) -> None:
        """Verify now and every five minutes, every half minute while it is not as it should be. Never ends.

        Found here or before a post, so that a mended channel is noticed soon.
        """
        while True:
            await self.verify()
            for _ in range(_AT_LEAST_EVERY_S // _LOOK_S):
                await sleep(_LOOK_S)
                if self._state.reason:
                    break

    @abstractmethod
    async def _looked_at(self, max_age: float, /) -> DeliveryFault | None:
        """The fault of posting there. Raises where the platform does not say."""

    @abstractmethod
    def _unseen(self, error: Exception, /) -> DeliveryFault:
        """The fault that `_looked_at` raised, in our words."""

    def _missing(self) -> PermanentFault:
        return PermanentFault(self._texts.missing)

    def _kept_out(self, strangers: int, outsiders: int) -> WithheldFault | None:
        """The fault of a channel with people who should not read it: how many, never who."""
        counts = ((self._texts.off_roster, strangers), (self._texts.outsiders, outsiders))
        reasons = [text.fill(count=count) for text, count in counts if count]
        return WithheldFault("; ".join(reasons)) if reasons else None

    def _refused(self, code: str) -> OutageFault:
        return OutageFault(self._texts.refused.fill(platform=self._platform, code=code))

    def _unanswered(self, fault: Exception | None = None) -> PassingFault:
        retry_after = fault.retry_after if isinstance(fault, PassingFault) else None
        return PassingFault(self._texts.unanswered.fill(platform=self._platform), retry_after)
