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


class PaperTexts(Record):
    """The whole file."""

    pages: PageTexts
    sheet: SheetTexts


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
