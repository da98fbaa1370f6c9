"""What goes wrong on purpose: as often as said, for the methods and channels that were named."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass
from typing import Any, Literal

from tests.slack_double.shapes import Json

How = Literal["status", "hang", "cut", "slow", "late", "hollow", "moved", "storm", "error", "odd"]


@dataclass
class Fault:
    """One thing that goes wrong; `times` is None until it is cleared, `hits` says how often it did."""

    how: How
    method: str
    channel: str
    times: int | None
    status: int = 500
    seconds: float = 30.0
    retry_after: int = 1
    code: str = ""
    body: str = ""
    done: bool = False
    hits: int = 0

    def meets(self, method: str, args: Json) -> bool:
        """Whether this call is meant."""
        places = [args.get(key) for key in ("channel", "users", "user_id", "user")]
        return (
            (self.times is None or self.hits < self.times)
            and fnmatch.fnmatchcase(method, self.method)
            and (not self.channel or self.channel in places)
        )

    def clear(self) -> None:
        """Let it go right again."""
        self.times = 0


class Faults:
    """The faults of a workspace, first come first met.

    `method` may hold `*` (`response_url` stands for answers to one); `channel`: a channel, a person, an id.
    """

    def __init__(self) -> None:
        self.all: list[Fault] = []

    def _add(self, how: How, method: str, channel: Any, times: int | None, **more: Any) -> Fault:
        fault = Fault(how, method, getattr(channel, "id", channel or ""), times, **more)
        self.all.append(fault)
        return fault

    def status(
        self, status: int = 500, method: str = "*", channel: Any = None, times: int | None = 1
    ) -> Fault:
        """A reply with this HTTP status and no JSON; nothing was done."""
        return self._add("status", method, channel, times, status=status)

    def hang(
        self, seconds: float = 30.0, method: str = "*", channel: Any = None, times: int | None = 1
    ) -> Fault:
        """No reply for so long, then the connection is cut; nothing was done."""
        return self._add("hang", method, channel, times, seconds=seconds)

    def cut(self, method: str = "*", channel: Any = None, times: int | None = 1) -> Fault:
        """It is done and stored, but the connection is cut before the reply."""
        return self._add("cut", method, channel, times)

    def slow(
        self, seconds: float = 5.0, method: str = "*", channel: Any = None, times: int | None = 1
    ) -> Fault:
        """It is done and stored at once, and said so that much later."""
        return self._add("slow", method, channel, times, seconds=seconds)

    def late(
        self, seconds: float = 5.0, method: str = "*", channel: Any = None, times: int | None = 1
    ) -> Fault:
        """It is done that much later, whether or not anybody still waits for the reply."""
        return self._add("late", method, channel, times, seconds=seconds)

    def hollow(self, method: str = "*", channel: Any = None, times: int | None = 1) -> Fault:
        """It is done, and the reply is `{"ok": true}` alone."""
        return self._add("hollow", method, channel, times)

    def moved(self, url: str, method: str = "*", channel: Any = None, times: int | None = 1) -> Fault:
        """307 to another address; nothing was done."""
        return self._add("moved", method, channel, times, code=url)

    def odd(
        self,
        body: str,
        method: str = "*",
        channel: Any = None,
        times: int | None = 1,
        *,
        status: int = 200,
        done: bool = False,
    ) -> Fault:
        """This body instead of a reply; `done`: what was asked was done all the same."""
        return self._add("odd", method, channel, times, status=status, body=body, done=done)

    def storm(
        self, retry_after: int = 1, method: str = "*", channel: Any = None, times: int | None = 1
    ) -> Fault:
        """429 with Retry-After."""
        return self._add("storm", method, channel, times, retry_after=retry_after)

    def error(self, code: str, method: str = "*", channel: Any = None, times: int | None = 1) -> Fault:
        """`ok: false` with this code."""
        return self._add("error", method, channel, times, code=code)

    def meet(self, method: str, args: Json) -> Fault | None:
        """The fault that this call meets, counted."""
        for fault in self.all:
            if fault.meets(method, args):
                fault.hits += 1
                return fault
        return None

    def clear(self) -> None:
        """Let all go right again."""
        for fault in self.all:
            fault.clear()
        self.all = []
