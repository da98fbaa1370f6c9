"""What watching over the leadership team's channel comes to, whichever platform it stands on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog

from bot.casework.context import ChannelState
from bot.content.door_texts import PrivacyTexts
from bot.delivery.sender import WithheldFault

log = structlog.get_logger()
_DAY_S = 86_400
_LOOK_S = 30


async def watch(
    verify: Callable[[], Awaitable[object]], state: ChannelState, sleep: Callable[[float], Awaitable[object]]
) -> None:
    """Verify now and daily, and every half minute while it is not as it should be. Never ends.

    Whoever finds that out, here or before a post: a channel that was mended is noticed soon.
    """
    while True:
        await verify()
        for _ in range(_DAY_S // _LOOK_S):
            await sleep(_LOOK_S)
            if state.reason:
                break


def tell(state: ChannelState, reason: str) -> None:
    """Keep why nothing may be posted ("" where it may), and log each change of it."""
    if reason != state.reason:
        # Without a name in it: see PrivacyTexts.
        log.warning("flt_channel_withheld", reason=reason) if reason else log.info("flt_channel_private")
    state.reason = reason


def kept_out(texts: PrivacyTexts, strangers: int, outsiders: int) -> WithheldFault | None:
    """The fault of a channel with people who should not read it: how many, never who."""
    counts = ((texts.off_roster, strangers), (texts.outsiders, outsiders))
    reasons = [text.fill(count=count) for text, count in counts if count]
    return WithheldFault("; ".join(reasons)) if reasons else None
