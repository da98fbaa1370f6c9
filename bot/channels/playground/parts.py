"""What the playground is made of, built once and shared by its routes and its sender."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from bot.channels.playground.chats import Chats
from bot.channels.playground.feed import Feed
from bot.channels.playground.hub import Hub
from bot.channels.playground.pages import Item, Pages
from bot.channels.playground.people import PlaygroundPeople, people_of
from bot.channels.playground.store import FLT, PlaygroundStore, PostedMessage, Run, direct
from bot.domain.messages import Button
from bot.domain.roster import Federation

# The buttons that always stand on the page of a user.
Row = Callable[[str], tuple[Button, ...]]


@dataclass(frozen=True)
class Parts:
    """The people, the kept messages, the private chats, and the way to every open page."""

    federation: Federation
    people: PlaygroundPeople
    store: PlaygroundStore
    run: Run
    clock: Callable[[], datetime]
    pages: Pages
    hub: Hub
    feed: Feed
    chats: Chats
    row: Row

    async def posted(self, conversation: str) -> tuple[PostedMessage, ...]:
        """Every posted message of a conversation, oldest first."""
        found: tuple[PostedMessage, ...] = await self.run(self.store.messages, conversation)
        return found

    async def totals(self) -> dict[str, int]:
        """How many posted messages each conversation holds."""
        conversations = (FLT, *(direct(user) for user in self.people.users()))
        return {name: len(await self.posted(name)) for name in conversations}


def parts_of(
    federation: Federation,
    store: PlaygroundStore,
    run: Run,
    clock: Callable[[], datetime],
    row: Row = lambda _user: (),
) -> Parts:
    """The parts, with nobody connected and every private chat empty."""
    started = clock()
    first = int(started.timestamp() * 1000)
    pages, hub = Pages(federation.timezone), Hub(started.isoformat(), first)
    feed = Feed(pages, hub)
    chats = Chats(pages, feed, first)
    return Parts(federation, people_of(federation), store, run, clock, pages, hub, feed, chats, row)


def as_item(posted: PostedMessage) -> Item:
    """A posted message as an entry of its conversation."""
    return Item(f"post-{posted.id}", posted.html, posted.posted_at)
