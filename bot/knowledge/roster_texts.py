"""What those read who keep the roster, and everybody during a pause (policy_kb/roster-texts.yml)."""

from __future__ import annotations

from string import Formatter
from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, field_validator

from bot.domain.access import DECISIONS
from bot.domain.roster_changes import WHATS, Misfit
from bot.knowledge.case_texts import Notice
from bot.knowledge.documents import Record
from bot.knowledge.journey_texts import exactly

# A change to the roster is one of many, each with a form of its own.
_DECISIONS = tuple(decision for decision in DECISIONS if decision != "roster")
Words = dict[str, str]
Refusal = Literal[
    "not_permitted",
    "unknown",
    "same_person",
    "decided",
    "expired",
    "not_yours",
    "proposer_left",
    "misfit",
    "unheld",
    "too_few",
    "already_paused",
    "not_paused",
]
Button = Literal["confirm", "refuse", "withdraw"]
Label = Literal[
    "title",
    "roles",
    "away",
    "waiting",
    "change",
    "paused",
    "nobody",
    "every_school",
    "away_line",
    "waiting_line",
]
FieldName = Literal[
    "person", "id", "name", "role", "school", "platform", "user", "start", "end", "to", "reason"
]
_BRACES = {
    "proposed": {"what", "person", "until"},
    "approved": {"what", "person", "other"},
    "approved_later": {"what", "person", "other"},
    "refused": {"what", "person"},
    "withdrawn": {"what", "person"},
}


class PausedTexts(Record):
    """While Signpost is paused."""

    title: str
    text: str
    not_saved_title: str
    not_saved_text: str


class DigestTexts(Record):
    """The daily digest, and the one before and after days off. No kind, no name, no word of a report."""

    title: str
    weekend_title: str
    open: str
    unacknowledged: str
    overdue: str
    oldest: str
    weekend: str
    text: str
    # For those who may audit: what shows later that the end of the audit was cut off.
    audit: Annotated[str, AfterValidator(exactly("head"))]


class RosterTexts(Record):
    """The whole file: `changes` and `kinds` say what is proposed, `misfits` why it does not fit."""

    changes: Words
    kinds: Words
    misfits: Words
    refusals: Words
    buttons: Words
    labels: Words
    forms: Words
    fields: Words
    hints: Words
    submit: str
    errors: Words
    told: Words
    replies: Words
    paused: PausedTexts
    digest: DigestTexts
    channel: Notice

    @field_validator("misfits")
    @classmethod
    def _all_misfits(cls, value: Words) -> Words:
        return _holding(value, get_args(Misfit))

    @field_validator("changes")
    @classmethod
    def _all_changes(cls, value: Words) -> Words:
        return _holding(value, WHATS)

    @field_validator("kinds")
    @classmethod
    def _all_kinds(cls, value: Words) -> Words:
        return _holding(value, (*_DECISIONS, "cases_to", "cases_back"))

    @field_validator("refusals")
    @classmethod
    def _all_refusals(cls, value: Words) -> Words:
        return _holding(value, get_args(Refusal))

    @field_validator("buttons")
    @classmethod
    def _all_buttons(cls, value: Words) -> Words:
        return _holding(value, get_args(Button))

    @field_validator("labels")
    @classmethod
    def _all_labels(cls, value: Words) -> Words:
        return _holding(value, get_args(Label))

    @field_validator("forms")
    @classmethod
    def _all_forms(cls, value: Words) -> Words:
        return _holding(value, (*WHATS, *_DECISIONS))

    @field_validator("fields")
    @classmethod
    def _all_fields(cls, value: Words) -> Words:
        return _holding(value, get_args(FieldName))

    @field_validator("told")
    @classmethod
    def _braces(cls, value: Words) -> Words:
        for name, wanted in _BRACES.items():
            found = {brace for _, brace, _, _ in Formatter().parse(value.get(name, "")) if brace}
            if not found <= wanted:
                raise ValueError(f"{name} may use only these braces: {', '.join(sorted(wanted))}")
        return _holding(value, tuple(_BRACES))


def _holding(value: Words, names: tuple[str, ...]) -> Words:
    missing = [name for name in names if not value.get(name)]
    if missing:
        raise ValueError(f"{', '.join(missing)} must be given")
    return value
