"""Who holds which role, in which school, and which contacts stand outside the Federation.

Roles are those of the routing table: eht, flt, sbm, fbm, it, dsl, chair, dpl, and a deputy of each
as `deputy_<role>`. One person is one identity on every platform.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time

from bot.domain.escalation import Targets, Timetable
from bot.domain.times import WorkingTime

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
}


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

        Where the school is not known ("") every school's holders are meant. Before somebody who is away
        stands whoever stands in for them.
        """
        found = self.own_holders(role, school)
        return tuple(dict.fromkeys(one for person in found for one in self._with_covers(person)))

    def own_holders(self, role: str, school: str) -> tuple[str, ...]:
        """The same without those who only stand in."""
        by_school = self.roles.get(role, {})
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
    accounts: tuple[str, ...] = ()
    # Local texts, each marked as not in the policy: what "the agreed protocols" and so on are here.
    settings: Mapping[str, str] = field(default_factory=dict)
    # (platform, user id, name) of staff who are only there to be tried out in the playground.
    demo_staff: tuple[Person, ...] = ()
    session_days: int = 14
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

    def timetable(self, since: datetime, urgent: bool, climbed: int = 0) -> Timetable:
        """The timers of a case that was received then, or begins anew then after `climbed` steps."""
        return Timetable(since, urgent, self.targets, self.working_time, climbed)

    def contact_lines(self, now: datetime | None = None) -> Mapping[str, str]:
        """Each contact's key with the line that is shown. Out of hours those stand first who answer then."""
        contacts = list(self.contacts.values())
        if now is not None and self.working_time.half_day_at(now) is None:
            contacts.sort(key=lambda contact: not contact.any_hour)
        return {contact.key: str(contact) for contact in contacts}


def unheld(roster: Roster, schools: Iterable[School]) -> Iterator[tuple[str, School, int]]:
    """The roles that too few people hold in their own right: which, for which school, and how many must."""
    schools = tuple(schools)
    for role, least in MUST_BE_HELD.items():
        for school in schools:
            if len(roster.own_holders(role, school.id)) < least:
                yield role, school, least
