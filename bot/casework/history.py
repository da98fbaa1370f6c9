"""The history of a case as one of its readers may have it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from bot.casework.context import Context
from bot.domain.roster import Person
from bot.storage.database import Transaction
from bot.storage.reports import Entry, Report, history, people_of, report_to_show


def entries_for(tx: Transaction, context: Context, person: Person, report: Report) -> tuple[Entry, ...]:
    """Everything but the links to cases of which this person may not know, as these stand now.

    A link that may be shown names the other case by its reference.
    """
    return tuple(shown for entry in history(tx, report) for shown in _shown(tx, context, person, entry))


def _shown(tx: Transaction, context: Context, person: Person, entry: Entry) -> Iterator[Entry]:
    if entry.event != "link":
        yield entry
        return
    other = report_to_show(tx, context.vault, entry.detail["other"])
    if context.may(person, "list", other, people_of(tx, other)):
        yield replace(entry, detail={"reference": other.reference})
