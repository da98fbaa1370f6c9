"""Links between cases: a case that others see never tells of one that they do not.

A link is kept as the row's id of the other case, and becomes a reference only when somebody is shown it.
An open case that is linked to a restricted one holds nothing of the link at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.casework.context import Context
from bot.casework.notify import owe_rewrites
from bot.casework.press import Press
from bot.domain.cases import Stage
from bot.storage.database import Transaction
from bot.storage.reports import (
    Entry,
    Report,
    history,
    hold_in_order,
    look_up,
    named,
    people_of,
    reload,
    report_by_reference,
    save_state,
)


def hold_together(tx: Transaction, context: Context, references: Iterable[str]) -> None:
    """Hold these cases and those that they are linked to: before anything of them is changed."""
    found = [look_up(tx, context.vault, reference) for reference in references]
    known = [report for report in found if report is not None]
    linked = [other for report in known for other in linked_ids(history(tx, report))]
    hold_in_order(tx, {*(report.id for report in known), *linked})


def other_case(press: Press, reference: str) -> Report | None:
    """The case of a reference, where the presser may open it too; None otherwise, whyever."""
    other = report_by_reference(press.tx, press.context.vault, reference)
    if other is None or other.id == press.report.id:
        return None
    may = press.context.may(press.person, "details", other, people_of(press.tx, other))
    return other if may else None


def is_linked(tx: Transaction, report: Report, other: Report) -> bool:
    """Whether the two are linked already, as either of them has it."""
    pairs = ((report, other), (other, report))
    return any(there.id in linked_ids(history(tx, here)) for here, there in pairs)


def may_tell(report: Report, other: Report) -> bool:
    """Whether this case may tell of the other: a restricted one of an open one, and never the other way."""
    return report.row.visibility.restricted or not other.row.visibility.restricted


def link_back(press: Press, other: Report) -> None:
    """The other case tells of this one too, where that may be."""
    if not may_tell(other, press.report):
        return
    there = Press(press.tx, press.context, press.person, other, people_of(press.tx, other), press.now)
    there.record("link", other.state, {"other": press.report.id})
    _touch(press.tx, press.context, other, press.now)


def has_links(entries: Sequence[Entry]) -> bool:
    """Whether this case knows of another one."""
    return bool(linked_ids(entries))


def card_links(tx: Transaction, report: Report, entries: Sequence[Entry]) -> tuple[str, ...]:
    """The references that may stand on the case's card: of cases that are as open, or as restricted."""
    found = named(tx, linked_ids(entries))
    return tuple(other.reference for other in found if other.restricted == report.row.visibility.restricted)


def hide_from_linked(tx: Transaction, context: Context, report: Report, now: datetime) -> None:
    """The case has become restricted: the cards of open cases that named it are written anew without it."""
    for item in named(tx, linked_ids(history(tx, report))):
        other = report_by_reference(tx, context.vault, item.reference)
        # None where only its skeleton is left: it has no card any more.
        if other is not None and not other.row.visibility.restricted:
            _touch(tx, context, other, now)


def _touch(tx: Transaction, context: Context, other: Report, now: datetime) -> None:
    row = other.row
    closed_at = row.closed_at if other.state.stage is Stage.CLOSED else None
    if save_state(tx, other, other.state, row.due_at, closed_at):
        owe_rewrites(tx, context, reload(tx, context.vault, other), now)


def linked_ids(entries: Sequence[Entry]) -> tuple[str, ...]:
    """The row ids of the cases that this one knows of."""
    return tuple(dict.fromkeys(entry.detail["other"] for entry in entries if entry.event == "link"))
