"""How Signpost contacts reporters (policy_kb/contact.yml), checked at start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import time
from functools import cached_property
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from bot.content.contacts import unknown_contact
from bot.content.documents import ClockTime, Document, Fault, Record
from bot.content.federation import WEEKDAYS, Weekday
from bot.content.journeys import SlotCondition, alternatives
from bot.content.texts import Holding, Phrase, Text, TextTable, WithReference
from bot.domain.times import Avoided

# The slot of the times that a reporter wants to be left alone in.
AVOID = "contact_avoid"
Answer = Literal["no", "yes"]
Risk = Literal["child", "danger"]


class CheckBack(Record):
    """The one question some days after a report: which reports it is about, and all its words."""

    when: tuple[SlotCondition, ...] = Field(min_length=1)
    unless: tuple[SlotCondition, ...] = ()
    not_in_policy: Text
    notice: WithReference
    status: Text
    button: Text
    title: WithReference
    says: tuple[Text, ...] = Field(min_length=1)
    answer: Text
    answers: TextTable[Answer, Text]
    risk: Text
    risks: TextTable[Risk, Text]
    text: Text
    submit: Text
    safety_title: Text
    safety_text: Text
    safety_contacts: tuple[str, ...] = Field(min_length=1)
    urgent_submit: Text
    answered: WithReference
    answered_closed: WithReference
    answered_urgent: WithReference
    kept: Annotated[Phrase, Holding("answer")]
    tell_urgent: WithReference
    tell_urgent_text: Text
    tell_phone: WithReference
    tell_phone_text: Text

    _alternatives = field_validator("when", "unless", mode="before")(alternatives)


class AvoidRecord(Record):
    """Hours on the clock, on some weekdays or on all; or the Federation's working hours."""

    starts: ClockTime = Field(default=time(0), alias="from")
    ends: ClockTime = Field(default=time(0), alias="until")
    days: tuple[Weekday, ...] = Field(default=WEEKDAYS, min_length=1)
    working_hours: bool = False

    @model_validator(mode="after")
    def _one_or_the_other(self) -> AvoidRecord:
        if self.working_hours and self.model_fields_set != {"working_hours"}:
            raise ValueError("working_hours stand alone: federation.yml says which they are")
        return self

    def avoided(self) -> Avoided:
        """As the domain knows it."""
        days = frozenset(WEEKDAYS.index(day) for day in self.days)
        return Avoided(self.starts, self.ends, days, self.working_hours)


class ContactFile(Record):
    """The whole file."""

    avoid: dict[str, AvoidRecord]
    check_back: CheckBack

    @cached_property
    def avoided(self) -> Mapping[str, Avoided]:
        """The hours behind each answer."""
        return {name: record.avoided() for name, record in self.avoid.items()}


def check_contact(
    document: Document,
    found: ContactFile,
    values: Mapping[str, frozenset[str] | None],
    contacts: frozenset[str],
) -> Iterator[Fault]:
    """Whatever is not known: contacts, slots and answers. `values`: what each slot can hold."""
    for place, key in enumerate(found.check_back.safety_contacts):
        if key not in contacts:
            at = ("check_back", "safety_contacts", place)
            yield document.fault(f"safety_contacts: {unknown_contact(key)}", at)
    for name, conditions in (("when", found.check_back.when), ("unless", found.check_back.unless)):
        for slot, wanted in (item for condition in conditions for item in condition.items()):
            known = values.get(slot, frozenset())
            if known is not None and not known.issuperset(wanted):
                message = f"check_back > {name}: {slot!r} never holds {', '.join(wanted)}"
                yield document.fault(message, ("check_back", name))
    offered = values.get(AVOID) or frozenset()
    for name in sorted(offered ^ found.avoid.keys()):
        why = "no hours are given for" if name in offered else f"no answer to {AVOID!r} is"
        yield document.fault(f"avoid: {why} {name!r}", ("avoid", name))
