"""Who holds which role, in which school, and which contacts stand outside the Federation.

Roles are those of the routing table: eht, flt, sbm, fbm, it, dsl, chair, dpl, and a deputy of each
as `deputy_<role>`. One person is one identity on every platform.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from bot.domain.escalation import Targets, Timetable
from bot.domain.names import name_words
from bot.domain.times import Term, WorkingTime

ROLES = ("eht", "flt", "sbm", "fbm", "it", "dsl", "deputy_dsl", "chair", "dpl")
ROLE_NAMES = {
    "eht": "Executive Headteacher",
    "flt": "Federation Leadership Team",
    "sbm": "School Business Manager",
    "fbm": "Federation Business Manager",
    "it": "IT Manager",
    "dsl": "Designated Safeguarding Lead",
    "deputy_dsl": "Deputy Designated Safeguarding Lead",
    "chair": "Chair of governors",
    "dpl": "Data-protection lead",
    "policy_owner": "Policy owner",
}
# Who looks after the policy has no part in cases: of no route, no ladder and no conflict of interest.
OFFICE_ROLES = ("policy_owner",)
# Who holds such a role where nobody was given it.
_DEFAULTS = {"policy_owner": "eht"}


#: Whom to phone about a child while the DSL's office is shut.
AFTER_HOURS = ("childrens_social_care", "nspcc", "police_emergency", "police_non_emergency")
# How many people at least must hold a role, for each school: without them no report is safe to take.
MUST_BE_HELD = {"eht": 1, "flt": 2, "fbm": 1, "dsl": 1, "chair": 1}
_OBJECT_ID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def role_name(role: str) -> str:
    """The role in words; a deputy of any role is "Deputy …"."""
    if role in ROLE_NAMES:
        return ROLE_NAMES[role]
    return f"Deputy {ROLE_NAMES[role.removeprefix('deputy_')]}"


def as_written(user: str) -> str:
    """A user id as its platform writes it: Microsoft's object ids are the same in capitals."""
    return user.lower() if _OBJECT_ID.fullmatch(user) else user


@dataclass(frozen=True)
class Person:
    """Someone on the roster: a stable id, the name that colleagues see, and a user id per platform."""

    id: str
    name: str
    accounts: Mapping[str, str] = field(default_factory=dict)
    # By which the staff list knows that it is the same person; "" where it is not given.
    email: str = field(default="", repr=False)


@dataclass(frozen=True)
class School:
    """One school of the Federation."""

    id: str
    name: str


@dataclass(frozen=True)
class Contact:
    """A way to reach someone, shown and never messaged. `checked` is when the number was last checked.

    `any_hour`: somebody answers at night, at weekends and in the holidays, too.
    """

    key: str
    label: str
    phone: str
    hours: str = ""
    checked: date | None = None
    any_hour: bool = False

    def __str__(self) -> str:
        hours = f" ({self.hours})" if self.hours else ""
        return f"{self.label}: {self.phone}{hours}"


@dataclass(frozen=True)
class Account:
    """A social media account of the Federation. `runners` are roster ids; `school` "" is every school.

    `since` is the day from which it exists, and `page` what the address of its public pages begins with.
    """

    name: str
    school: str = ""
    runners: tuple[str, ...] = ()
    since: date | None = None
    page: str = ""


@dataclass(frozen=True)
class Absence:
    """Somebody is away from `start` until before `end`, and `cover` stands in for them."""

    person: str
    start: datetime
    end: datetime
    cover: str


@dataclass(frozen=True)
class Roster:
    """People and the roles that they hold: role -> school id ("" is every school) -> people.

    `absences` are all that is known of, and `covers` those of this moment: who is away -> who stands in.
    `former` are the names of those who have left.
    """

    people: Mapping[str, Person]
    roles: Mapping[str, Mapping[str, tuple[str, ...]]]
    absences: tuple[Absence, ...] = ()
    covers: Mapping[str, str] = field(default_factory=dict)
    former: Mapping[str, str] = field(default_factory=dict)

    def holders(self, role: str, school: str) -> tuple[str, ...]:
        """The ids of those who hold `role` for `school`, in the order of the configuration.

        Where the school is not known ("") every school's holders are meant. The cover of
        somebody who is away stands before them.
        """
        found = self.own_holders(role, school)
        return tuple(dict.fromkeys(one for person in found for one in self._with_covers(person)))

    def is_among(self, role: str, school: str, people: Iterable[str], roles: Iterable[str]) -> bool:
        """Whether a role is one of `roles`, or all who hold it for `school` are among `people`."""
        holders = self.own_holders(role, school)
        return role in roles or bool(holders and set(people).issuperset(holders))

    def own_holders(self, role: str, school: str) -> tuple[str, ...]:
        """The same without those who only stand in."""
        by_school = self.roles.get(role, {})
        if role in _DEFAULTS and not any(by_school.values()):
            by_school = self.roles.get(_DEFAULTS[role], {})
        meant = by_school if not school else {school, ""}
        return tuple(
            dict.fromkeys(person for name in by_school if name in meant for person in by_school[name])
        )

    def _with_covers(self, person: str) -> tuple[str, ...]:
        chain = [person]
        # A cover can be away as well, and covered in turn.
        while (cover := self.covers.get(chain[-1], "")) and cover not in chain and cover in self.people:
            chain.append(cover)
        return tuple(reversed(chain))

    def stand_ins(self, person: str) -> tuple[str, ...]:
        """The present covers of `person`, the nearest first; a cover may be away as well."""
        return tuple(reversed(self._with_covers(person)[:-1]))

    def all_away(self, people: Iterable[str]) -> bool:
        """Whether none of these people is there at this moment."""
        return all(person in self.covers for person in people)

    def covered_by(self, person: str) -> frozenset[str]:
        """Everyone who is away at this moment and for whom `person` stands in."""
        return frozenset(away for away in self.covers if person in self._with_covers(away)[:-1])

    def roles_of(self, person: str, school: str) -> frozenset[str]:
        """Every role that `person` holds for `school`, or stands in for."""
        return frozenset(role for role in self.roles if person in self.holders(role, school))

    def every_role_of(self, person: str) -> frozenset[str]:
        """Every role that `person` holds in any school, in their own right."""
        return frozenset(
            role for role, schools in self.roles.items() for ids in schools.values() if person in ids
        )

    def by_account(self, platform: str, user: str) -> Person | None:
        """The person behind a platform's user id, or None for someone off the roster."""
        for person in self.people.values():
            if person.accounts.get(platform) == user:
                return person
        return None


@dataclass(frozen=True)
class Limits:
    """How much one person may do before being asked to wait: more than anybody needs. Never in danger."""

    messages_a_minute: int = 60
    reports_an_hour: int = 10
    wrong_codes_an_hour: int = 10
    # Over these, by everybody together, each look-up by code is answered a second later.
    wrong_codes_a_minute_by_all: int = 20


@dataclass(frozen=True)
class DigestTimes:
    """When those with one of these roles are told how many cases are open, on the Federation's clock."""

    at: time = time(8, 0)
    before_days_off: time = time(15, 30)
    roles: tuple[str, ...] = ("flt", "dsl", "eht")


@dataclass(frozen=True)
class DraftPauses:
    """After how many minutes without a change a half-written report is shown only after a question."""

    named: int = 30
    anonymous: int = 2


@dataclass(frozen=True)
class Federation:
    """What the Federation configures of itself (federation.yml)."""

    name: str
    timezone: str
    schools: tuple[School, ...]
    roster: Roster
    contacts: Mapping[str, Contact]
    targets: Targets = field(default_factory=Targets)
    limits: Limits = Limits()
    # None: nobody is sent one.
    digest: DigestTimes | None = None
    working_time: WorkingTime = field(default_factory=WorkingTime)
    # In their order, each from the day after the one before; () where none are configured.
    terms: tuple[Term, ...] = ()
    accounts: tuple[str, ...] = ()
    # What is known of them beside the name.
    account_facts: Mapping[str, Account] = field(default_factory=dict)
    # Local texts, each marked as not in the policy: what "the agreed protocols" and so on are here.
    settings: Mapping[str, str] = field(default_factory=dict)
    # (platform, user id, name) of staff who are only there to be tried out in the playground.
    demo_staff: tuple[Person, ...] = ()
    session_days: int = 14
    draft_pauses: DraftPauses = DraftPauses()
    # How long somebody who has left stays on the staff register.
    staff_days: int = 365
    # What official e-mail addresses end in; () where nobody has said.
    email_domains: tuple[str, ...] = ()
    demo: bool = False

    def school_name(self, school: str) -> str:
        """The name of a school id; the Federation's own name for no school or an unknown one."""
        return next((item.name for item in self.schools if item.id == school), self.name)

    def person_name(self, person: str) -> str:
        """The name of a person on the roster; of others, as far as it is known, that they have left."""
        found = self.roster.people.get(person)
        if found is None and person in self.roster.former:
            return f"{self.roster.former[person]} (no longer on the roster)"
        return found.name if found else "someone no longer on the roster"

    def account(self, name: str) -> Account:
        """What is known of an account; of one that is no longer configured, its name."""
        return self.account_facts.get(name, Account(name))

    def timetable(self, since: datetime, urgent: bool, climbed: int = 0) -> Timetable:
        """The timers of a case that was received then, or restarts then after `climbed` steps."""
        return Timetable(since, urgent, self.targets, self.working_time, climbed)

    def local(self, moment: datetime) -> str:
        """A moment in the Federation's own time, such as "22 Nov 2026, 14:05"."""
        there = moment.astimezone(ZoneInfo(self.timezone))
        return f"{there.day} {there:%b %Y, %H:%M}"

    def expected_from(self, now: datetime | None) -> str:
        """When somebody is next expected to look, where nobody works at this moment; else ""."""
        if now is None or not self.is_after_hours(now):
            return ""
        return self.local(next(self.working_time.half_days_from(now))[0])

    def contact_lines(self, now: datetime | None = None) -> Mapping[str, str]:
        """Each contact's key with the line that is shown. Out of hours those stand first who answer then."""
        return self.phones(self.contacts, now)

    def phones(self, keys: Iterable[str], now: datetime | None) -> Mapping[str, str]:
        """The same of these keys alone, in their order; keys that are not configured are left out."""
        contacts = [self.contacts[key] for key in keys if key in self.contacts]
        if self.is_after_hours(now):
            contacts.sort(key=lambda contact: not contact.any_hour)
        return {contact.key: str(contact) for contact in contacts}

    def is_after_hours(self, now: datetime | None) -> bool:
        """Whether nobody works at this moment, as far as it is known."""
        return now is not None and self.working_time.half_day_at(now) is None


def unheld(roster: Roster, schools: Iterable[School]) -> Iterator[tuple[str, School, int]]:
    """The roles that too few people hold in their own right: which, for which school, and how many must."""
    schools = tuple(schools)
    for role, least in MUST_BE_HELD.items():
        for school in schools:
            if len(roster.own_holders(role, school.id)) < least:
                yield role, school, least


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
    """The roster with its present covers."""
    here = [item for item in roster.absences if item.start <= now < item.end]
    return replace(roster, covers={item.person: item.cover for item in here})


def unattended(roster: Roster) -> frozenset[str]:
    """Who is or will be away at a moment at which all who stand in for them are away too."""
    turns = (at(roster, item.start) for item in roster.absences)
    return frozenset(
        person for there in turns for person in there.covers if there.all_away(there.stand_ins(person))
    )


def holds_until(roster: Roster, now: datetime) -> datetime | None:
    """When the next absence begins or ends, from when `at` gives another roster; None for never."""
    turns = [turn for item in roster.absences for turn in (item.start, item.end) if turn > now]
    return min(turns, default=None)


def _join(roster: Roster, change: Change) -> Roster | Misfit:
    if known := roster.people.get(change.person):
        return "already" if name_words(known.name) == name_words(change.name) else "id_known"
    if name_words(roster.former.get(change.person, change.name)) != name_words(change.name):
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
