"""Whoever holds a case may hold it: cases of leavers go on to others, and covers are told what they cover.

Everything here can be done again at any time: what is settled already stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import structlog

from bot.casework.context import Context
from bot.casework.notify import owe_people, owe_person, owe_rewrites
from bot.domain.cases import CaseState, Event, Happening, Refused, Stage, advance
from bot.domain.routing import Told
from bot.storage.crypto import KeyFault
from bot.storage.database import StorageUnavailable, Transaction, apart
from bot.storage.reports import (
    Entry,
    Report,
    add_entry,
    add_people,
    hold_in_order,
    people_of,
    reload,
    report_by_id,
    report_to_show,
    save_state,
)
from bot.storage.timers import open_ids

log = structlog.get_logger()
# Through which a case came to somebody who stands in for another.
COVER = "cover"


def open_cases(tx: Transaction, context: Context) -> Iterator[Report]:
    """Every open case, oldest first. One whose key is missing is logged and holds up no other."""
    for report_id in open_ids(tx):
        try:
            yield report_to_show(tx, context.vault, report_id)
        except KeyFault:
            log.error("case_not_opened")


def hold(tx: Transaction, context: Context, leaver: str = "") -> None:
    """Hold what `hand_over` of the `leaver` and `settle` are about to change, in everybody's order."""
    found = tuple(open_cases(tx, context))
    theirs = {report.id for report in found if leaver and report.state.holder == leaver}
    hold_in_order(tx, theirs | {report.id for report in found if _is_unsettled(tx, context, report)})


def hand_over(tx: Transaction, context: Context, person: str, to: str, now: datetime) -> None:
    """Every open case that `person` holds is given to `to`, where `to` may hold it; the others stay.

    What they are taking at this very moment is not seen yet: `settle` finds it later, and it waits again.
    """
    taker = context.world.federation.roster.people[to]
    held = [found.id for found in open_cases(tx, context) if found.state.holder == person]
    for report_id in held:
        report = report_by_id(tx, context.vault, report_id)
        if report.state.holder == person and context.may(taker, "assign", report, people_of(tx, report)):
            state = advance(report.state, Event(Happening.ASSIGN, "signpost", to))
            assert not isinstance(state, Refused)
            _store(tx, context, report, state, ("assign", {"to": to}), now)
            owe_person(tx, context, reload(tx, context.vault, report), "given", to, now)


def settle_safely(context: Context, now: datetime) -> None:
    """`settle`, each case in a transaction of its own: every worker does it, at its start and after a change.

    A fault of our own ends neither the worker nor a delivery: the next change tries again.
    """
    try:
        with context.database.transaction() as tx:
            unsettled = _unsettled(tx, context)
        for report_id in unsettled:
            with context.database.transaction() as tx:
                _settle_apart(tx, context, report_id, now)
    except StorageUnavailable:
        raise
    except Exception:
        log.exception("roster_not_settled")


def settle(tx: Transaction, context: Context, now: datetime) -> None:
    """Cases whose holder may no longer hold them wait again for somebody; covers are told their cases.

    A case that cannot be settled, whyever, stays as it was, is logged, and holds up no other.
    """
    for report_id in _unsettled(tx, context):
        _settle_apart(tx, context, report_id, now)


def _unsettled(tx: Transaction, context: Context) -> tuple[str, ...]:
    """The cases that something follows for, seen without a lock: of most nothing does, and nobody waits."""
    return tuple(found.id for found in open_cases(tx, context) if _is_unsettled(tx, context, found))


def _is_unsettled(tx: Transaction, context: Context, found: Report) -> bool:
    told = people_of(tx, found)
    try:
        return bool(_new_covers(context, found, told)) or _is_vacant(context, found, told)
    except Exception:
        # Settling it will say what is wrong with it.
        return True


def _settle_apart(tx: Transaction, context: Context, report_id: str, now: datetime) -> None:
    try:
        with apart(tx):
            _settle(tx, context, report_id, now)
    except StorageUnavailable:
        raise
    except Exception:
        log.exception("case_not_settled")


def _settle(tx: Transaction, context: Context, report_id: str, now: datetime) -> None:
    report = report_by_id(tx, context.vault, report_id)
    if report.state.stage is not Stage.CLOSED:
        _tell_covers(tx, context, report, now)
        _vacate(tx, context, reload(tx, context.vault, report), now)


def _is_vacant(context: Context, report: Report, told: tuple[Told, ...]) -> bool:
    """Whether it is held by somebody who may hold it no more."""
    holder = report.state.holder
    person = context.world.federation.roster.people.get(holder)
    return bool(holder) and not (person and context.may(person, "assign", report, told))


def _vacate(tx: Transaction, context: Context, report: Report, now: datetime) -> None:
    told = people_of(tx, report)
    if not _is_vacant(context, report, told):
        return
    state = advance(report.state, Event(Happening.VACATE, "signpost"))
    if isinstance(state, Refused):
        return
    _store(tx, context, report, state, ("vacate", {}), now)
    report = reload(tx, context.vault, report)
    for name in sorted({item.person for item in told if item.level == "C"} | _members(context, report)):
        someone = context.world.federation.roster.people.get(name)
        if someone and context.may(someone, "assign", report, told):
            owe_person(tx, context, report, "vacated", name, now)


def _members(context: Context, report: Report) -> set[str]:
    row, roster = report.row, context.world.federation.roster
    return set(roster.holders("flt", row.school)) if row.visibility.in_channel else set()


def _tell_covers(tx: Transaction, context: Context, report: Report, now: datetime) -> None:
    new = _new_covers(context, report, people_of(tx, report))
    if new:
        add_people(tx, report, new, COVER, now)
        owe_people(tx, context, report, new, now)
        row = report.row
        save_state(tx, report, report.state, row.due_at, row.closed_at)
        owe_rewrites(tx, context, reload(tx, context.vault, report), now)


def _new_covers(context: Context, report: Report, told: tuple[Told, ...]) -> tuple[Told, ...]:
    """Who stands in for those of `told` who are away, and was not told yet."""
    roster, known = context.world.federation.roster, {item.person for item in told}
    away = [item for item in told if item.person in roster.covers]
    return tuple(
        cover for item in away for cover in _cover(context, report, told, item) if cover.person not in known
    )


def _cover(context: Context, report: Report, told: tuple[Told, ...], item: Told) -> tuple[Told, ...]:
    """Who is told in the place of somebody away; where that one may not know, the Executive Headteacher."""
    roster, school = context.world.federation.roster, report.row.school
    stand_in = roster.covers[item.person]
    for names, role in (((stand_in,), item.role), (roster.holders("eht", school), "eht")):
        people = [roster.people[name] for name in names if name in roster.people]
        may_see = [one.id for one in people if context.may(one, "list", report, told)]
        if may_see:
            return tuple(Told(name, role, item.level) for name in may_see)
    return ()


def _store(
    tx: Transaction,
    context: Context,
    report: Report,
    state: CaseState,
    what: tuple[str, dict[str, str]],
    now: datetime,
) -> None:
    event, detail = what
    row, waiting = report.row, state.stage in (Stage.SUBMITTED, Stage.DELIVERED)
    due_at = row.due_at
    if waiting and due_at is None:
        due_at = context.timetable(report).step_after(state.level, now)
    save_state(tx, report, state, due_at if waiting else None, row.closed_at)
    add_entry(tx, context.vault, report, Entry(now, "signpost", "", event, state.stage.value, detail))
    owe_rewrites(tx, context, reload(tx, context.vault, report), now)
