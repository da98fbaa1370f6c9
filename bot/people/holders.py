"""Reassign cases of people who left; notify covers of what they cover. Idempotent.

Everything here can be done again at any time: what is settled already stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

import structlog

from bot.casework.case import Case
from bot.casework.context import Context, Work
from bot.casework.history import COMPLAINT
from bot.casework.notify import owe_people, owe_person, reached
from bot.casework.proposals import pending, tell_of_second
from bot.domain.cases import Event, Happening, Refused, Stage
from bot.domain.routing import Told
from bot.storage.crypto import KeyFault
from bot.storage.database import StorageUnavailable, apart
from bot.storage.reports import (
    Report,
    add_people,
    hold_in_order,
    report_to_show,
)
from bot.storage.timers import open_ids

log = structlog.get_logger()
# Through which a case came to somebody who stands in for another.
COVER = "cover"


def open_cases(work: Work) -> Iterator[Report]:
    """Every open case, oldest first. One whose key is missing is logged and holds up no other."""
    for report_id in open_ids(work.tx):
        try:
            yield report_to_show(work.tx, work.context.vault, report_id)
        except KeyFault:
            log.error("case_not_opened")


def hold(work: Work, leaver: str = "") -> None:
    """Hold what `hand_over` of the `leaver` and `settle` are about to change, in everybody's order."""
    found = tuple(open_cases(work))
    theirs = {report.id for report in found if leaver and report.state.holder == leaver}
    hold_in_order(work.tx, theirs | {report.id for report in found if _is_unsettled(work, report)})


def hand_over(work: Work, person: str, to: str) -> None:
    """Every open case that `person` holds is given to `to`, where `to` may hold it; the others stay.

    What they are taking at this very moment is not seen yet: `settle` finds it later, and it waits again.
    """
    taker = work.context.world.federation.roster.people[to]
    held = [found.id for found in open_cases(work) if found.state.holder == person]
    for report_id in held:
        case = Case.of(work, report_id)
        if case.report.state.holder == person and case.may(taker, "assign"):
            given = case.apply(Event(Happening.ASSIGN, "signpost", to), detail={"to": to})
            assert not isinstance(given, Refused)
            owe_person(work, given.report, "given", to)


def settle_safely(context: Context, now: datetime) -> None:
    """`settle`, each case in a transaction of its own: every worker does it, at its start and after a change.

    A fault of our own ends neither the worker nor a delivery: the next change tries again.
    """
    try:
        with context.database.transaction() as tx:
            unsettled = _unsettled(Work(tx, context, now))
        for report_id in unsettled:
            with context.database.transaction() as tx:
                _settle_apart(Work(tx, context, now), report_id)
    except StorageUnavailable:
        raise
    except Exception:
        log.exception("roster_not_settled")


def settle(work: Work) -> None:
    """Cases whose holder may no longer hold them wait again for somebody; covers are told their cases.

    A case that cannot be settled, whyever, stays as it was, is logged, and holds up no other.
    """
    for report_id in _unsettled(work):
        _settle_apart(work, report_id)


def _unsettled(work: Work) -> tuple[str, ...]:
    """The cases that something follows for, seen without a lock: of most nothing does, and nobody waits."""
    return tuple(found.id for found in open_cases(work) if _is_unsettled(work, found))


def _is_unsettled(work: Work, found: Report) -> bool:
    case = Case(work, found)
    try:
        return bool(_new_covers(case)) or _is_vacant(case) or pending(case) is not None
    except Exception:
        # Settling it will say what is wrong with it.
        return True


def _settle_apart(work: Work, report_id: str) -> None:
    try:
        with apart(work.tx):
            _settle(work, report_id)
    except StorageUnavailable:
        raise
    except Exception:
        log.exception("case_not_settled")


def _settle(work: Work, report_id: str) -> None:
    case = Case.of(work, report_id)
    if case.report.state.stage is not Stage.CLOSED:
        _tell_covers(case)
        _vacate(case.again())
        _tell_closer(case.again())


def _tell_closer(case: Case) -> None:
    """Whether anybody can agree to a closing that waits is told where that changed; the cards say so."""
    if tell_of_second(case):
        case.touch()


def _is_vacant(case: Case) -> bool:
    """Whether it is held by somebody who may hold it no more."""
    holder = case.report.state.holder
    person = case.work.context.world.federation.roster.people.get(holder)
    return bool(holder) and not (person and case.may(person, "assign"))


def _vacate(case: Case) -> None:
    vacated = case.apply(Event(Happening.VACATE, "signpost")) if _is_vacant(case) else None
    if vacated is None or isinstance(vacated, Refused):
        return
    work, carded = case.work, {item.person for item in case.told if item.level == "C"}
    for name in sorted(carded | _members(work.context, case.report)):
        someone = work.context.world.federation.roster.people.get(name)
        if someone and vacated.may(someone, "assign"):
            owe_person(work, vacated.report, "vacated", name)


def _members(context: Context, report: Report) -> set[str]:
    row, roster = report.row, context.world.federation.roster
    return set(roster.holders("flt", row.school)) if row.visibility.in_channel else set()


def _tell_covers(case: Case) -> None:
    new = _new_covers(case)
    if new:
        add_people(case.work.tx, case.report, new, COVER, case.work.now)
        owe_people(case.work, case.report, new)
        case.touch()


def _new_covers(case: Case) -> tuple[Told, ...]:
    """Who stands in for those who have it and are away, and was not told yet."""
    known = {(item.person, item.level) for item in case.told}
    carded = {person for person, level in known if level != "N"}
    found = [
        cover for item in _away(case) for cover in _covers(case, item) if not _settled(case, item, cover)
    ]
    new = [item for item in found if (item.person, item.level) not in known]
    return tuple(dict.fromkeys(item for item in new if item.level != "N" or item.person not in carded))


def _settled(case: Case, item: Told, cover: Told) -> bool:
    """Whether the version before had told all whom it tells of this absence: an upgrade tells nobody more.

    It told the covers of those alone who were told themselves, each once.
    """
    upgraded, absences = case.report.row.work_from, case.work.context.world.federation.roster.absences
    if upgraded is None:
        return False
    was_away = any(one.person == item.person and one.start <= upgraded < one.end for one in absences)
    return was_away and (item not in case.told or any(one.person == cover.person for one in case.told))


def _away(case: Case) -> list[Told]:
    """Who has the case, and is away: who was told, who holds it, and the FLT's members where it is theirs."""
    roster, row, holder = case.work.context.world.federation.roster, case.report.row, case.report.state.holder
    members = roster.own_holders("flt", row.school) if row.visibility.in_channel else ()
    has_it = [*case.told, *(Told(member, "flt", "C") for member in members)]
    if holder and holder not in {item.person for item in has_it}:
        has_it.append(Told(holder, min(roster.every_role_of(holder), default="eht"), "C"))
    return [item for item in has_it if item.person in roster.covers and item.role != COMPLAINT]


def _covers(case: Case, item: Told) -> list[Told]:
    """Who is told in the place of somebody away; not whom the FLT's channel shows it anyway."""
    row, roster = case.report.row, case.work.context.world.federation.roster
    own = roster.own_holders("flt", row.school) if row.visibility.in_channel and item.role == "flt" else ()
    found = reached(case.work, case.report, case.told, item.person)
    covers = roster.stand_ins(item.person)
    return [
        replace(item, person=name, role=item.role if name in covers else "eht")
        for name in found
        if name not in (*own, item.person)
    ]
