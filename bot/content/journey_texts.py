"""Every fixed phrase of a conversation (policy_kb/texts.yml), by name: a typing error is found early."""

from __future__ import annotations

from typing import Annotated, Literal

from bot.content.documents import Record
from bot.content.texts import Holding, Phrase, Text, TextTable, WithReference

# What `help` tells those of, whose roles permissions.yml names for it; anybody on the roster holds a drill.
Workflow = Literal[
    "answer_reply", "complete_account", "decide_account", "run_account", "answer_list", "start_campaign",
    "answer_gap",
]  # fmt: skip
Duty = Literal[
    "list", "export", "restrict", "audit", "subject", "roster", "purge", "governors", Workflow, "drill"
]


Waiting = Literal["replies", "accounts", "questions", "gaps", "confirm", "campaign", "staff"]


class WorkTexts(Record):
    """What waits for somebody, a line for each list that is theirs."""

    button: Text
    title: Text
    none: Text
    what: Text
    count: Text
    line: Annotated[Phrase, Holding("what count")]
    open: Annotated[Phrase, Holding("what")]
    rows: TextTable[Waiting, Text]


class Dialogue(Record):
    """Chat outside a journey."""

    help_title: Text
    help_text: Text
    help_report: Text
    help_status: Text
    help_desk: Text
    numbers: Text
    cases: Text
    roster: Text
    duties: TextTable[Duty, Text]
    work: WorkTexts
    public_line: Text
    no_drill: Text
    unknown_action: Text
    nothing_open: Text
    nothing_saved: Text
    already_open: Text
    go_on: Text
    cancel_it: Text
    still_open: Text
    not_an_answer: Text
    not_in_the_form: Text
    file_title: Text
    file_text: Text
    file_button: Text
    start_button: Text
    thanks_yes: Text
    thanks_no: Text
    ask_button: Text
    lost: Text


class Journey(Record):
    """The frame around every step of a journey."""

    back: Text
    save: Text
    cancel: Text
    hide: Text
    go_on: Text
    skip: Text
    show_again: Text
    today: Text
    yesterday: Text
    earlier: Text
    changed: Text
    phone: Text
    not_these: Annotated[Phrase, Holding("roles")]
    hidden: Text
    asks_first: Text
    blank: Text
    shown: Text
    drill_title: Text
    drill_text: Text
    saved: Annotated[Phrase, Holding("days")]
    cancel_title: Text
    cancel_text: Text
    read_along: Text
    cancel_yes: Text
    cancel_no: Text
    cancelled: Text
    closed: Text
    stale: Text
    first: Text
    no_protocol: Text
    no_process: Text
    summary: Text


class DangerInForms(Record):
    """Around the numbers that are shown where a form tells of danger."""

    kept: Text
    go_on: Text
    deny: Text
    below: Text
    denied: Text


class Alert(Record):
    """The urgent alert: who gets it, before it is sent."""

    open: Text
    kind: Text
    title: Text
    phone_title: Text
    phone: Text
    says: Text
    kept: Text
    recipients: Text
    with_name: Text
    without_name: Text
    give_name: Text
    drop_name: Text
    strike: Annotated[Phrase, Holding("name")]
    put_back: Annotated[Phrase, Holding("name")]
    local: Text
    send: Text
    back: Text
    nobody_title: Text
    nobody: Text
    sent: Text


class ReviewScreenTexts(Record):
    """The last screen before Send."""

    title: Text
    intro: Text
    answers: Text
    edit: Annotated[Phrase, Holding("label")]
    add: Annotated[Phrase, Holding("label")]
    recipients: Text
    level_details: Text
    level_card: Text
    level_notice: Text
    person: Annotated[Phrase, Holding("level name role")]
    ladder: Text
    ladder_note: Text
    strike: Annotated[Phrase, Holding("name")]
    named: Annotated[Phrase, Holding("names")]
    named_why: Text
    put_back: Annotated[Phrase, Holding("name")]
    struck: Annotated[Phrase, Holding("names")]
    excluded: Annotated[Phrase, Holding("names")]
    passed_over: Annotated[Phrase, Holding("names")]
    restricted: Text
    channel: Text
    own: Text
    mode_named: Text
    mode_confidential: Text
    mode_anonymous: Text
    send: Text
    refused_title: Text
    refused_nobody: Text
    refused_choose: Text
    refused_outside: Text
    refused_kept: Text
    send_inside: Text
    choose: Text
    lado: Text
    not_ready: Text
    owed: Text
    no_longer_asked: Annotated[Phrase, Holding("slot")]


class Receipts(Record):
    """What follows Send."""

    title: Text
    duplicate: Text
    duplicate_anonymous: Text
    drill: Text
    reference: Text
    next_open: Text
    next_restricted: Text
    next_urgent: Text
    later_open: Annotated[Phrase, Holding("when")]
    later_restricted: Annotated[Phrase, Holding("when")]
    later_urgent: Annotated[Phrase, Holding("when")]
    next_image: Text
    next_question: Text
    next_alert: Text
    follow_named: Text
    follow_anonymous: Text
    not_watched: Text
    worse: Text
    add_more: Text
    look_up: Text
    wait_title: Text
    wait_text: Text
    not_saved_title: Text
    not_saved_text: Text
    not_sent_title: Text
    summary: Text
    not_saved_summary: Text


class Forms(Record):
    """The forms that look up a report and add to it."""

    status_title: Text
    status_reference: Text
    status_reference_hint: Text
    status_code: Text
    status_submit: Text
    add_title: Text
    add_text: Text
    add_code: Text
    add_code_hint: Text
    add_submit: Text
    answer_title: Text
    answer_text: Text
    answer_submit: Text


class Aftercare(Record):
    """What a reporter may do with a report that was sent, and what comes of it."""

    summary: Text
    choices: Text
    choices_settled: Text
    choices_title: WithReference
    badly: Text
    badly_title: WithReference
    badly_submit: Text
    badly_sent: Annotated[Phrase, Holding("reference role")]
    badly_before: WithReference
    badly_nobody: Text
    not_in_policy: Text
    correct: Text
    correct_title: Text
    correct_kept: Text
    correct_text: Text
    correct_submit: Text
    corrected: WithReference
    withdraw: Text
    withdraw_title: WithReference
    withdraw_says: tuple[Text, ...]
    withdraw_sure: Text
    withdraw_yes: WithReference
    withdraw_unsure: Text
    withdraw_submit: Text
    withdrawn: WithReference
    withdrawn_kept: WithReference
    withdrawn_before: WithReference
    withdraw_closed: WithReference
    status_kept: Text
    tell_withdrawn: WithReference
    tell_withdrawn_text: Text
    tell_kept: WithReference
    tell_kept_text: Text
    move: Text
    move_title: WithReference
    move_says: tuple[Text, ...]
    move_to: Text
    move_eht: Text
    move_chair: Text
    move_submit: Text
    moved: Annotated[Phrase, Holding("reference role")]
    moved_opened: Annotated[Phrase, Holding("roles")]
    moved_unopened: Annotated[Phrase, Holding("roles")]
    move_unsafe: Annotated[Phrase, Holding("role")]
    move_same: Annotated[Phrase, Holding("reference role")]
    moved_here: Annotated[Phrase, Holding("before opened role")]
    nobody: Text


class Errors(Record):
    """What stands beside a field."""

    required: Text
    unpicked: Text
    unticked: Text
    too_long: Annotated[Phrase, Holding("length most")]
    date: Text
    future: Text
    number: Text
    link: Text
    link_platform: Annotated[Phrase, Holding("platform")]
    option: Text
    code: Text


class Privacy(Record):
    """What is asked before a text is stored."""

    password: Annotated[Phrase, Holding("found")]
    student_name: Annotated[Phrase, Holding("found")]
    keep_label: Text
    keep_option: Text


class Texts(Record):
    """The whole file."""

    dialogue: Dialogue
    journey: Journey
    danger_in_forms: DangerInForms
    alert: Alert
    review: ReviewScreenTexts
    receipts: Receipts
    forms: Forms
    aftercare: Aftercare
    errors: Errors
    privacy: Privacy
