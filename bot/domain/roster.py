"""Who holds which role, in which school, and which contacts stand outside the Federation.

Roles are those of the routing table: eht, flt, sbm, fbm, it, dsl, chair, dpl, and a deputy of each
as `deputy_<role>`. One person is one identity on every platform.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from bot.domain.escalation import Targets, Timetable
from bot.domain.working_time import WorkingTime

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


def role_name(role: str) -> str:
    """The role in words; a deputy of any role is "Deputy …"."""
    if role in ROLE_NAMES:
        return ROLE_NAMES[role]
    return f"Deputy {ROLE_NAMES[role.removeprefix('deputy_')]}"


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
    """A way to reach someone, shown and never messaged. `checked` is when the number was last checked."""

    key: str
    label: str
    phone: str
    hours: str = ""
    checked: date | None = None

    def __str__(self) -> str:
        hours = f" ({self.hours})" if self.hours else ""
        return f"{self.label}: {self.phone}{hours}"


@dataclass(frozen=True)
class Roster:
    """People and the roles that they hold: role -> school id ("" is every school) -> people."""

    people: Mapping[str, Person]
    roles: Mapping[str, Mapping[str, tuple[str, ...]]]

    def holders(self, role: str, school: str) -> tuple[str, ...]:
        """The ids of those who hold `role` for `school`, in the order of the configuration.

        Where the school is not known ("") every school's holders are meant.
        """
        by_school = self.roles.get(role, {})
        meant = by_school if not school else {school, ""}
        return tuple(
            dict.fromkeys(person for name in by_school if name in meant for person in by_school[name])
        )

    def roles_of(self, person: str, school: str) -> frozenset[str]:
        """Every role that `person` holds for `school`."""
        return frozenset(role for role in self.roles if person in self.holders(role, school))

    def every_role_of(self, person: str) -> frozenset[str]:
        """Every role that `person` holds in any school."""
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
class Federation:
    """What the Federation configures of itself (federation.yml)."""

    name: str
    timezone: str
    schools: tuple[School, ...]
    roster: Roster
    contacts: Mapping[str, Contact]
    targets: Targets = field(default_factory=Targets)
    limits: Limits = Limits()
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
        """The name of a person on the roster; "someone no longer on the roster" otherwise."""
        found = self.roster.people.get(person)
        return found.name if found else "someone no longer on the roster"

    def timetable(self, received: datetime, urgent: bool) -> Timetable:
        """The timers of a case that was received then."""
        return Timetable(received, urgent, self.targets, self.working_time)

    def contact_lines(self) -> Mapping[str, str]:
        """Each contact's key with the line that is shown."""
        return {key: str(contact) for key, contact in self.contacts.items()}
