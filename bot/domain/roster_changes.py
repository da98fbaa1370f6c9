"""Changes to the roster, applied one after another over the roster of the configuration.

A change names one person. One that the configuration has caught up with does nothing; one that
contradicts it does not fit, is passed by, and says why.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Literal, get_args

from bot.domain.roster import Absence, Person, Roster

What = Literal["join", "leave", "give", "take", "account", "no_account", "absent", "back", "handover"]
WHATS: tuple[What, ...] = get_args(What)
# Why a change does not fit; each has its words in policy_kb/roster-texts.yml.
Misfit = Literal[
    "already",
    "id_known",
    "id_of_another",
    "nobody",
    "no_school",
    "account_taken",
    "last_account",
    "not_held",
    "no_account",
    "own_cover",
    "no_cover",
    "ends_first",
]


@dataclass(frozen=True)
class Change:
    """One change. `to` is who stands in, or who takes over the cases; `school` "" is every school."""

    what: What
    person: str
    name: str = ""
    role: str = ""
    school: str = ""
    platform: str = ""
    accounts: Mapping[str, str] = field(default_factory=dict)
    start: datetime | None = None
    end: datetime | None = None
    to: str = ""


@dataclass(frozen=True)
class Folded:
    """The roster after all changes, and those that do not fit: the place in the order, and why."""

    roster: Roster
    misfits: tuple[tuple[int, Misfit], ...] = ()


def fold(roster: Roster, changes: Iterable[Change], schools: Collection[str]) -> Folded:
    """Apply the changes in their order. What is so already is passed by without a word."""
    misfits: list[tuple[int, Misfit]] = []
    for number, change in enumerate(changes):
        found = apply(roster, change, schools)
        if isinstance(found, Roster):
            roster = found
        elif found != "already":
            misfits.append((number, found))
    return Folded(roster, tuple(misfits))


def apply(roster: Roster, change: Change, schools: Collection[str]) -> Roster | Misfit:
    """The roster after the change, or why it does not fit."""
    if change.school and change.school not in schools:
        return "no_school"
    if change.what != "join" and change.person not in roster.people:
        return "already" if change.what == "leave" and change.person in roster.former else "nobody"
    return _APPLY[change.what](roster, change)


def at(roster: Roster, now: datetime) -> Roster:
    """The roster with whoever stands in at this moment."""
    here = [item for item in roster.absences if item.start <= now < item.end]
    return replace(roster, covers={item.person: item.cover for item in here})


def holds_until(roster: Roster, now: datetime) -> datetime | None:
    """When the next absence begins or ends, from when `at` gives another roster; None for never."""
    turns = [turn for item in roster.absences for turn in (item.start, item.end) if turn > now]
    return min(turns, default=None)


def _join(roster: Roster, change: Change) -> Roster | Misfit:
    if known := roster.people.get(change.person):
        return "already" if known.name == change.name else "id_known"
    if roster.former.get(change.person, change.name) != change.name:
        # The history of cases names people by their id: one never becomes another's.
        return "id_of_another"
    if any(roster.by_account(platform, user) for platform, user in change.accounts.items()):
        return "account_taken"
    joined = Person(change.person, change.name, dict(change.accounts))
    former = {person: name for person, name in roster.former.items() if person != change.person}
    return replace(roster, people={**roster.people, change.person: joined}, former=former)


def _leave(roster: Roster, change: Change) -> Roster | Misfit:
    gone = change.person
    people = {person: found for person, found in roster.people.items() if person != gone}
    roles = {
        role: {school: tuple(one for one in ids if one != gone) for school, ids in held.items()}
        for role, held in roster.roles.items()
    }
    absences = tuple(item for item in roster.absences if item.person != gone)
    former = {**roster.former, gone: roster.people[gone].name}
    return replace(roster, people=people, roles=roles, absences=absences, former=former)


def _give(roster: Roster, change: Change) -> Roster | Misfit:
    held = roster.roles.get(change.role, {})
    if change.person in (*held.get(change.school, ()), *held.get("", ())):
        return "already"
    ids = (*held.get(change.school, ()), change.person)
    return replace(roster, roles={**roster.roles, change.role: {**held, change.school: ids}})


def _take(roster: Roster, change: Change) -> Roster | Misfit:
    held = roster.roles.get(change.role, {})
    if change.person not in held.get(change.school, ()):
        return "not_held"
    ids = tuple(one for one in held[change.school] if one != change.person)
    return replace(roster, roles={**roster.roles, change.role: {**held, change.school: ids}})


def _account(roster: Roster, change: Change) -> Roster | Misfit:
    owners = {roster.by_account(platform, user) for platform, user in change.accounts.items()}
    person = roster.people[change.person]
    if owners == {person}:
        return "already"
    if owners - {None, person}:
        return "account_taken"
    return _with_accounts(roster, person, {**person.accounts, **change.accounts})


def _no_account(roster: Roster, change: Change) -> Roster | Misfit:
    person = roster.people[change.person]
    if change.platform not in person.accounts:
        return "no_account"
    left = {name: user for name, user in person.accounts.items() if name != change.platform}
    return _with_accounts(roster, person, left) if left else "last_account"


def _with_accounts(roster: Roster, person: Person, accounts: Mapping[str, str]) -> Roster:
    people = {**roster.people, person.id: replace(person, accounts=dict(accounts))}
    return replace(roster, people=people)


def _absent(roster: Roster, change: Change) -> Roster | Misfit:
    assert change.start is not None
    assert change.end is not None
    if change.end <= change.start:
        return "ends_first"
    if change.to not in roster.people:
        return "no_cover"
    if change.to == change.person:
        return "own_cover"
    absence = Absence(change.person, change.start, change.end, change.to)
    # The newest word on the same days counts.
    others = [item for item in roster.absences if item.person != change.person or _apart(item, absence)]
    return replace(roster, absences=(*others, absence))


def _apart(one: Absence, other: Absence) -> bool:
    return one.end <= other.start or other.end <= one.start


def _back(roster: Roster, change: Change) -> Roster | Misfit:
    left = tuple(item for item in roster.absences if item.person != change.person)
    return "already" if left == roster.absences else replace(roster, absences=left)


def _handover(roster: Roster, change: Change) -> Roster | Misfit:
    # The roster stays as it is; the cases change hands.
    return "no_cover" if change.to not in roster.people else roster


_APPLY: Mapping[What, Callable[[Roster, Change], Roster | Misfit]] = {
    "join": _join,
    "leave": _leave,
    "give": _give,
    "take": _take,
    "account": _account,
    "no_account": _no_account,
    "absent": _absent,
    "back": _back,
    "handover": _handover,
}
