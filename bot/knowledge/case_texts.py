"""The texts of cases and the outcomes (policy_kb/case-texts.yml, outcomes.yml), checked at start."""

from __future__ import annotations

from pydantic import Field, field_validator

from bot.knowledge.documents import Record


class Stages(Record):
    """Each stage in words."""

    submitted: str
    delivered: str
    acknowledged: str
    closed: str


class Modes(Record):
    """Each way to report in words."""

    named: str
    confidential: str
    anonymous: str


class Events(Record):
    """Each line of the history."""

    submit: str
    deliver: str
    acknowledge: str
    assign: str
    note: str
    ask: str
    refer: str
    add: str
    answer: str
    correct: str
    withdraw: str
    withdraw_kept: str
    misdirect: str
    deadline: str
    undelivered: str
    close: str
    reopen: str
    view: str


class Tags(Record):
    """The marks on a card."""

    drill: str
    urgent: str
    restricted: str
    child: str


class Labels(Record):
    """The labels of a card and of its details."""

    reference: str
    school: str
    received: str
    status: str
    added: str
    asked: str
    referred: str
    their_reference: str
    advice: str
    question: str
    your_answer: str
    holder: str
    reporter: str
    told: str
    ladder: str
    opened: str
    next_due: str
    images: str
    clauses: str
    outcome: str
    reason: str
    answer: str
    history: str
    report: str


class Buttons(Record):
    """The buttons of a card."""

    acknowledge: str
    take: str
    assign: str
    note: str
    ask: str
    refer: str
    read: str
    details: str
    close: str
    reopen: str
    open: str
    clauses: str


class Forms(Record):
    """The forms that a card opens."""

    assign_title: str
    assign_person: str
    assign_submit: str
    note_title: str
    note_text: str
    note_submit: str
    ask_title: str
    ask_text: str
    ask_hint: str
    ask_submit: str
    refer_title: str
    refer_agency: str
    refer_at: str
    refer_reference: str
    refer_advice: str
    refer_hint: str
    refer_submit: str
    close_title: str
    close_outcome: str
    close_reason: str
    close_answer: str
    close_submit: str
    reopen_title: str
    reopen_reason: str
    reopen_submit: str


class Notice(Record):
    """A notice without content."""

    title: str
    text: str


class Replies(Record):
    """What the presser reads when it is done."""

    acknowledged: str
    assigned: str
    noted: str
    asked: str
    asked_anonymous: str
    referred: str
    closed: str
    reopened: str


class Refusals(Record):
    """What the presser reads when nothing is done."""

    not_on_roster: str
    unknown: str
    not_permitted: str
    already_acknowledged: str
    closed: str
    not_closed: str
    not_acknowledged: str
    changed: str
    unknown_action: str


class FieldErrors(Record):
    """What stands beside a field."""

    person: str
    note: str
    question: str
    agency: str
    date: str
    future: str
    too_long: str
    outcome: str
    reason: str
    answer: str


class CaseList(Record):
    """The list of open cases."""

    title: str
    none: str
    one: str
    many: str
    line: str
    withheld: str
    urgent: str


class Status(Record):
    """What a reporter reads who asks."""

    title: str
    none: str
    wrong_code: str
    needs_code: str
    too_many: str
    waiting: str
    late: str
    undelivered: str
    acknowledged: str
    closed: str
    answer: str
    asked: str
    answered: str
    added: str
    add_unknown: str


class Updates(Record):
    """What a reporter is sent."""

    receipt: str
    acknowledged: str
    closed: str
    reopened: str
    question: str
    undelivered: str
    late: str


class Ages(Record):
    """How long ago."""

    minutes: str
    hours: str
    days: str


class CaseTexts(Record):
    """Every text about a case."""

    kinds: dict[str, str]
    stages: Stages
    modes: Modes
    events: Events
    tags: Tags
    labels: Labels
    buttons: Buttons
    forms: Forms
    nobody: str
    images_none: str
    local_target: str
    notice: Notice
    added: Notice
    given: Notice
    withheld: Notice
    line: str
    ladder_note: str
    replies: Replies
    refusals: Refusals
    errors: FieldErrors
    cases: CaseList
    status: Status
    updates: Updates
    ages: Ages


class Outcome(Record):
    """How a case can be closed: its code, what the FLT picks, and what the reporter sees."""

    code: str = Field(pattern=r"^[a-z_]{1,32}$")
    label: str = Field(min_length=1)
    reporter: str = Field(min_length=1)
    offered: bool = True


class Agency(Record):
    """A body outside the Federation that a case can be referred to."""

    code: str = Field(pattern=r"^[a-z_]{1,32}$")
    label: str = Field(min_length=1)


class Outcomes(Record):
    """The outcomes and the outside bodies, each in the order in which they are offered."""

    outcomes: tuple[Outcome, ...] = Field(min_length=1)
    agencies: tuple[Agency, ...] = Field(min_length=1)

    @field_validator("outcomes", "agencies")
    @classmethod
    def _once_each(cls, value: tuple[Outcome | Agency, ...]) -> tuple[Outcome | Agency, ...]:
        codes = [item.code for item in value]
        if len(set(codes)) != len(codes):
            raise ValueError("each code may stand only once")
        return value

    def find(self, code: str) -> Outcome | None:
        """The outcome of a code, or None."""
        return next((item for item in self.outcomes if item.code == code), None)

    def agency(self, code: str) -> str:
        """What the body of a code is called; the code itself where there is none."""
        return next((item.label for item in self.agencies if item.code == code), code)
