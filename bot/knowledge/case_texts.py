"""The texts of cases (policy_kb/case-texts.yml), checked at start."""

from __future__ import annotations

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
    vacate: str
    deadline: str
    undelivered: str
    close: str
    reopen: str
    view: str
    check_back: str
    export_code: str
    export: str


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
    subject: str


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
    asked_uncontacted: str
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


class AuditTexts(Record):
    """The audit, as whoever may read it sees it: the names of actors and of actions among them."""

    title: str
    general: str
    none: str
    newest: str
    refused: str
    actors: dict[str, str]
    actions: dict[str, str]


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
    vacated: Notice
    withheld: Notice
    reminder: Notice
    line: str
    ladder_note: str
    replies: Replies
    refusals: Refusals
    errors: FieldErrors
    cases: CaseList
    audit: AuditTexts
    status: Status
    updates: Updates
    ages: Ages
