"""The playground: the whole product on one browser page, for this machine alone.

A channel like any other: words, presses and forms go to the core as `Incoming`, and what the core
posts arrives through `PlaygroundSender`. Private replies live in memory only.
"""

from bot.channels.playground.routes import mount
from bot.channels.playground.sender import PlaygroundSender
from bot.channels.playground.store import PlaygroundStore, PostedMessage

__all__ = ["PlaygroundSender", "PlaygroundStore", "PostedMessage", "mount"]
