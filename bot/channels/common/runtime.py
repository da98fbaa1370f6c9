"""What every door asks of the core, whatever platform it stands for."""

from __future__ import annotations

from typing import Protocol

from bot.domain.messages import Message
from bot.domain.turns import Incoming


class Core(Protocol):
    """The one entry to the conversation and the cases."""

    async def handle(self, incoming: Incoming, within: float | None = None) -> tuple[Message, ...]:
        """What to show the sender now. A second copy of the same event changes nothing and shows nothing.

        `within`: seconds after which nothing is stored any more; the sender is then told that nothing is
        saved, and whom to phone. For doors whose platform wants its answer by then.
        """
