"""The product with one thing wrong: a search that would not find it proves nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, true, update

from bot.assistant import case_presses
from bot.casework import case, open, proposals, work_done
from bot.casework.case import Case
from bot.casework.context import Context
from bot.delivery import reminders, worker
from bot.domain.cases import CaseState, Event, Happening, Refused, advance
from bot.domain.escalation import Timetable
from bot.storage import outbox
from bot.storage.outbox import Claimed
from bot.storage.schema import outbox as rows

Patch = pytest.MonkeyPatch


def no_takeover(patch: Patch) -> None:
    """What a dead worker held stays its own."""
    known = outbox.claim

    def claim(tx: Connection, token: str, now: Any, lease: Any, *rest: Any) -> tuple[Claimed, ...]:
        return known(tx, token, now, timedelta(days=9999), *rest)

    patch.setattr(outbox, "claim", claim)


def no_fencing(patch: Patch) -> None:
    """Anybody who lost the lease finishes the row all the same."""

    def fenced(tx: Connection, claimed: Claimed, **values: object) -> bool:
        tx.execute(update(rows).where(rows.c.id == claimed.id).values(**values))
        return True

    patch.setattr(outbox, "_fenced", fenced)


def no_follow_up(patch: Patch) -> None:
    """After the first step of the ladder no timer is set."""
    patch.setattr(Timetable, "step_after", lambda *_: None)


def no_look_up(patch: Patch) -> None:
    """What may have been taken is sent again without a look."""
    known = outbox._claimed
    patch.setattr(outbox, "_claimed", lambda row, token: replace(known(row, token), unclear=False))
    patch.setattr(outbox, "card_was_tried", lambda tx, notice: False)
    patch.setattr(worker.Worker, "_may_be_there", lambda *_: False)


def climbs_on(patch: Patch) -> None:
    """The acknowledgement does not stop the ladder."""

    def on(state: CaseState, event: Event) -> CaseState | Refused:
        if event.what is Happening.DEADLINE:
            return replace(state, level=state.level + 1)
        return advance(state, event)

    patch.setattr(case, "advance", on)
    patch.setattr(Case, "_due", lambda self, *_: self.report.row.due_at)


def two_voices(patch: Patch) -> None:
    """Two workers tell one recipient at the same time."""
    patch.setattr(outbox, "_in_no_other_hand", true)
    # Built again, and the sound ones again afterwards.
    for name in ("_any", "_rows"):
        patch.setattr(outbox, name, getattr(outbox, name).__wrapped__)


def lease_for_ever(patch: Patch) -> None:
    """A process that was stopped believes that its lease holds still."""
    patch.setattr(worker, "_end", lambda began: began + 10.0**9)


def no_notices(patch: Patch) -> None:
    """A report is stored, and nobody on its route is owed a word of it."""
    patch.setattr(open, "owe_first_notices", lambda *_: None)


def agrees_alone(patch: Patch) -> None:
    """Anybody who asked for a closing may agree to it."""
    patch.setattr(proposals, "lock", lambda press: None if proposals.pending(press.case) else "not_proposed")


def agrees_unread(patch: Patch) -> None:
    """Anybody who agrees need not have opened the details."""
    patch.setitem(case_presses._BEFORE, "agree", lambda _press: None)


def agrees_to_anything(patch: Patch) -> None:
    """What was added after the closing was asked for voids nothing."""
    patch.setattr(work_done, "_HARMLESS", work_done._HARMLESS | {"note", "assess", "advice"})


def reminds_on(patch: Patch) -> None:
    """An urgent case reminds in minutes for ever, though its ladder has ended."""
    known = Context.timetable
    patch.setattr(Context, "timetable", lambda self, report, ended=False: known(self, report))


def reminds_the_first(patch: Patch) -> None:
    """Of all who are to be reminded one is."""
    known = reminders.may_be_reminded
    patch.setattr(reminders, "may_be_reminded", lambda *about: known(*about)[:1])


def reminds_early(patch: Patch) -> None:
    """The reminder after the one that is due is sent in its place."""
    patch.setattr(Timetable, "newest_reminder", lambda self, _since, now: self.reminder_after(now))


# Each with the first search of test_machine.py that finds it: the others would only take time.
MUTANTS: dict[Callable[[Patch], None], str] = {
    agrees_alone: "closings",
    agrees_to_anything: "closings",
    agrees_unread: "closings",
    climbs_on: "closings",
    no_notices: "closings",
    lease_for_ever: "one_after_the_other",
    no_look_up: "one_after_the_other",
    no_takeover: "one_after_the_other",
    reminds_early: "one_after_the_other",
    reminds_the_first: "one_after_the_other",
    no_fencing: "run_on",
    no_follow_up: "run_on",
    reminds_on: "run_on",
}
# What is wrong only where there are several workers.
SHARED = {two_voices.__name__: two_voices}
