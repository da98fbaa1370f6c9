"""A reporter's wish for support: a task of the case's holder, from the first holder on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bot.casework.context import Work
from bot.casework.work_done import HOLDERS, tasks
from bot.domain.cases import CaseState, Stage
from bot.storage.reports import Entry, Report


def owed(work: Work, report: Report, entries: Sequence[Entry], after: CaseState) -> Mapping[str, str] | None:
    """The task as its entry holds it, where somebody takes the case for the first time; else None.

    Due by the end of the next working day: a local target, not in the policy. A second is never owed, since
    the first goes with the case.
    """
    taken = after.stage is Stage.ACKNOWLEDGED and not report.state.acknowledged_by
    if not taken or report.answers.get("support") != ("yes",) or _is_given(entries):
        return None
    due = work.context.world.federation.working_time.end_of_day(work.now, 1)
    return {
        "text": work.context.work.support,
        "to": after.holder,
        "due": due.isoformat(timespec="minutes"),
        "task": str(len(tasks(entries)) + 1),
        "whose": HOLDERS,
    }


def _is_given(entries: Sequence[Entry]) -> bool:
    return any(entry.event == "task" and entry.detail.get("whose") == HOLDERS for entry in entries)
