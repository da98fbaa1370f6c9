"""Teams' way out: cards and notices, to the FLT's conversation or to somebody's personal chat."""

# ruff: noqa: ARG002 - the protocol names what only other platforms need

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import suppress

from bot.channels.common.private_channel import FLT
from bot.channels.common.runtime import Pace
from bot.channels.teams.activities import Post, Reference, TeamsPort
from bot.channels.teams.channel import ChannelCheck
from bot.channels.teams.config import TeamsConfig
from bot.channels.teams.references import References
from bot.delivery.sender import PermanentFault, RefusedFault, Target
from bot.domain.messages import Message

# Teams takes 60 messages in 30 seconds from a bot in one conversation.
GAP_S = 0.5


class TeamsSender:
    """Implements `bot.delivery.sender.Sender`: "flt" is the FLT's conversation, else a user's AAD object id.

    In the FLT's conversation nothing is posted or rewritten unless it is private enough at that moment.
    Teams lets no bot look for a message by anything of its own: after an unclear send the message is
    posted again, and the newest is the one that is rewritten from then on.
    """

    finds = False

    def __init__(
        self,
        port: TeamsPort,
        references: References,
        check: ChannelCheck,
        config: TeamsConfig,
        pace: Pace,
        render: Callable[[Message], Post],
    ) -> None:
        self._port = port
        self._references = references
        self._check = check
        self._flt = config.flt_conversation
        self._pace = pace
        self._render = render

    async def post(self, target: Target, message: Message, key: str, thread: str = "") -> str:
        """Post and return the message's id. Raises a DeliveryFault."""
        to = await self._where(target)
        try:
            return await self._sent(target, to, message)
        except PermanentFault:
            if target.conversation == FLT:
                raise
            # The chat may have been recreated, under another id.
            await self._references.lost(target.conversation)
            return await self._sent(target, await self._where(target), message)

    async def edit(self, target: Target, message_id: str, message: Message) -> None:
        """Rewrite in place. PermanentFault where there is nothing left to rewrite."""
        to = await self._where(target)
        async with self._pace.turn(to.conversation):
            await self._verify(target)
            await self._port.update(to, message_id, self._render(message))

    async def remove(self, target: Target, message_id: str, instead: Message) -> None:
        """Delete it; where Teams refuses that, it becomes `instead`. What is not there any more is away.

        The chat is not looked at first: it holds less afterwards, for every reader.
        """
        to = await self._where(target)
        async with self._pace.turn(to.conversation):
            try:
                await self._port.delete(to, message_id)
            except (PermanentFault, RefusedFault):
                with suppress(PermanentFault):
                    await self._port.update(to, message_id, self._render(instead))

    async def find(
        self, target: Target, key: str, thread: str = "", besides: Collection[str] = ()
    ) -> str | None:
        """None: a bot on Teams cannot look for what it has posted."""
        return None

    async def _sent(self, target: Target, to: Reference, message: Message) -> str:
        async with self._pace.turn(to.conversation):
            await self._verify(target)
            return await self._port.send(to, self._render(message))

    async def _verify(self, target: Target) -> None:
        if target.conversation == FLT and (fault := await self._check.fault()) is not None:
            raise fault

    async def _where(self, target: Target) -> Reference:
        if target.conversation != FLT:
            return await chat_with(target.conversation, self._references, self._port)
        there = await self._references.conversation(self._flt)
        if there is None:
            raise await self._check.fault() or PermanentFault("the conversation is not known")
        return there


async def chat_with(
    user: str, references: References, port: TeamsPort, near: Reference | None = None
) -> Reference:
    """The personal chat with a user, made where it is not known, over the connector of `near`.

    Raises a DeliveryFault.

    Permanent for people who have not installed Signpost, or have blocked it.
    """
    if (known := await references.person(user)) is not None:
        return known
    near = near or await references.near()
    if near is None:
        raise PermanentFault("nothing has come from Teams yet: nobody has installed Signpost")
    made = await port.create_personal(user, near)
    await references.met(user, made)
    return made
