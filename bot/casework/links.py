"""Links between cases: a case that others see never tells of one that they do not.

A link is kept as the row's id of the other case, and becomes a reference only when somebody is shown it.
An open case that is linked to a restricted one holds nothing of the link at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bot.casework.case import Case
from bot.casework.context import Work
from bot.casework.press import CasePress
from bot.storage.database import Transaction
from bot.storage.reports import (
    Entry,
    Report,
    history,
    hold_in_order,
    look_up,
    named,
    report_by_reference,
)


def hold_together(work: Work, references: Iterable[str]) -> None:
    """Hold these cases and those that they are linked to: before anything of them is changed."""
    found = [look_up(work.tx, work.context.vault, reference) for reference in references]
    known = [report for report in found if report is not None]
    linked = [other for report in known for other in linked_ids(history(work.tx, report))]
    hold_in_order(work.tx, {*(report.id for report in known), *linked})


def other_case(press: CasePress, reference: str) -> Case | None:
    """The case of a reference, where the presser may open it too; None otherwise, whyever."""
    found = report_by_reference(press.tx, press.context.vault, reference)
    if found is None or found.id == press.report.id:
        return None
    other = Case(press, found)
    return other if other.may(press.person, "details") else None


def is_linked(case: Case, other: Case) -> bool:
    """Whether the two are linked already, as either of them has it."""
    pairs = ((case, other), (other, case))
    return any(there.report.id in linked_ids(here.entries) for here, there in pairs)


def may_tell(report: Report, other: Report) -> bool:
    """Whether this case may tell of the other: a restricted one of an open one, and never the other way."""
    return report.row.visibility.restricted or not other.row.visibility.restricted


def link_back(press: CasePress, other: Case) -> None:
    """The other case tells of this one too, where that may be."""
    if may_tell(other.report, press.report):
        other.enter("link", press.person.id, {"other": press.report.id})
        other.touch()


def has_links(entries: Sequence[Entry]) -> bool:
    """Whether this case knows of another one."""
    return bool(linked_ids(entries))


def card_links(tx: Transaction, report: Report, entries: Sequence[Entry]) -> tuple[str, ...]:
    """The references that may stand on the case's card: of cases that are as open, or as restricted."""
    found = named(tx, linked_ids(entries))
    return tuple(other.reference for other in found if other.restricted == report.row.visibility.restricted)


def hide_from_linked(case: Case) -> None:
    """The case has become restricted: rewrite the cards of open cases that named it, without it."""
    work = case.work
    for item in named(work.tx, linked_ids(case.entries)):
        other = report_by_reference(work.tx, work.context.vault, item.reference)
        # None where only its skeleton is left: it has no card any more.
        if other is not None and not other.row.visibility.restricted:
            Case(work, other).touch()


def linked_ids(entries: Sequence[Entry]) -> tuple[str, ...]:
    """The row ids of the cases that this one knows of."""
    return tuple(dict.fromkeys(entry.detail["other"] for entry in entries if entry.event == "link"))
