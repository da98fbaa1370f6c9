"""The governors' report: which kinds it prints, and what it says (policy_kb/governors.yml)."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from bot.content.documents import DataFaults, Document, Record
from bot.content.texts import Holding, Phrase, Text, TextTable

Part = Literal["kinds", "schools", "late", "replies", "accounts", "read", "topics", "gaps"]


class PartTexts(Record):
    """The head of one section."""

    title: Text
    text: Annotated[Phrase, Holding(may="least")]


class LineTexts(Record):
    """What each figure is called, in the sections where that is neither a kind, a school nor a topic."""

    late: TextTable[Literal["acknowledged", "closed"], Text]
    replies: TextTable[Literal["in_time", "late"], Text]
    accounts: TextTable[Literal["live", "under_two_runners", "review_overdue"], Text]
    gaps: TextTable[Literal["answered", "waiting"], Text]


class TargetTexts(Record):
    """The Federation's own targets."""

    acknowledged: Annotated[Phrase, Holding("minutes wait")]
    closed: Annotated[Phrase, Holding("days")]


class WaitTexts(Record):
    """A wait in working time."""

    half_day: Text
    half_days: Annotated[Phrase, Holding("number")]
    day: Text
    days: Annotated[Phrase, Holding("number")]


class QuestionTexts(Record):
    """The open contradictions."""

    title: Text
    text: Annotated[Phrase, Holding("title version")]
    item: Annotated[Phrase, Holding("id title question")]


class GovernorPage(Record):
    """What stands around the report in a chat, and on the page that gives the file."""

    open: Text
    by_command: Annotated[Phrase, Holding("command")]
    link: Annotated[Phrase, Holding("term until")]
    get: Text
    gone: Text


class GovernorRefusals(Record):
    """Why there is no report."""

    not_permitted: Text
    no_terms: Text
    none_over: Annotated[Phrase, Holding("day")]
    unknown: Annotated[Phrase, Holding("term terms")]
    running: Annotated[Phrase, Holding("term last day")]
    moved: Annotated[Phrase, Holding("term made")]


class GovernorTexts(Record):
    """The whole file. `kinds` are those that are printed, `topics` how many at most."""

    kinds: tuple[str, ...] = Field(min_length=1)
    topics: int = Field(ge=1, le=100)
    title: Annotated[Phrase, Holding("term")]
    period: Annotated[Phrase, Holding("first last made")]
    lead: Text
    how: Annotated[Phrase, Holding("least small")]
    bars: Text
    local: Annotated[Phrase, Holding("target")]
    sections: TextTable[Part, PartTexts]
    lines: LineTexts
    targets: TargetTexts
    waits: WaitTexts
    share: Annotated[Phrase, Holding("percent")]
    nobody_asked: Text
    staff: Annotated[Phrase, Holding("school asked")]
    questions: QuestionTexts
    page: GovernorPage
    refusals: GovernorRefusals


def load_governors(path: Path, kinds: Collection[str]) -> GovernorTexts:
    """Read `governors.yml`. Raises DataFaults with file and line.

    A kind that no report has is one, and so is a list of all of `kinds`: the whole would be told.
    """
    document = Document(path)
    found = document.parse(GovernorTexts)
    faults = [
        document.fault(f"kinds: no report is of the kind {kind!r}", ("kinds", number))
        for number, kind in enumerate(found.kinds)
        if kind not in kinds
    ]
    if len(set(found.kinds)) < len(found.kinds):
        faults.append(document.fault("kinds: each kind may stand only once", ("kinds",)))
    if set(found.kinds) >= set(kinds):
        faults.append(
            document.fault(
                "kinds: leave at least one kind out, so that no small figure can be worked out", ("kinds",)
            )
        )
    if faults:
        raise DataFaults(faults)
    return found
