"""Live connections: what changes on the server reaches every open page that shows it."""

from __future__ import annotations

import json
from asyncio import Queue, QueueEmpty, QueueFull
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass

EVERYONE = ""
_WAITING = 500


@dataclass(frozen=True)
class StreamEvent:
    """One thing that happened in a stream ("flt", "dm:<user>", "flt:<user>", or `EVERYONE`)."""

    name: str
    stream: str
    data: Mapping[str, str | int]

    def as_json(self) -> dict[str, str | int]:
        """The event as the page reads it."""
        return {"name": self.name, "stream": self.stream, **self.data}

    def encoded(self) -> bytes:
        """The event as a server-sent event."""
        return f"data: {json.dumps(self.as_json())}\n\n".encode()


class Subscription:
    """One open page: the streams that it shows, and what it has still to be told."""

    def __init__(self, streams: frozenset[str]) -> None:
        self._streams = streams
        self._queue: Queue[StreamEvent | None] = Queue(_WAITING)

    def offer(self, event: StreamEvent) -> None:
        """Queue the event if the page shows its stream. A page that does not keep up is cut off."""
        if event.stream not in self._streams:
            return
        try:
            self._queue.put_nowait(event)
        except QueueFull:
            self.end()

    def end(self) -> None:
        """Tell the page nothing more; it connects again and reads afresh."""
        try:
            while True:
                self._queue.get_nowait()
        except QueueEmpty:
            self._queue.put_nowait(None)

    async def next(self) -> StreamEvent | None:
        """The next event, or None when this connection is over."""
        return await self._queue.get()


class Hub:
    """All open pages. `mark` names what a page has seen: another mark later says that it missed something."""

    def __init__(self, boot: str, first: int = 0) -> None:
        """`first`: after the numbers of any run before, whose entries may still stand on a page."""
        self._boot = boot
        self._seq = first
        self._open: set[Subscription] = set()

    @property
    def mark(self) -> str:
        """This run of the server, and how much has happened in it."""
        return f"{self._boot}/{self._seq}"

    def stamp(self) -> int:
        """The number of the next change: a page never lets an older change overwrite a newer one."""
        self._seq += 1
        return self._seq

    def publish(self, events: Iterable[StreamEvent]) -> None:
        """Bring events to the pages that show their streams, and the new mark to all."""
        for event in (*events, StreamEvent("mark", EVERYONE, {"mark": self.mark})):
            for page in tuple(self._open):
                page.offer(event)

    @contextmanager
    def subscribe(self, streams: Iterable[str]) -> Iterator[Subscription]:
        """A subscription for as long as the page is open."""
        page = Subscription(frozenset(streams))
        self._open.add(page)
        try:
            yield page
        finally:
            self._open.discard(page)

    def close(self) -> None:
        """End every connection, so that the server can stop at once."""
        for page in tuple(self._open):
            page.end()
