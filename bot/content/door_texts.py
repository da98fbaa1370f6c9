"""The texts of doors and of paper (policy_kb/door-texts.yml, paper-texts.yml), checked at start."""

from __future__ import annotations

from collections.abc import Container, Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from bot.content.documents import DataFaults, Document, Fault, Record
from bot.content.policy_load import Policy
from bot.content.texts import Holding, Phrase, Text, TextTable, Title, WithReference


class ChannelTexts(Record):
    """In a channel that others read: never a word of what was asked."""

    answered: Text
    sending: Text
    shared: Text
    shared_by: Annotated[Phrase, Holding("person")]
    share: Text
    not_shared: Text


class WindowTexts(Record):
    """Around a form that opens in a window of its own."""

    open: Text
    opener: Text
    title: Title
    loading: Text
    again: Text
    close: Title
    late: Text


class HomeTexts(Record):
    """The home page of the bot."""

    title: Text
    ask: Text
    ask_hint: Text
    ask_submit: Text
    popular: Text
    report: Text
    report_text: Text
    mine: Text
    work: Text
    cases: Text
    footer: Annotated[Phrase, Holding("title")]


class PrivacyTexts(Record):
    """Why the FLT's channel is not private enough to post in: no name in it, it is shown to many."""

    missing: Text
    archived: Text
    public: Text
    untold: Text
    shared: Text
    off_roster: Annotated[Phrase, Holding("count")]
    outsiders: Annotated[Phrase, Holding("count")]
    refused: Annotated[Phrase, Holding("platform code")]
    unanswered: Annotated[Phrase, Holding("platform")]
    unchecked: Text


class ChatTexts(Record):
    """In a personal chat on a platform whose messages all stay: what a press is answered with."""

    below: Text
    moved: Text
    above: Text
    try_again: Text
    again: Text
    unknown: Text
    unreachable: Text
    hidden: Text
    still_above: Text
    stays: Text
    repeated: Annotated[Phrase, Holding("platform")]


class DoorTexts(Record):
    """The whole file. `popular` are the topics offered before anybody has asked, by id."""

    channel: ChannelTexts
    form: WindowTexts
    more: Text
    more_cases: Annotated[Phrase, Holding("count")]
    goes_on: Text
    progress: Annotated[Phrase, Holding("done total")]
    choose: Text
    required: Text
    optional: Text
    time: Text
    outside: Annotated[Phrase, Holding("text")]
    clause: Annotated[Phrase, Holding("section lines")]
    home: HomeTexts
    popular: tuple[str, ...] = Field(min_length=1, max_length=5)
    prompts_title: Text
    guests: Annotated[Phrase, Holding("federation")]
    unsure: Annotated[Phrase, Holding("platform")]
    asking: Text
    private: PrivacyTexts
    chat: ChatTexts


def load_door_texts(path: Path, topics: Container[str]) -> DoorTexts:
    """Read `door-texts.yml`. Raises DataFaults with file and line, also for a topic that is not there."""
    document = Document(path)
    texts = document.parse(DoorTexts)
    unknown = [topic for topic in texts.popular if topic not in topics]
    if unknown:
        raise DataFaults(
            [document.fault(f"popular: no such topic: {name}", ("popular",)) for name in unknown]
        )
    return texts


class PageTexts(Record):
    """Around every page, and around a clause or a note on it."""

    page: Annotated[Phrase, Holding("page pages")]
    printed: Annotated[Phrase, Holding("date")]
    outside: Annotated[Phrase, Holding("text")]
    source: Annotated[Phrase, Holding("source")]
    clause: Annotated[Phrase, Holding("section first last clause")]
    emoji: Annotated[Phrase, Holding("name")]
    script: Annotated[Phrase, Holding("script count")]
    unknown: Annotated[Phrase, Holding("count")]
    undrawn: Annotated[Phrase, Holding("scripts")]


class ContactGroup(Record):
    """Contacts under one heading, by their keys in federation.yml."""

    title: Text
    contacts: tuple[Text, ...] = Field(min_length=1)


class SheetTexts(Record):
    """The phone sheet. `pictures_outside` names notes of outside.yml, `pictures_clauses` clauses."""

    title: Annotated[Phrase, Holding("federation")]
    lead: Text
    danger_title: Text
    danger: Text
    groups: tuple[ContactGroup, ...] = Field(min_length=1)
    checked: Annotated[Phrase, Holding("date")]
    stale: Annotated[Phrase, Holding("date")]
    never_checked: Text
    missing: Text
    missing_text: Annotated[Phrase, Holding("name")]
    numbers_source: Text
    pictures_title: Text
    pictures_clause_title: Text
    pictures_outside: tuple[str, ...]
    pictures_clauses: tuple[str, ...]
    down_title: Text
    down: tuple[Text, ...] = Field(min_length=1)


class CodeErrors(Record):
    """Beside a field of the forms that ask for a code."""

    format: Text
    subject: Text
    own: Text


class CodeTexts(Record):
    """Asking for the one-time code of an export, and what is said where it does not fit."""

    case_title: WithReference
    case_text: Text
    case_submit: Text
    subject_title: Text
    subject_text: Text
    subject_person: Text
    subject_account: Text
    subject_submit: Text
    format: Text
    pdf: Text
    json_: Text = Field(alias="json")
    given: Annotated[Phrase, Holding("code until command")]
    errors: CodeErrors
    link_text: Annotated[Phrase, Holding("until")]
    link_pdf: Text
    link_json: Text
    page_title: Text
    page_text: Text
    page_button: Text
    page_gone: Text
    not_permitted: Text
    host_concerned: Text
    refused: Text


class CaseFileTexts(Record):
    """The headings of one case's export."""

    title: Annotated[Phrase, Holding("reference kind")]
    confidential: Text
    report: Text
    clauses: Text
    told: Text
    told_channel: Text
    left: Annotated[TextTable[Literal["recuse", "restrict", "misdirect"], Phrase], Holding("when")]
    referrals: Text
    tasks: Text
    notes: Text
    history: Text
    internal: Text
    none: Text
    hidden_reporter: Annotated[Phrase, Holding("mode")]
    reporter_mark: Text
    exported: Text
    exported_by: Annotated[Phrase, Holding("when person roles")]
    exported_link: Annotated[Phrase, Holding("when person roles")]
    missing: Text
    not_here: tuple[Text, ...] = Field(min_length=1)
    no_name: Annotated[Phrase, Holding("mode")]


class Columns(Record):
    """The columns of the register, in their order."""

    reference: Text
    kind: Text
    school: Text
    received: Text
    urgent: Text
    stage: Text
    closed: Text
    outcome: Text


class RegisterTexts(Record):
    """The register: reports without their content."""

    note: Text
    columns: Columns
    yes: Text
    no: Text


class SubjectTexts(Record):
    """What Signpost holds of one person."""

    title: Annotated[Phrase, Holding("name")]
    read_first: Text
    read_first_text: Text
    name_mark: Text
    not_here_title: Text
    not_here: tuple[Text, ...] = Field(min_length=1)
    who: Text
    name: Text
    accounts: Text
    roles: Text
    session: Text
    no_session: Text
    reports: Text
    acts: Text
    brought: Text
    applications: Text
    applied: Text
    runs: Text
    attested: Text
    confirmed: Text
    questions: Text
    consultations: Text
    leader: Text
    unanswered: Text
    none: Text
    wrote: Annotated[Phrase, Holding("what when")]
    exported: Text
    asked_by: Annotated[Phrase, Holding("when role")]


class CopyTexts(Record):
    """A reporter's copy of their own report."""

    button: Text
    title: WithReference
    text: Text
    form_title: WithReference
    submit: Text


class PaperTexts(Record):
    """The whole file."""

    pages: PageTexts
    sheet: SheetTexts
    codes: CodeTexts
    case: CaseFileTexts
    register_: RegisterTexts = Field(alias="register")
    subject: SubjectTexts
    copy_: CopyTexts = Field(alias="copy")


def load_paper_texts(path: Path, policy: Policy) -> PaperTexts:
    """Read `paper-texts.yml`. Raises DataFaults with file and line, also for a clause that is not there."""
    document = Document(path)
    texts = document.parse(PaperTexts)
    if faults := list(_unknown(document, texts.sheet, policy)):
        raise DataFaults(faults)
    return texts


def _unknown(document: Document, sheet: SheetTexts, policy: Policy) -> Iterator[Fault]:
    clauses = ("pictures_clauses", sheet.pictures_clauses, policy.clauses)
    for name, items, known in (clauses, ("pictures_outside", sheet.pictures_outside, policy.outside)):
        for number, item in enumerate(items):
            if item not in known:
                yield document.fault(f"{name}: no such id: {item}", ("sheet", name, number))
