"""Questions that the policy leaves open: targets, limits, and what is said (policy_kb/gaps.yml)."""

from __future__ import annotations

import re
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator

from bot.content.documents import Record, load
from bot.content.texts import Holding, Phrase, Text, TextTable
from bot.domain.gaps import Decline, GapStage, Ruling, Unfit

GapForm = Literal["ask", "answer", "sign", "decline", "withdraw"]
GapField = Literal[
    "question", "mode", "wording", "text", "ruling", "basis", "clause", "examples", "review", "why", "code"
]
Basis = Literal["clause", "silent"]
Mode = Literal["named", "anonymous"]
Review = Literal["3", "6", "12"]
Reminded = Literal["policy_owner", "eht", "dsl"]
Share = Annotated[float, Field(gt=0, le=1)]


class GapReminder(Record):
    """Who is told after so many working days."""

    days: int = Field(ge=1, le=60)
    to: tuple[Reminded, ...] = Field(min_length=1)


class GapHints(Record):
    """Beside a field."""

    wording: Text
    text: Text
    clause: Text
    examples: Text


class GapButtons(Record):
    """The buttons of the list, of the forms and under an answer."""

    ask: Text
    send: Text
    open: Text
    list: Text
    answer: Text
    save: Text
    sign: Text
    sign_now: Text
    take_back: Text
    decline: Text
    withdraw: Text
    governors: Text
    report: Text
    status: Text


class GapLabels(Record):
    """What stands beside each fact."""

    reference: Text
    code: Text
    question: Text
    state: Text
    answer: Text
    ruling: Text
    basis: Text
    examples: Text
    author: Text
    signer: Text
    review: Text
    would_answer: Text
    overdue: Text
    asked_by: Annotated[Phrase, Holding("count")]


class Intake(Record):
    """What is said where something is to be reported, not asked."""

    title: Text
    text: Text


class GapErrors(Record):
    """What stands beside a field that is not right."""

    required: Text
    choice: Text
    short: Text
    long: Annotated[Phrase, Holding("most")]
    redacted: Text
    clause: Text
    no_clause: Text
    person: Annotated[Phrase, Holding("found")]
    danger: Text
    permits: Annotated[Phrase, Holding("clause")]
    releases: Annotated[Phrase, Holding("clause")]
    captures: Annotated[Phrase, Holding("question")]


class GapList(Record):
    """The list of those who answer."""

    none: Text
    nothing_yours: Text
    more: Annotated[Phrase, Holding("count")]
    live: Text
    near: Text
    by_code: Text


class GapNotice(Record):
    """One message to those who answer or sign."""

    title: Text
    text: Annotated[Phrase, Holding(may="days")]


class GapTold(Record):
    """What an asker is told."""

    answered: Text
    taken_back: Text
    declined: Text
    expired: Annotated[Phrase, Holding("days")]


class GapRules(Record):
    """The whole file. `reminders` rise; patterns are tried without regard to capitals."""

    reminders: tuple[GapReminder, ...] = Field(min_length=1)
    bar: Share
    near_words: Share
    near_odds: Share
    small_words: Text
    no_names: Text
    gives_leave: tuple[str, ...] = Field(min_length=1)
    lifts_duty: tuple[str, ...] = Field(min_length=1)
    reviews: TextTable[Review, Text]
    rulings: TextTable[Ruling, Text]
    basis: TextTable[Basis, Text]
    modes: TextTable[Mode, Text]
    declined: TextTable[Decline, Text]
    declined_said: TextTable[Decline, Text]
    stages: TextTable[GapStage, Text]
    titles: TextTable[Literal[GapForm, "list", "mine", "governors", "taken_out"], Text]
    ask_intro: Text
    ask_not_this: Text
    ask_anonymous: Text
    fields: TextTable[GapField, Text]
    hints: GapHints
    buttons: GapButtons
    labels: GapLabels
    mark: Text
    silent: Text
    review_by: Annotated[Phrase, Holding("day")]
    number: Text
    school: Text
    date: Text
    name: Text
    contact: Text
    replies: Annotated[
        TextTable[
            Literal[
                "asked", "asked_anonymous", "joined", "joined_anonymous", "again", "there", "saved", "signed",
                "taken_back", "not_signed", "declined", "withdrawn", "none_mine",
            ],
            Phrase,
        ],
        Holding(asked="days", taken_back="days"),
    ]  # fmt: skip
    intake: Intake
    refusals: TextTable[
        Literal[
            "not_permitted", "unknown", "second", "changed", "meanwhile", "wrong_code", "unsigned", Unfit
        ],
        Text,
    ]
    errors: GapErrors
    list: GapList
    notices: TextTable[Literal["asked", "reminder", "answered", "lapsed", "review"], GapNotice]
    told: GapTold

    @field_validator("reminders")
    @classmethod
    def _rising(cls, value: tuple[GapReminder, ...]) -> tuple[GapReminder, ...]:
        given = [item.days for item in value]
        if sorted(set(given)) != given:
            raise ValueError("give each reminder more days than the one before")
        return value

    @field_validator("gives_leave", "lifts_duty")
    @classmethod
    def _compile(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for pattern in value:
            try:
                re.compile(pattern)
            except re.error as error:
                raise ValueError(f"{pattern}: not a regular expression: {error}") from None
        return value

    @cached_property
    def small(self) -> frozenset[str]:
        """The words that say nothing of what is asked."""
        return frozenset(self.small_words.split())

    @cached_property
    def known(self) -> frozenset[str]:
        """Words with a capital that are no name, in lower case."""
        return frozenset(self.no_names.split())

    @cached_property
    def leave(self) -> re.Pattern[str]:
        """What gives leave."""
        return re.compile("|".join(self.gives_leave), re.IGNORECASE)

    @cached_property
    def release(self) -> re.Pattern[str]:
        """What lifts a duty."""
        return re.compile("|".join(self.lifts_duty), re.IGNORECASE)


def load_gaps(path: Path) -> GapRules:
    """Read `gaps.yml`. Raises DataFaults with file and line."""
    return load(path, GapRules)
