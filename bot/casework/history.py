"""The history of a case as one of its readers may have it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.casework.context import Work
from bot.domain.roster import Person
from bot.storage.reports import Entry, Report, history, people_of, report_to_show


def entries_for(work: Work, person: Person, report: Report) -> tuple[Entry, ...]:
    """Everything but complaints to others, and links to cases of which this person may not know.

    A link that may be shown names the other case by its reference.
    """
    return tuple(shown for entry in history(work.tx, report) for shown in _shown(work, person, entry))


# The event, and the role in which somebody is told of it: those who handled the case see neither.
COMPLAINT = "complaint"


def is_hidden(person: Person, entry: Entry) -> bool:
    """Whether it is a complaint of how the case was handled, and went to somebody else."""
    return entry.event == COMPLAINT and person.id not in entry.detail["to"].split(",")


def _shown(work: Work, person: Person, entry: Entry) -> Iterator[Entry]:
    if is_hidden(person, entry):
        return
    if entry.event != "link":
        yield entry
        return
    other = report_to_show(work.tx, work.context.vault, entry.detail["other"])
    if work.context.may(person, "list", other, people_of(work.tx, other)):
        yield replace(entry, detail={"reference": other.reference})
