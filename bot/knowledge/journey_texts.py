"""Every fixed phrase of a conversation (policy_kb/texts.yml), by name: a typing error is found early."""

from __future__ import annotations

from collections.abc import Callable
from string import Formatter
from typing import Annotated

from pydantic import AfterValidator, Field

from bot.knowledge.documents import Record


def exactly(*names: str) -> Callable[[str], str]:
    """A check that a text's braces hold these names, each at least once, and nothing else."""
    wanted = frozenset(names)

    def check(text: str) -> str:
        found = frozenset(name for _, name, _, _ in Formatter().parse(text) if name is not None)
        if found != wanted:
            listed = ", ".join(f"{{{name}}}" for name in sorted(wanted)) or "nothing"
            raise ValueError(f"the braces must hold {listed}, and nothing else")
        return text

    return check


Plain = Annotated[str, Field(min_length=1), AfterValidator(exactly())]


class Dialogue(Record):
    """Chat outside a journey."""

    help_title: Plain
    help_text: Plain
    help_report: Plain
    help_status: Plain
    public_line: Plain
    no_drill: Plain
    unknown_action: Plain
    nothing_open: Plain
    nothing_saved: Plain
    already_open: Plain
    go_on: Plain
    cancel_it: Plain
    still_open: Plain
    not_an_answer: Plain
    not_in_the_form: Plain
    file_title: Plain
    file_text: Plain
    file_button: Plain
    start_button: Plain
    account_request: Plain
    thanks_yes: Plain
    thanks_no: Plain
    ask_button: Plain
    lost: Plain


class Journey(Record):
    """The frame around every step of a journey."""

    back: Plain
    save: Plain
    cancel: Plain
    hide: Plain
    go_on: Plain
    skip: Plain
    show_again: Plain
    phone: Plain
    hidden: Plain
    drill_title: Plain
    drill_text: Plain
    saved: Annotated[str, AfterValidator(exactly("days"))]
    cancel_title: Plain
    cancel_text: Plain
    cancel_yes: Plain
    cancel_no: Plain
    cancelled: Plain
    closed: Plain
    stale: Plain
    first: Plain
    no_protocol: Plain
    no_process: Plain
    summary: Plain


class Review(Record):
    """The last screen before Send."""

    title: Plain
    intro: Plain
    answers: Plain
    edit: Annotated[str, AfterValidator(exactly("label"))]
    recipients: Plain
    level_details: Plain
    level_card: Plain
    level_notice: Plain
    person: Annotated[str, AfterValidator(exactly("level", "name", "role"))]
    ladder: Plain
    ladder_note: Plain
    strike: Annotated[str, AfterValidator(exactly("name"))]
    named: Annotated[str, AfterValidator(exactly("names"))]
    named_why: Plain
    put_back: Annotated[str, AfterValidator(exactly("name"))]
    struck: Annotated[str, AfterValidator(exactly("names"))]
    excluded: Annotated[str, AfterValidator(exactly("names"))]
    restricted: Plain
    channel: Plain
    mode_named: Plain
    mode_confidential: Plain
    mode_anonymous: Plain
    send: Plain
    refused_title: Plain
    refused_nobody: Plain
    refused_choose: Plain
    refused_outside: Plain
    refused_kept: Plain
    send_inside: Plain
    choose: Plain
    lado: Plain
    not_ready: Plain


class Receipts(Record):
    """What follows Send."""

    title: Plain
    duplicate: Plain
    duplicate_anonymous: Plain
    drill: Plain
    reference: Plain
    next_open: Plain
    next_restricted: Plain
    next_image: Plain
    next_question: Plain
    next_alert: Plain
    follow_named: Plain
    follow_anonymous: Plain
    not_watched: Plain
    worse: Plain
    add_more: Plain
    look_up: Plain
    wait_title: Plain
    wait_text: Plain
    not_saved_title: Plain
    not_saved_text: Plain
    not_sent_title: Plain
    summary: Plain
    not_saved_summary: Plain


class Forms(Record):
    """The forms that look up a report and add to it."""

    status_title: Plain
    status_reference: Plain
    status_reference_hint: Plain
    status_code: Plain
    status_submit: Plain
    add_title: Plain
    add_text: Plain
    add_code: Plain
    add_code_hint: Plain
    add_submit: Plain
    answer_title: Plain
    answer_text: Plain
    answer_submit: Plain


class Aftercare(Record):
    """What a reporter may do with a report that was sent, and what comes of it."""

    summary: Plain
    choices: Plain
    choices_title: Annotated[str, AfterValidator(exactly("reference"))]
    not_in_policy: Plain
    correct: Plain
    correct_title: Plain
    correct_kept: Plain
    correct_text: Plain
    correct_submit: Plain
    corrected: Annotated[str, AfterValidator(exactly("reference"))]
    withdraw: Plain
    withdraw_title: Annotated[str, AfterValidator(exactly("reference"))]
    withdraw_says: tuple[Plain, ...]
    withdraw_sure: Plain
    withdraw_yes: Annotated[str, AfterValidator(exactly("reference"))]
    withdraw_submit: Plain
    withdrawn: Annotated[str, AfterValidator(exactly("reference"))]
    withdrawn_kept: Annotated[str, AfterValidator(exactly("reference"))]
    withdrawn_before: Annotated[str, AfterValidator(exactly("reference"))]
    withdraw_closed: Annotated[str, AfterValidator(exactly("reference"))]
    status_kept: Plain
    tell_withdrawn: Annotated[str, AfterValidator(exactly("reference"))]
    tell_withdrawn_text: Plain
    tell_kept: Annotated[str, AfterValidator(exactly("reference"))]
    tell_kept_text: Plain
    move: Plain
    move_title: Annotated[str, AfterValidator(exactly("reference"))]
    move_says: tuple[Plain, ...]
    move_to: Plain
    move_eht: Plain
    move_chair: Plain
    move_submit: Plain
    moved: Annotated[str, AfterValidator(exactly("reference", "role"))]
    moved_opened: Annotated[str, AfterValidator(exactly("roles"))]
    moved_unopened: Annotated[str, AfterValidator(exactly("roles"))]
    move_unsafe: Annotated[str, AfterValidator(exactly("role"))]
    move_same: Annotated[str, AfterValidator(exactly("reference", "role"))]
    moved_here: Annotated[str, AfterValidator(exactly("before", "opened", "role"))]
    nobody: Plain


class Errors(Record):
    """What stands beside a field."""

    required: Plain
    too_long: Annotated[str, AfterValidator(exactly("length", "most"))]
    date: Plain
    future: Plain
    number: Plain
    link: Plain
    link_platform: Annotated[str, AfterValidator(exactly("platform"))]
    option: Plain
    code: Plain


class Privacy(Record):
    """What is asked before a text is stored."""

    password: Annotated[str, AfterValidator(exactly("found"))]
    student_name: Annotated[str, AfterValidator(exactly("found"))]
    keep_label: Plain
    keep_option: Plain


class Texts(Record):
    """The whole file."""

    dialogue: Dialogue
    journey: Journey
    review: Review
    receipts: Receipts
    forms: Forms
    aftercare: Aftercare
    errors: Errors
    privacy: Privacy
