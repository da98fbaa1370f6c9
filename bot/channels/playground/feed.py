"""Changes of a conversation as the events that a page understands."""

from __future__ import annotations

from datetime import datetime

from bot.channels.playground.hub import EVERYONE, Hub, StreamEvent
from bot.channels.playground.pages import Item, Pages


class Feed:
    """Numbers each change, so that a page never lets an older one overwrite a newer one."""

    def __init__(self, pages: Pages, hub: Hub) -> None:
        self._pages = pages
        self._hub = hub

    def put(self, stream: str, item: Item, now: datetime) -> StreamEvent:
        """Show an entry, or replace it: under the card `item.anchor`, else where it was or at the end."""
        seq = self._hub.stamp()
        html = self._pages.item(item, now, seq)
        return StreamEvent("put", stream, {"id": item.id, "html": html, "seq": seq, "after": item.anchor})

    def drop(self, stream: str, item: Item) -> StreamEvent:
        """Take an entry away."""
        return StreamEvent("drop", stream, {"id": item.id, "seq": self._hub.stamp()})

    def total(self, stream: str, count: int) -> StreamEvent:
        """How many messages a conversation now holds: for every page's marks of what is unread."""
        return StreamEvent("total", EVERYONE, {"of": stream, "count": count})
