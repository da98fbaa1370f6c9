"""The history of a case as one of its readers may have it."""

from __future__ import annotations

from bot.domain.roster import Person
from bot.services.context import Context
from bot.storage.database import Transaction
from bot.storage.reports import Entry, Report, history, people_of, report_by_reference


def entries_for(tx: Transaction, context: Context, person: Person, report: Report) -> tuple[Entry, ...]:
    """Everything but the links to cases of which this person may not know, as these stand now."""
    return tuple(entry for entry in history(tx, report) if _may_be_shown(tx, context, person, entry))


def _may_be_shown(tx: Transaction, context: Context, person: Person, entry: Entry) -> bool:
    if entry.event != "link":
        return True
    other = report_by_reference(tx, context.vault, entry.detail.get("reference", ""))
    return other is not None and context.may(person, "list", other, people_of(tx, other))
