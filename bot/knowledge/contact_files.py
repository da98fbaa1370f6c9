"""How Signpost turns to whoever reported (policy_kb/contact.yml), checked at start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, field_validator

from bot.knowledge.documents import Document, Fault, Record
from bot.knowledge.journey_checks import CONTACT_KEYS
from bot.knowledge.journey_files import Condition, alternatives
from bot.knowledge.journey_texts import Plain, exactly

WithReference = Annotated[str, AfterValidator(exactly("reference"))]
Answer = Literal["no", "yes"]
Risk = Literal["child", "danger"]


class CheckBack(Record):
    """The one question some days after a report: which reports it is about, and all its words."""

    when: tuple[Condition, ...] = Field(min_length=1)
    unless: tuple[Condition, ...] = ()
    not_in_policy: Plain
    notice: WithReference
    status: Plain
    button: Plain
    title: WithReference
    says: tuple[Plain, ...] = Field(min_length=1)
    answer: Plain
    answers: dict[Answer, Plain] = Field(min_length=2)
    risk: Plain
    risks: dict[Risk, Plain] = Field(min_length=2)
    text: Plain
    submit: Plain
    safety_title: Plain
    safety_text: Plain
    safety_contacts: tuple[str, ...] = Field(min_length=1)
    urgent_submit: Plain
    answered: WithReference
    answered_closed: WithReference
    answered_urgent: WithReference
    kept: Annotated[str, AfterValidator(exactly("answer"))]
    tell_urgent: WithReference
    tell_urgent_text: Plain
    tell_phone: WithReference
    tell_phone_text: Plain

    _alternatives = field_validator("when", "unless", mode="before")(alternatives)

    @field_validator("safety_contacts")
    @classmethod
    def _known(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if unknown := [key for key in value if key not in CONTACT_KEYS]:
            raise ValueError(f"there is no contact {', '.join(unknown)}")
        return value


class ContactFile(Record):
    """The whole file."""

    check_back: CheckBack


def check_contact(
    document: Document, found: ContactFile, values: Mapping[str, frozenset[str] | None]
) -> Iterator[Fault]:
    """Whatever the journeys do not know: slots and answers. `values`: what each slot can hold."""
    for name, conditions in (("when", found.check_back.when), ("unless", found.check_back.unless)):
        for slot, wanted in (item for condition in conditions for item in condition.items()):
            known = values.get(slot, frozenset())
            if known is not None and not known.issuperset(wanted):
                message = f"check_back > {name}: {slot!r} never holds {', '.join(wanted)}"
                yield document.fault(message, ("check_back", name))
