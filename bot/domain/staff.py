"""The staff register: everybody who works for the Federation, one entry a person, whatever they are known by.

It is for campaigns, figures by school and the runners of accounts. It gives nobody a right: those are the
roster's alone, and no case ever asks it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from bot.domain.roster import Person, Roster, School

EMAIL = r"^[^@\s,;<>\"]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?\.[A-Za-z]{2,24}$"


def as_address(email: str) -> str:
    """An e-mail address as it is compared: nobody has two that differ in capitals alone."""
    return email.strip().casefold()


@dataclass(frozen=True)
class ListedStaff:
    """Somebody on the staff list: what they do, in the list's own words, and their schools' ids.

    `schools` () is every school. `left_at` is when a list that named everybody left them out. `accounts` are
    their user ids by platform, where the list has them; `trained` is the day of a training that it tells of.
    `told_by` is the platform that alone tells of them, "" where the list of staff does.
    """

    name: str
    email: str = field(repr=False)
    schools: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()
    left_at: datetime | None = None
    accounts: Mapping[str, str] = field(default_factory=dict, repr=False)
    told_by: str = ""
    # Kept with what people have attested, not with the list.
    trained: date | None = field(default=None, compare=False)

    def at(self, every: tuple[str, ...]) -> tuple[str, ...]:
        """Their schools, of `every` one there is; of whom a platform alone tells none is known."""
        return () if self.told_by else self.schools or every


@dataclass(frozen=True)
class StaffMember:
    """One entry of the register. `person` is their id on the roster, "" where they have none.

    `schools` () is that none is known: `told_by`, a platform, alone tells of them.
    """

    name: str
    email: str = field(default="", repr=False)
    schools: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()
    person: str = ""
    roles: tuple[str, ...] = ()
    accounts: Mapping[str, str] = field(default_factory=dict, repr=False)
    on_leave: bool = False
    left_at: datetime | None = None
    told_by: str = ""

    @property
    def platforms(self) -> tuple[str, ...]:
        """Those on which they have an account, as far as it is known."""
        return tuple(sorted(self.accounts))


def register(
    roster: Roster, schools: Iterable[School], listed: Iterable[ListedStaff]
) -> tuple[StaffMember, ...]:
    """Roster and staff list as one, by name.

    A person on both is one entry: known by their e-mail address, or by an account that the list names.
    """
    every = tuple(school.id for school in schools)
    by_email = {item.email: item for item in listed}
    emails = {account: item.email for item in by_email.values() for account in item.accounts.items()}
    found = list[StaffMember]()
    for person in roster.people.values():
        by_account = next((emails[one] for one in person.accounts.items() if one in emails), "")
        on_list = by_email.pop(person.email, None) or by_email.pop(by_account, None)
        found.append(_on_roster(roster, person, every, on_list))
    found += [
        StaffMember(
            item.name,
            item.email,
            item.at(every),
            item.jobs,
            accounts=item.accounts,
            left_at=item.left_at,
            told_by=item.told_by,
        )
        for item in by_email.values()
    ]
    return tuple(sorted(found, key=lambda one: (one.name.casefold(), one.person, one.email)))


def _on_roster(
    roster: Roster, person: Person, every: tuple[str, ...], listed: ListedStaff | None
) -> StaffMember:
    held = {role: ids for role, ids in roster.roles.items() if any(person.id in one for one in ids.values())}
    places = {school for ids in held.values() for school, people in ids.items() if person.id in people}
    of_roles = set(every) if "" in places or not places else places
    member = StaffMember(
        name=person.name,
        email=person.email,
        schools=tuple(school for school in every if school in of_roles),
        person=person.id,
        roles=tuple(sorted(held)),
        accounts=person.accounts,
        on_leave=person.id in roster.covers,
    )
    if listed is None:
        return member
    # People on the roster have not left, whatever the list says.
    theirs = {*listed.at(every), *(places & set(every))}
    schools = member.schools if listed.told_by else tuple(one for one in every if one in theirs)
    accounts = {**listed.accounts, **person.accounts}
    return replace(
        member, email=person.email or listed.email, schools=schools, jobs=listed.jobs, accounts=accounts
    )
