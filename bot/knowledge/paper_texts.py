"""What stands on paper (policy_kb/paper-texts.yml), checked at start."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Annotated

from pydantic import Field, StringConstraints, model_validator

from bot.knowledge.documents import DataFaults, Document, Fault, Record
from bot.knowledge.policies import Policy

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]


def _braces(text: str) -> set[str]:
    return {brace for _, brace, _, _ in Formatter().parse(text) if brace is not None}


class Filled(Record):
    """A record whose texts hold exactly the braces that Signpost fills in."""

    @model_validator(mode="after")
    def _hold_their_braces(self) -> Filled:
        for name, wanted in self.braces().items():
            if _braces(str(getattr(self, name))) != wanted:
                raise ValueError(f"{name} must hold exactly these braces: {', '.join(sorted(wanted))}")
        return self

    def braces(self) -> dict[str, set[str]]:
        """The braces of each text that has any."""
        return {}


class PageTexts(Filled):
    """Around every page, and around a clause or a note on it."""

    page: Text
    printed: Text
    outside: Text
    source: Text
    clause: Text

    def braces(self) -> dict[str, set[str]]:
        """The braces of each text that has any."""
        return {
            "page": {"page", "pages"},
            "printed": {"date"},
            "outside": {"text"},
            "source": {"source"},
            "clause": {"section", "first", "last", "clause"},
        }


class ContactGroup(Record):
    """Contacts under one heading, by their keys in federation.yml."""

    title: Text
    contacts: tuple[Text, ...] = Field(min_length=1)


class SheetTexts(Filled):
    """The phone sheet. `pictures_outside` names notes of outside.yml, `pictures_clauses` clauses."""

    title: Text
    lead: Text
    danger_title: Text
    danger: Text
    groups: tuple[ContactGroup, ...] = Field(min_length=1)
    checked: Text
    stale: Text
    never_checked: Text
    missing: Text
    missing_text: Text
    numbers_source: Text
    pictures_title: Text
    pictures_clause_title: Text
    pictures_outside: tuple[str, ...]
    pictures_clauses: tuple[str, ...]
    down_title: Text
    down: tuple[Text, ...] = Field(min_length=1)

    def braces(self) -> dict[str, set[str]]:
        """The braces of each text that has any."""
        return {
            "title": {"federation"},
            "checked": {"date"},
            "stale": {"date"},
            "missing_text": {"name"},
        }


class CodeErrors(Record):
    """Beside a field of the forms that ask for a code."""

    format: Text
    subject: Text
    own: Text


class CodeTexts(Filled):
    """Asking for the one-time code of an export, and what is said where it does not fit."""

    case_title: Text
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
    given: Text
    errors: CodeErrors
    not_permitted: Text
    host_concerned: Text
    refused: Text

    def braces(self) -> dict[str, set[str]]:
        """The braces of each text that has any."""
        return {"case_title": {"reference"}, "given": {"code", "until", "command"}}


class CaseFileTexts(Filled):
    """The headings of one case's export."""

    title: Text
    confidential: Text
    report: Text
    clauses: Text
    told: Text
    referrals: Text
    tasks: Text
    notes: Text
    history: Text
    internal: Text
    none: Text
    hidden_reporter: Text
    reporter_mark: Text
    exported: Text
    exported_by: Text
    images: Text

    def braces(self) -> dict[str, set[str]]:
        """The braces of each text that has any."""
        return {
            "title": {"reference", "kind"},
            "hidden_reporter": {"mode"},
            "exported_by": {"when", "person", "roles"},
        }


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


class SubjectTexts(Filled):
    """What Signpost holds of one person."""

    title: Text
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
    none: Text
    wrote: Text
    exported: Text
    asked_by: Text

    def braces(self) -> dict[str, set[str]]:
        """The braces of each text that has any."""
        return {"title": {"name"}, "wrote": {"what", "when"}, "asked_by": {"when", "role"}}


class CopyTexts(Filled):
    """A reporter's copy of their own report."""

    button: Text
    title: Text
    text: Text
    form_title: Text
    submit: Text

    def braces(self) -> dict[str, set[str]]:
        """The braces of each text that has any."""
        return {"title": {"reference"}, "form_title": {"reference"}}


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
    for name, known in (("pictures_clauses", policy.clauses), ("pictures_outside", policy.outside)):
        for number, item in enumerate(getattr(sheet, name)):
            if item not in known:
                yield document.fault(f"{name}: no such id: {item}", ("sheet", name, number))
