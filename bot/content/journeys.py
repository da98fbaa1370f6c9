"""The shape of the journey files: steps, options and fields, as a policy officer writes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field, field_validator

from bot.content.documents import Record
from bot.content.texts import Holding, Phrase
from bot.domain.messages import FieldKind, Tone
from bot.domain.names import name_words

SlotCondition = Mapping[str, tuple[str, ...]]
Source = Literal["schools", "accounts", "roster", "platforms"]
# Where people speak to Signpost, by the names that the doors have.
Place = Literal["slack", "teams", "playground", "terminal"]
# What is filled in where a step speaks: the report's own, and the Federation's settings.
Spoken = Annotated[Phrase, Holding(may="reference code colleague_protocol reporting_process")]


class OptionRecord(Record):
    """One choice. `ends` closes the journey and sends nothing; `alerts` shows the urgent alert.

    `logs` leads to the list of replies, `asks` to that of open questions: neither makes a report, unless
    danger was told of.

    `explain` is said above the buttons wherever the choice is offered; `short` is the answer in the review
    and on the card, where the label reads as a press. `others` is the answer as those read it who work on
    the case, where the reporter speaks in it of themselves. `retired` is an answer of reports of
    an older version: it is read there, and offered no more; a draft that holds it is asked again.
    """

    value: str
    label: str
    short: str = ""
    others: str = ""
    explain: str = ""
    when: tuple[SlotCondition, ...] = ()
    unless: tuple[SlotCondition, ...] = ()
    ends: bool = False
    alerts: bool = False
    logs: bool = False
    asks: bool = False
    retired: bool = False

    _alternatives = field_validator("when", "unless", mode="before")(lambda value: alternatives(value))


class FieldRecord(Record):
    """One field of a form; its `name` is the slot that it fills.

    `check` is "past" (not in the future) for a date, "receipt_code" for the code typed back.
    `short` is what the answer is called in the review and on the card, where the label is a long question.
    `card` says that the answer may stand on the card, which everybody in the FLT's channel reads.
    The kind "day" is a choice of today, yesterday and earlier; it holds the date, or "earlier".
    `owed` says that an answer is due from this moment (rule 61): by when is said beside it.
    `retired` is a field of an older version: read in reports, shown only where a draft has words in it.
    """

    name: str
    label: str
    kind: FieldKind | Literal["day"] = "text"
    required: bool = False
    hint: str = ""
    options: tuple[OptionRecord, ...] = ()
    options_from: Source | None = None
    max_length: int = 4000
    check: Literal["", "past", "receipt_code"] = ""
    short: str = ""
    card: bool = False
    owed: bool = False
    retired: bool = False


class CalloutRecord(Record):
    """A box above the text of a step."""

    tone: Tone
    title: str
    text: str = ""


class OutsideRecord(Record):
    """Something that the policy does not say, and where it comes from.

    It is said on these `platforms` alone, or on all where none is named.
    """

    text: Spoken
    source: str = ""
    platforms: tuple[Place, ...] = ()


class StepRecord(Record):
    """One screen of a journey.

    `when` and `unless` are a condition or a list of alternatives; a condition names slots with
    the values of which one must be given. `counts: false` marks the questions that stand around
    every journey (danger, kind, school, conflict, identity) and are not counted against its five.
    `redirects: true` marks a step that overwrites the slot of an earlier one.
    `inline: true` marks an info that is read above the next question, without a press of its own.
    `limits`, `contacts` and `outside` stand behind a button where `behind` is its label.
    `offered: true` marks a form that nobody is led to: the review offers it.
    """

    id: str
    title: str
    kind: Literal["choice", "form", "info"]
    label: str = ""
    text: tuple[Spoken, ...] = ()
    callout: CalloutRecord | None = None
    show: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    outside: tuple[OutsideRecord, ...] = ()
    behind: str = ""
    limits: tuple[Spoken, ...] = ()
    slot: str = ""
    options: tuple[OptionRecord, ...] = ()
    options_from: Source | None = None
    fields: tuple[FieldRecord, ...] = ()
    when: tuple[SlotCondition, ...] = ()
    unless: tuple[SlotCondition, ...] = ()
    mandatory: bool = True
    counts: bool = True
    redirects: bool = False
    inline: bool = False
    offered: bool = False
    card: bool = False
    submit: str = ""

    _alternatives = field_validator("when", "unless", mode="before")(lambda value: alternatives(value))
    _paragraphs = field_validator("text", mode="before")(
        lambda value: (value,) if isinstance(value, str) else value
    )

    @property
    def answer_slot(self) -> str:
        """The slot that a choice fills: `slot`, or the step's own id."""
        return self.slot or self.id

    @property
    def slots(self) -> tuple[str, ...]:
        """Every slot that this step can fill; the receipt code is checked and never kept."""
        if self.kind == "choice":
            return (self.answer_slot,)
        return tuple(field.name for field in self.fields if field.check != "receipt_code")

    @property
    def mandatory_answers(self) -> int:
        """How many answers this step insists on."""
        if self.kind == "choice":
            return int(self.mandatory)
        return sum(field.required for field in self.fields)


class JourneyFile(Record):
    """One file of steps; `when` and `unless` hold for each of them, on top of its own."""

    steps: tuple[StepRecord, ...]
    when: tuple[SlotCondition, ...] = ()

    _alternatives = field_validator("when", mode="before")(lambda value: alternatives(value))


class PlatformRecord(Record):
    """A platform that a link can point to, the hosts that its links have, and what tracks on those alone."""

    value: str
    label: str
    hosts: tuple[str, ...] = ()
    tracking: tuple[str, ...] = ()


class OrderFile(Record):
    """The order of the files, the platforms, and the parts of any link that only track its reader."""

    files: tuple[str, ...] = Field(min_length=1)
    platforms: tuple[PlatformRecord, ...]
    tracking: tuple[str, ...]


class PrivacyFile(Record):
    """Words (in lower case, separated by spaces) that are never part of a person's name."""

    not_names: str

    @property
    def words(self) -> frozenset[str]:
        """The words, one by one."""
        return frozenset(name_words(self.not_names))


def alternatives(value: object) -> object:
    """One condition as the list of alternatives that it stands for."""
    return (value,) if isinstance(value, Mapping) else value
