"""What those read who keep the roster, and everybody during a pause (policy_kb/roster-texts.yml)."""

from __future__ import annotations

from typing import Annotated, Literal

from bot.content.documents import Record
from bot.content.texts import Holding, Phrase, Text, TextTable
from bot.domain.access import Agreement
from bot.domain.roster import Misfit, What

Refusal = Literal[
    "not_permitted", "unknown", "same_person", "decided", "expired", "not_yours", "proposer_left",
    "misfit", "unheld", "too_few", "already_paused", "not_paused",
]  # fmt: skip
FieldName = Literal[
    "person", "id", "name", "role", "school", "platform", "user", "start", "end", "to", "reason"
]
# What cuts a platform off from Signpost.
Trouble = Literal["access", "unreachable", "socket", "signatures"]
# What becomes of a proposal.
Verdict = Literal["proposed", "approved", "approved_later", "refused", "withdrawn"]


class RosterButtons(Record):
    """The buttons of a proposal."""

    confirm: Text
    refuse: Text
    withdraw: Text


class RosterLabels(Record):
    """The headings and lines of the roster."""

    title: Text
    roles: Text
    away: Text
    waiting: Text
    change: Text
    paused: Text
    nobody: Text
    every_school: Text
    unattended: Annotated[Phrase, Holding("people")]
    away_line: Annotated[Phrase, Holding("who start end to")]
    waiting_line: Annotated[Phrase, Holding("what person until")]


class RosterHints(Record):
    """Beside a field, or in place of its label in one form."""

    id: Text
    leave_to: Text
    handover_to: Text
    user_on: Annotated[Phrase, Holding("platform")]


class RosterErrors(Record):
    """What stands beside a field that is not right."""

    required: Text
    too_long: Annotated[Phrase, Holding("limit")]
    choice: Text
    id: Text
    date: Text
    past: Text
    accounts: Text


class AlarmTexts(Record):
    """What the IT Manager is sent where nothing can be posted in the channel."""

    title: Text
    text: Annotated[Phrase, Holding("why")]


class DoorAlarmTexts(Record):
    """What the IT Manager is sent where a platform is cut off from Signpost."""

    title: Annotated[Phrase, Holding("platform")]
    why: Annotated[TextTable[Trouble, Phrase], Holding("platform")]
    text: Annotated[Phrase, Holding("day")]


class PausedTexts(Record):
    """While Signpost is paused."""

    title: Text
    text: Text
    not_saved_title: Text
    not_saved_text: Text


class DigestTexts(Record):
    """The daily digest, and the one before and after days off. No kind, no name, no word of a report."""

    title: Text
    weekend_title: Text
    open: Text
    unacknowledged: Text
    overdue: Text
    oldest: Text
    weekend: Text
    text: Text
    # For those who may audit: what shows later that the end of the audit was cut off.
    audit: Annotated[Phrase, Holding("head")]


class ReviewTexts(Record):
    """To the policy owner: what waits to be signed, and what stands on changed clauses."""

    title: Text
    text: Annotated[Phrase, Holding("count")]
    more: Annotated[Phrase, Holding("count")]
    steps: Annotated[Phrase, Holding("clauses")]


class RosterTexts(Record):
    """The whole file: `changes` and `kinds` say what is proposed, `misfits` why it does not fit."""

    changes: Annotated[
        TextTable[What, Phrase],
        Holding(
            "who",
            join="name person accounts",
            leave="who cases",
            give="who role school",
            take="who role school",
            account="who accounts",
            no_account="who platform",
            absent="who start end to",
            handover="who to",
        ),
    ]
    # A change to the roster is one of many, each with a form of its own.
    kinds: Annotated[
        TextTable[Literal[Agreement, "cases_to", "cases_back"], Phrase],
        Holding("reason", purge="cases reason", cases_to="to", cases_back=""),
    ]
    misfits: TextTable[Misfit, Text]
    refusals: Annotated[TextTable[Refusal, Phrase], Holding(misfit="why", unheld="role school least")]
    buttons: RosterButtons
    labels: RosterLabels
    forms: TextTable[Literal[What, Agreement], Text]
    fields: TextTable[FieldName, Text]
    hints: RosterHints
    submit: Text
    errors: RosterErrors
    told: Annotated[
        TextTable[Literal[Verdict, "ran_out", "decided"], Phrase],
        Holding(
            "person what",
            proposed="person what until",
            ran_out="person what until",
            approved="person what other",
            approved_later="person what other",
        ),
    ]
    replies: Annotated[TextTable[Verdict, Phrase], Holding("what")]
    paused: PausedTexts
    digest: DigestTexts
    review: ReviewTexts
    channel: AlarmTexts
    doors: DoorAlarmTexts
