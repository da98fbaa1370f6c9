"""The clock of replies: whom it reminds, and what it says (policy_kb/replies.yml)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator

from bot.content.documents import DataFaults, Document, Record
from bot.content.texts import Holding, Phrase, Text, TextTable
from bot.domain.replies import ReplyKind, Unfit

ReplyForm = Literal["log", "acknowledge", "answer"]
ReplyField = Literal["account", "kind", "received", "link", "at"]
# Who can be reminded: those who run the account, and roles.
Reminded = Literal["runners", "sbm", "flt", "eht", "it"]


class ReminderRecord(Record):
    """Who is told when so much of the time has passed."""

    percent: int = Field(ge=1, le=1000)
    to: tuple[Reminded, ...] = Field(min_length=1)


class ReplyHints(Record):
    """Beside a field."""

    link: Text
    at: Text


class ReplyButtons(Record):
    """The buttons of the list, of a notice and of the forms."""

    log: Text
    new: Text
    list: Text
    acknowledge: Text
    answer: Text
    save: Text


class ReplyLabels(Record):
    """What stands beside each fact of an entry."""

    account: Text
    kind: Text
    received: Text
    due: Text
    link: Text
    state: Text
    open: Text
    acknowledged: Annotated[Phrase, Holding("when")]
    overdue: Text
    outside: Text


class OutsideHours(Record):
    """That a time lies outside working hours, of which the policy says nothing."""

    text: Text
    source: Text


class ReplyErrors(Record):
    """What stands beside a field that is not right."""

    required: Text
    choice: Text
    date: Text
    future: Text
    too_old: Annotated[Phrase, Holding("days")]
    before_account: Annotated[Phrase, Holding("day")]
    before_receipt: Text
    link: Text
    page: Annotated[Phrase, Holding("page")]
    unlisted: Text


class ReplyList(Record):
    """The list of what is owed."""

    none: Text
    nothing_yours: Text
    more: Annotated[Phrase, Holding("count")]
    share: Annotated[Phrase, Holding("days on_time count percent")]


class ReplyNotice(Record):
    """One message to those who are to answer."""

    title: Text
    text: Annotated[Phrase, Holding(may="account kind received percent due")]


class ReplyRules(Record):
    """The whole file. `clause` is the one that is shown; `reminders` rise."""

    clause: str
    reminders: tuple[ReminderRecord, ...] = Field(min_length=1)
    kinds: TextTable[ReplyKind, Text]
    titles: TextTable[Literal[ReplyForm, "list"], Text]
    intro: Text
    not_this: Text
    fields: TextTable[ReplyField, Text]
    hints: ReplyHints
    other: Text
    unlisted: Text
    buttons: ReplyButtons
    labels: ReplyLabels
    due: Annotated[TextTable[Literal["weekday", "weekend"], Phrase], Holding("when")]
    outside: OutsideHours
    replies: Annotated[
        TextTable[
            Literal[
                "logged", "logged_late", "again", "told", "acknowledged", "acknowledged_late", "answered",
                "answered_late",
            ],
            Phrase,
        ],
        Holding(
            logged="account",
            logged_late="account",
            acknowledged="when",
            acknowledged_late="when due",
            answered="when",
            answered_late="when due",
        ),
    ]  # fmt: skip
    refusals: TextTable[Literal["not_permitted", "unknown", Unfit], Text]
    errors: ReplyErrors
    list: ReplyList
    notices: TextTable[Literal["logged", "reminder", "overdue"], ReplyNotice]

    @field_validator("reminders")
    @classmethod
    def _rising(cls, value: tuple[ReminderRecord, ...]) -> tuple[ReminderRecord, ...]:
        given = [item.percent for item in value]
        if sorted(set(given)) != given:
            raise ValueError("give each reminder a larger percent than the one before")
        return value


def load_replies(path: Path, clauses: Mapping[str, object]) -> ReplyRules:
    """Read `replies.yml`. Raises DataFaults with file and line, also where its clause does not exist."""
    document = Document(path)
    found = document.parse(ReplyRules)
    if found.clause not in clauses:
        raise DataFaults([document.fault(f"there is no clause {found.clause!r}", ("clause",))])
    return found
