"""The messages that stand in a workspace, found by conversation, thread and time without a look at all."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterator

from tests.slack_double.model import Message


def _ts(message: Message) -> str:
    return message.ts


class Posts:
    """Messages in the order in which they were posted, ephemeral ones too; timestamps only ever grow."""

    def __init__(self) -> None:
        self._all: dict[tuple[str, str], Message] = {}
        # What stands in a conversation itself, and in each of its threads, oldest first; nothing ephemeral.
        self._tops: defaultdict[str, list[Message]] = defaultdict(list)
        self._threads: defaultdict[tuple[str, str], list[Message]] = defaultdict(list)

    def __iter__(self) -> Iterator[Message]:
        return iter(self._all.values())

    def __len__(self) -> int:
        return len(self._all)

    def add(self, message: Message) -> None:
        """Put it after all the others."""
        self._all[message.channel, message.ts] = message
        if not message.to:
            self._among(message).append(message)

    def remove(self, message: Message) -> None:
        """Take it away; its thread stays."""
        del self._all[message.channel, message.ts]
        if not message.to:
            among = self._among(message)
            del among[bisect_left(among, message.ts, key=_ts)]

    def at(self, channel: str, ts: str) -> Message | None:
        """The message of this timestamp."""
        return self._all.get((channel, ts))

    def history(self, channel: str, oldest: str, latest: str, inclusive: bool) -> list[Message]:
        """What stands in a conversation between two timestamps, oldest first, without replies in threads."""
        tops = self._tops.get(channel, [])
        first, last = (bisect_left, bisect_right) if inclusive else (bisect_right, bisect_left)
        return tops[first(tops, oldest, key=_ts) : last(tops, latest, key=_ts)]

    def replies(self, channel: str, thread_ts: str) -> list[Message]:
        """What was said in the thread under a message, oldest first, without the message."""
        return self._threads.get((channel, thread_ts), [])

    def _among(self, message: Message) -> list[Message]:
        if message.thread_ts and message.thread_ts != message.ts:
            return self._threads[message.channel, message.thread_ts]
        return self._tops[message.channel]
