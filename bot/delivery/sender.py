"""The port through which every message leaves: one `MessageSender` per platform, and its kinds of fault."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Protocol

from bot.domain.messages import Message


@dataclass(frozen=True)
class Target:
    """Where a message goes: the FLT's channel ("flt") or the direct messages of a platform's user id."""

    platform: str
    conversation: str


class DeliveryFault(Exception):
    """A message did not go out. The text says why, without any of the message."""


class PassingFault(DeliveryFault):
    """It was not taken, and may be if tried again after `retry_after` seconds (None: our own pace)."""

    def __init__(self, why: str, retry_after: float | None = None) -> None:
        super().__init__(why)
        self.retry_after = retry_after


class UnclearFault(DeliveryFault):
    """It may or may not have been taken (time-out, cut): look it up by its key before sending again."""


class PermanentFault(DeliveryFault):
    """It will never be taken (channel archived, person gone): someone else must be told."""


class AbsentFault(PermanentFault):
    """There is nobody, or nothing, by that id."""


class LostFault(PermanentFault):
    """The message to edit no longer exists, or can no longer be edited: it must be posted again."""


class RefusedFault(DeliveryFault):
    """It was refused in words that nobody here knows: tried again for minutes before others are told."""


class OutageFault(DeliveryFault):
    """Nothing goes out on this platform until somebody mends it (token revoked, scope missing).

    Others are told at once, and it is tried again from time to time.
    """


class WithheldFault(DeliveryFault):
    """The FLT's channel is not private enough to post in. The text says why, in words fit to show."""


class MessageSender(Protocol):
    """One platform's way out. `key` names a logical message: the same key is the same message."""

    @property
    def finds(self) -> bool:
        """Whether `find` can look at all."""

    async def post(self, target: Target, message: Message, key: str, thread: str = "") -> str:
        """Post and return the platform's id of the message. Raises a DeliveryFault.

        `thread` is the id of the message under which it belongs, on a platform that has threads.
        """

    async def edit(self, target: Target, message_id: str, message: Message) -> None:
        """Rewrite a message in place. Raises a DeliveryFault."""

    async def remove(self, target: Target, message_id: str, instead: Message) -> None:
        """Take a message away; where the platform cannot, it becomes `instead`. Raises a DeliveryFault.

        A message that no longer exists counts as removed. Who reads the chat by now does not matter.
        """

    async def find(
        self, target: Target, key: str, thread: str = "", besides: Collection[str] = ()
    ) -> str | None:
        """The id of a message that was posted under `key` (and in `thread`), or None. None of `besides`."""
