"""Which cases somebody may see, and a part of them in the order of the list.

All are looked at, some at a time, and only those of the part are held: a list of thousands takes hardly more
memory than one of twenty.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.casework.context import Work
from bot.casework.work_done import open_tasks
from bot.content.case_texts import CaseFilter
from bot.domain.cases import Stage
from bot.domain.roster import Person
from bot.domain.routing import CHANNEL_ROLES, Told
from bot.storage.reports import (
    Entry,
    Report,
    histories,
    newest_closed,
    open_in_parts,
    people_of_each,
    reports_to_show,
)

AT_ONCE = 20
# Of the closed ones so many are looked at: older ones are found by their reference.
_CLOSED_LOOKED_AT = 200


@dataclass(frozen=True)
class ListedCase:
    """A case that the asker may see, its history and who has it; `carded`: they may read its card, too."""

    report: Report
    entries: tuple[Entry, ...]
    told: tuple[Told, ...] = ()
    carded: bool = False

    def is_of(self, person: str) -> bool:
        """Whether this person holds it, or has a task in it."""
        return self.report.state.holder == person or any(
            task.person == person for task in open_tasks(self.entries)
        )


@dataclass(frozen=True)
class CasesSeen:
    """A part of a list. `count` are all of the list, `start` those before the first that is held.

    `own` are the asker's, which come first in the list of the open ones and stand apart there.
    """

    which: CaseFilter
    count: int = 0
    start: int = 0
    own: tuple[ListedCase, ...] = ()
    others: tuple[ListedCase, ...] = ()


def cases_seen(work: Work, person: Person, which: CaseFilter, start: int = 0) -> CasesSeen:
    """The cases that this person may see, from the one after `start`; where there are no more, the last ones.

    Urgent ones come first, then the oldest; of closed ones the newest.
    """
    own, others = list[str](), list[str]()
    for item in _looked_at(work, person, which):
        if which == "open" and item.is_of(person.id):
            own.append(item.report.id)
        elif _belongs(item, person, which):
            others.append(item.report.id)
    count = len(own) + len(others)
    start = max(0, min(start, (count - 1) // AT_ONCE * AT_ONCE))
    wanted = reports_to_show(work.tx, work.context.vault, [*own, *others][start : start + AT_ONCE])
    still = (one for one in wanted if _is_closed(one) == (which == "closed"))
    shown, told = _permitted(work, person, still)
    entries, known = histories(work.tx, shown), set(own)
    listed = [
        ListedCase(report, entries[report.id], has, sees_the_card(work, person, report, has))
        for report in shown
        for has in [told[report.id]]
    ]
    return CasesSeen(
        which,
        count,
        start,
        tuple(item for item in listed if item.report.id in known),
        tuple(item for item in listed if item.report.id not in known),
    )


def _looked_at(work: Work, person: Person, which: CaseFilter) -> Iterator[ListedCase]:
    vault = work.context.vault
    closed = which == "closed"
    parts = (newest_closed(work.tx, vault, _CLOSED_LOOKED_AT),) if closed else open_in_parts(work.tx, vault)
    for part in parts:
        found, _ = _permitted(work, person, part)
        # Whose it is stands in the history.
        entries = histories(work.tx, found) if which in ("open", "mine") else {}
        yield from (ListedCase(report, entries.get(report.id, ())) for report in found)


def sees_the_card(work: Work, person: Person, report: Report, told: tuple[Told, ...]) -> bool:
    """Whether they have the case's card, or may open its details: others know that it exists, at most."""
    carded = any(item.person == person.id and item.level == "C" for item in told)
    return (
        carded
        or work.context.may(person, "details", report, told)
        or _reads_the_channel(work, person, report, told)
    )


def _reads_the_channel(work: Work, person: Person, report: Report, told: tuple[Told, ...]) -> bool:
    """Whether they read the FLT's channel, where the card stands, and are not concerned in the case."""
    roles = work.context.actor(person.id, report).roles - set(report.route.excluded_roles)
    in_channel = report.row.visibility.in_channel and bool(roles.intersection(CHANNEL_ROLES))
    return in_channel and work.context.may(person, "list", report, told)


def _permitted(
    work: Work, person: Person, found: Iterable[Report]
) -> tuple[tuple[Report, ...], Mapping[str, tuple[Told, ...]]]:
    """Those of the cases that this person may see, and who was told of each."""
    found = tuple(found)
    told = people_of_each(work.tx, found)
    seen = (report for report in found if work.context.may(person, "list", report, told[report.id]))
    return tuple(seen), told


def _is_closed(report: Report) -> bool:
    return report.state.stage is Stage.CLOSED


def _belongs(item: ListedCase, person: Person, which: CaseFilter) -> bool:
    match which:
        case "mine":
            return item.is_of(person.id)
        case "urgent":
            return item.report.row.urgent
    return True
