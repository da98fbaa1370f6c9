"""The recipient of a message, and what makes it the same message: as the outbox stores them, and back.

Both read any text, and write it again byte for byte: a row that says something else than it should is for
nobody, and is refused when it is sent; it holds up no other.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

# Before the name of somebody on the list of staff, in the place of a recipient who is not on the roster.
STAFF = "staff:"
# Between the key of a message and each platform that has refused it.
_ELSEWHERE = ":not "


@dataclass(frozen=True)
class Recipient:
    """Someone on the roster (`person`), or a `place`: the FLT's channel, the reporter's own messages, or the
    messages of somebody on the list of staff.
    """

    person: str = ""
    place: str = ""

    @classmethod
    def parse(cls, text: str) -> Recipient:
        """The recipient that is stored as this text."""
        kind, _, person = text.partition(":")
        return cls(person=person) if kind == "person" and person else cls(place=text)

    def __str__(self) -> str:
        return f"person:{self.person}" if self.person else self.place


FLT_CHANNEL = Recipient(place="flt_channel")
REPORTER = Recipient(place="reporter")


@dataclass(frozen=True)
class NoticeKey:
    """The key of a message: its kind, what tells it from others of its kind, and who would not have it.

    `refused_by` are the platforms that the same message could not be brought on before.
    """

    kind: str
    parts: tuple[str, ...] = ()
    refused_by: tuple[str, ...] = ()

    @classmethod
    def of(cls, kind: str, *about: object) -> NoticeKey:
        """The key of a message of this kind about these: ids, a recipient, a number, or another key."""
        return cls.parse(":".join(str(part) for part in (kind, *about)))

    @classmethod
    def parse(cls, text: str) -> NoticeKey:
        """The key that is stored and sent as this text."""
        message, *refused_by = text.split(_ELSEWHERE)
        kind, *parts = message.split(":")
        return cls(kind, tuple(parts), tuple(refused_by))

    def __str__(self) -> str:
        return _ELSEWHERE.join((":".join((self.kind, *self.parts)), *self.refused_by))

    @property
    def number(self) -> int:
        """The number that it ends with. Raises ValueError where it ends with none."""
        return int(self.parts[-1] if self.parts else "")

    @property
    def inner(self) -> NoticeKey:
        """The key of the message that this one is about, where it was made of one."""
        return NoticeKey.parse(str(self).partition(":")[2])

    def elsewhere(self, platform: str) -> NoticeKey:
        """The key of the same message where it goes another way than over this platform."""
        return replace(self, refused_by=(*self.refused_by, platform))

    @property
    def first(self) -> NoticeKey:
        """The key that the message had before any platform refused it."""
        return replace(self, refused_by=())

    @property
    def every_other(self) -> str:
        """What each key of the message begins with that it has after a platform refused it."""
        return f"{self.first}{_ELSEWHERE}"
