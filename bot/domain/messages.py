"""What people are shown, before any platform's markup: every channel renders these blocks.

All text is plain: no block carries markup, so each channel escapes it once, for its own format.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Tone = Literal["plain", "info", "success", "warning", "danger"]
ButtonStyle = Literal["default", "primary", "danger"]
FieldKind = Literal["text", "long_text", "choice", "choices", "datetime", "number", "link"]


@dataclass(frozen=True)
class Heading:
    """The title of a message or of a part of it."""

    text: str


@dataclass(frozen=True)
class Paragraph:
    """Running text; "\\n" breaks the line. `muted` is small print."""

    text: str
    muted: bool = False


@dataclass(frozen=True)
class Callout:
    """A box that must be seen first. "danger" is for 999 and the DSL alone."""

    tone: Tone
    title: str
    text: str = ""


@dataclass(frozen=True)
class Verdict:
    """The verdict of an answer ("never", "must", …) with the word that the reader sees ("Never")."""

    verdict: str
    label: str


@dataclass(frozen=True)
class Quote:
    """One clause, verbatim, with its section path and its first and last line in the source."""

    clause: str
    section: str
    lines: tuple[int, int]
    text: str


@dataclass(frozen=True)
class Bullets:
    """A short list, with an optional title.

    `phones`: the items are contact lines of federation.yml; their numbers may become links. Never set it
    where an item holds words that a user wrote.
    """

    items: tuple[str, ...]
    title: str = ""
    phones: bool = False


@dataclass(frozen=True)
class Facts:
    """Label and value pairs, as on the FLT's card."""

    items: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Tags:
    """Short marks such as URGENT or RESTRICTED."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Outside:
    """Something that the policy does not say, always shown as "not in this policy"."""

    text: str
    source: str = ""


@dataclass(frozen=True)
class Button:
    """A press of it comes back as `Pressed(action, value)`."""

    label: str
    action: str
    value: str = ""
    style: ButtonStyle = "default"


@dataclass(frozen=True)
class Buttons:
    """Buttons in the order in which they are read."""

    items: tuple[Button, ...]


@dataclass(frozen=True)
class Row:
    """One line of a table: a cell for each column, and the button that opens it, shown in the first.

    `text` says the same where there is no room for a table.
    """

    cells: tuple[str, ...]
    text: str
    button: Button


@dataclass(frozen=True)
class Table:
    """Lines with the same columns, such as a list of cases."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Link:
    """A way to a page of Signpost's own. `url` is made by Signpost, never by a person."""

    label: str
    url: str


@dataclass(frozen=True)
class Option:
    """One choice of a field."""

    value: str
    label: str


@dataclass(frozen=True)
class Field:
    """One field of a form. `error` is shown beside it; `value` is what was typed or picked before.

    `picks`: a choice of people. A platform with a picker of its own offers its users, and its door sends the
    id of each with their name after it; elsewhere they are picked from the options.
    """

    name: str
    label: str
    kind: FieldKind
    required: bool = True
    hint: str = ""
    options: tuple[Option, ...] = ()
    value: tuple[str, ...] = ()
    error: str = ""
    max_length: int = 4000
    picks: bool = False


@dataclass(frozen=True)
class Form:
    """Fields that are sent together; they come back as `Submitted(action, value, fields)`."""

    action: str
    value: str
    fields: tuple[Field, ...]
    submit: str
    title: str = ""


@dataclass(frozen=True)
class Progress:
    """How far a journey has come: step `done` of at most `total`."""

    done: int
    total: int


Block = (
    Heading
    | Paragraph
    | Callout
    | Verdict
    | Quote
    | Bullets
    | Facts
    | Tags
    | Outside
    | Buttons
    | Table
    | Link
    | Form
    | Progress
)


@dataclass(frozen=True)
class Message:
    """One message. `summary` stands for it in notifications and screen readers: no private word in it."""

    blocks: tuple[Block, ...]
    summary: str
    # A message that takes the place of the last one with the same name in this conversation
    # (the step of a journey, the card of a case).
    replaces: str = ""
    # Never left in a platform's history: a step of a journey, the details of a case, a question to a
    # reporter. A door that cannot show it for one pair of eyes shows a way to open it instead.
    ephemeral: bool = False
    # What only a code opens: shown now, and kept by no door that keeps what it showed.
    once: bool = False
    # Takes all that was said before it off the screen, where a door can, for as long as it stands there.
    hides: bool = False
    # Somebody is to look at it now: a platform that can makes it heard.
    urgent: bool = False
    # Words of its reader that are stored nowhere: nothing that is looked up afterwards takes their place.
    unsaved: bool = False


def buttons(*items: Button) -> Buttons:
    """`Buttons` from its arguments."""
    return Buttons(items)
