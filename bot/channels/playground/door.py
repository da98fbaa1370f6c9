"""What the page sends, read once into a type."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from bot.channels.playground.people import PLATFORM
from bot.domain.turns import Content, Incoming, Pressed, Said, Sender, SharedFile, Submitted

UNREADABLE = "That could not be read. Reload the page and try again."

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,80}$")]
EventId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{8,64}$")]


class Unreadable(Exception):
    """What came is not what the page sends. The text is fit to show."""


class Sent(BaseModel):
    """One act on the page: who, where, what. `card` is the entry on which a button stood.

    `fields` of a press are what stood in the form beside the button, so that leaving it loses no words.
    """

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")

    user: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    place: Literal["dm", "flt"]
    event: EventId
    kind: Literal["said", "pressed", "submitted", "file", "dismissed"]
    card: Id | Literal[""] = ""
    text: str = ""
    action: str = ""
    value: str = ""
    fields: dict[str, tuple[str, ...]] = {}

    def incoming(self) -> Incoming:
        """The event as the core takes it."""
        return Incoming(self.event, Sender(PLATFORM, self.user), self._content())

    def _content(self) -> Content:
        if self.kind == "said":
            return Said(self.text)
        if self.kind == "pressed":
            return Pressed(self.action, self.value, dict(self.fields))
        if self.kind == "submitted":
            return Submitted(self.action, self.value, dict(self.fields))
        return SharedFile()


def read(raw: bytes) -> Sent:
    """The act in a request's body. Raises Unreadable."""
    try:
        return Sent.model_validate_json(raw)
    except ValidationError as fault:
        raise Unreadable(UNREADABLE) from fault
