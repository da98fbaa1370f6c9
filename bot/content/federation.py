"""federation.yml: people, roles, schools, contacts, targets and the calendar, checked at start."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from datetime import date, time, timedelta
from functools import lru_cache, partial
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays
from pydantic import BeforeValidator, Field, field_validator, model_validator

from bot.content.documents import ClockTime, DataFaults, Day, Document, Fault, Record
from bot.domain.escalation import Targets, Wait
from bot.domain.roster import (
    OFFICE_ROLES,
    ROLES,
    Account,
    Contact,
    DigestTimes,
    DraftPauses,
    Federation,
    Limits,
    Person,
    Roster,
    School,
    as_written,
    role_name,
    unheld,
)
from bot.domain.staff import EMAIL, as_address
from bot.domain.times import SCHOOL_WEEK, Closure, HalfDay, Term, WorkingTime, no_bank_holidays

_SUBDIVISIONS = {"england": "ENG", "wales": "WLS", "scotland": "SCT", "northern_ireland": "NIR"}
_HOURS = re.compile(r"([01]?\d|2[0-3]):([0-5]\d) ?[-–] ?([01]?\d|2[0-3]):([0-5]\d)")
# Clocks change before it: every hour after it is there once on each day.
_EARLIEST = time(4)
# The longest summer holiday is nine weeks: more is most likely a year that was mistyped.
_LONGEST = timedelta(days=92)
# A term of a day would show what happened on that day, and one of more than a year was mistyped.
_SHORTEST_TERM, _LONGEST_TERM = 30, 366
_WAIT = re.compile(r"([1-9]\d?) (half-day|day)s?")

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)


def _half_day(value: Any) -> HalfDay:
    found = _HOURS.fullmatch(str(value))
    if found is None:
        raise ValueError("give a half-day as 08:30-12:30")
    numbers = [int(number) for number in found.groups()]
    half = HalfDay(time(numbers[0], numbers[1]), time(numbers[2], numbers[3]))
    if half.starts < _EARLIEST or half.ends <= half.starts:
        raise ValueError("a half-day begins at 04:00 or later, and ends after it begins")
    return half


HalfDayText = Annotated[HalfDay, BeforeValidator(_half_day)]
HalfDays = Annotated[tuple[HalfDayText, ...], Field(max_length=2)]


class ClosureRecord(Record):
    """A closed period: both days belong to it."""

    name: str = Field(min_length=1, max_length=100)
    first: Day = Field(alias="from")
    last: Day = Field(alias="to")

    @model_validator(mode="after")
    def _in_order(self) -> ClosureRecord:
        if not timedelta(0) <= self.last - self.first < _LONGEST:
            raise ValueError(
                f"`to` is the last day, from `from` on, at most {_LONGEST.days} days: check the years"
            )
        return self


class TermRecord(Record):
    """A term, with the holiday after it."""

    name: Annotated[str, Field(pattern=r"^\d{4}-[a-z0-9]{1,20}$")]
    first: Day = Field(alias="from")
    last: Day = Field(alias="to")

    @model_validator(mode="after")
    def _as_long_as_a_term(self) -> TermRecord:
        if not _SHORTEST_TERM <= (self.last - self.first).days + 1 <= _LONGEST_TERM:
            raise ValueError(
                f"`to` is the last day of the term and of the holiday after it, {_SHORTEST_TERM} to"
                f" {_LONGEST_TERM} days in all: check the years"
            )
        return self


def _school_week() -> dict[Weekday, HalfDays]:
    return {day: half_days for day, half_days in zip(WEEKDAYS, SCHOOL_WEEK, strict=True) if half_days}


class CalendarRecord(Record):
    """When the Federation works: standard cases wait outside it, urgent ones never do."""

    bank_holidays: Literal["england", "wales", "scotland", "northern_ireland", "none"] = "england"
    hours: dict[Weekday, HalfDays] = Field(default_factory=_school_week)
    closed: tuple[ClosureRecord, ...] = ()
    terms: tuple[TermRecord, ...] = ()

    @field_validator("terms")
    @classmethod
    def _one_after_another(cls, value: tuple[TermRecord, ...]) -> tuple[TermRecord, ...]:
        if len({term.name for term in value}) < len(value):
            raise ValueError("each term may stand only once")
        for one, other in pairwise(value):
            if other.first != one.last + timedelta(days=1):
                raise ValueError(
                    f"{other.name} must begin on the day after {one.name} ends, so that every day is in one"
                    f" report: give the holiday to the term before it (`to` of {one.name})"
                )
        return value

    @field_validator("hours")
    @classmethod
    def _worked(cls, value: dict[Weekday, HalfDays]) -> dict[Weekday, HalfDays]:
        if not any(value.values()):
            raise ValueError("give at least one weekday with its working hours")
        for day, half_days in value.items():
            if any(one.ends > other.starts for one, other in pairwise(half_days)):
                raise ValueError(f"{day}: the second half-day begins before the first one ends")
        return value

    def working_time(self, timezone: str) -> WorkingTime:
        """As the domain knows it."""
        return WorkingTime(
            timezone=timezone,
            week=tuple(self.hours.get(day, ()) for day in WEEKDAYS),
            closures=tuple(Closure(item.name, item.first, item.last) for item in self.closed),
            bank_holidays=bank_holidays(self.bank_holidays),
        )


def bank_holidays(nation: str) -> Callable[[int], Collection[date]]:
    """The bank holidays of a year in a nation of the United Kingdom."""
    if nation == "none":
        return no_bank_holidays
    return partial(_bank_holidays, _SUBDIVISIONS[nation])


@lru_cache(maxsize=256)
def _bank_holidays(subdivision: str, year: int) -> frozenset[date]:
    # A year at a time: the library's own table, which fills itself when asked, is not for several threads.
    return frozenset(holidays.country_holidays("GB", subdiv=subdivision, years=year))


def read_waits(value: Any) -> Any:
    """Waits in words, such as "1 half-day" and "2 days", as the domain knows them."""
    if not isinstance(value, list):
        return value
    if any(isinstance(item, int) for item in value):
        raise ValueError(
            "minutes are no longer taken: a standard case waits in working time (see `calendar`). Write"
            " [1 half-day, 1 day, 2 days], or working half-days and days of your own"
        )
    return [_wait(item) for item in value]


def _wait(value: Any) -> Wait:
    found = _WAIT.fullmatch(str(value))
    if found is None:
        raise ValueError(f"{value!r} is no working time: give for example 1 half-day, 1 day or 2 days")
    return Wait(int(found[1]), days=found[2] == "day")


def rising_waits(value: tuple[Wait, ...]) -> tuple[Wait, ...]:
    """The waits, where each is longer than the one before it."""
    if any(later.half_days <= earlier.half_days for earlier, later in pairwise(value)):
        raise ValueError(
            "give working time from receipt, each longer than the one before; a day is two half-days"
        )
    return value


Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,40}$")]
Text = Annotated[str, Field(min_length=1, max_length=600)]
# The numbers that Ofcom keeps for drama: no one answers them.
_DEMO_NUMBER = re.compile(r"0207946|01[1-6]\d496|0191498|01632960|07700900|08081570|09098790|03069990")
# Who acts in a history or in the audit without being on the roster.
_NOT_PEOPLE = ("reporter", "signpost", "host", "unknown")


class PersonRecord(Record):
    """Someone on the roster. `accounts` maps a platform to the user id there."""

    id: Id
    name: Text
    email: Annotated[str, Field(pattern=EMAIL)] | Literal[""] = ""
    accounts: dict[Literal["slack", "teams", "playground", "terminal"], Text] = Field(default_factory=dict)

    @field_validator("id")
    @classmethod
    def _nobody_else(cls, value: str) -> str:
        if value in _NOT_PEOPLE:
            raise ValueError(f"{value!r} stands for nobody on the roster in a history; give another id")
        return value


class SchoolRecord(Record):
    """One school."""

    id: Id
    name: Text


class ContactRecord(Record):
    """A way to reach someone. `checked`: when somebody last phoned it; `any_hour`: it answers always."""

    label: Text
    phone: Text
    hours: str = ""
    checked: Day
    any_hour: bool = False


class AccountRecord(Record):
    """A social media account of the Federation: its name alone, or what else is known of it."""

    name: Text
    school: Id | Literal[""] = ""
    runners: tuple[Id, ...] = ()
    since: Day | None = None
    page: Annotated[str, Field(pattern=r"^https://[^\s/]+")] | Literal[""] = ""


Domain = Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]


def _by_name(value: Any) -> Any:
    return {"name": value} if isinstance(value, str) else value


class TargetsRecord(Record):
    """From receipt, when a case that nobody has acknowledged climbs each step: minutes, or working time."""

    urgent: tuple[int, ...] = Field(default=Targets().urgent, min_length=1)
    standard: tuple[Wait, ...] = Field(default=Targets().standard, min_length=1)
    undelivered: int = Field(default=Targets().undelivered, ge=1, le=60)
    check_back_days: int = Field(default=Targets().check_back_days, ge=0, le=180)
    idle_days: int = Field(default=Targets().idle_days, ge=0, le=60)
    close_days: int = Field(default=Targets().close_days, ge=1, le=250)

    _read = field_validator("standard", mode="before")(read_waits)
    _later = field_validator("standard")(rising_waits)

    @field_validator("urgent")
    @classmethod
    def _rising(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if any(later <= earlier for earlier, later in zip((0, *value), value, strict=False)):
            raise ValueError("give minutes from receipt, each more than the one before, from 1")
        return value


class LimitsRecord(Record):
    """How much one person may do before being asked to wait."""

    messages_a_minute: int = Field(default=Limits().messages_a_minute, ge=10)
    reports_an_hour: int = Field(default=Limits().reports_an_hour, ge=3)
    wrong_codes_an_hour: int = Field(default=Limits().wrong_codes_an_hour, ge=3)
    wrong_codes_a_minute_by_all: int = Field(default=Limits().wrong_codes_a_minute_by_all, ge=5)


class DigestRecord(Record):
    """When the digest is sent, on the Federation's clock, and the roles that get it."""

    at: ClockTime = DigestTimes().at
    before_days_off: ClockTime = DigestTimes().before_days_off
    roles: tuple[Literal["flt", "dsl", "eht", "chair"], ...] = ("flt", "dsl", "eht")


class DraftPausesRecord(Record):
    """After how many minutes without a change a half-written report is shown only after a question."""

    named: Annotated[int, Field(ge=1, le=24 * 60)] = DraftPauses().named
    anonymous: Annotated[int, Field(ge=1, le=60)] = DraftPauses().anonymous


Holders = tuple[Id, ...] | dict[Id, tuple[Id, ...]]


class FederationFile(Record):
    """The whole file."""

    demo: bool = False
    name: Text
    timezone: str = "Europe/London"
    schools: tuple[SchoolRecord, ...] = Field(min_length=1)
    people: tuple[PersonRecord, ...]
    roles: dict[str, Holders]
    contacts: dict[Id, ContactRecord]
    targets: TargetsRecord = TargetsRecord()
    limits: LimitsRecord = LimitsRecord()
    digest: DigestRecord | None = None
    calendar: CalendarRecord = CalendarRecord()
    accounts: tuple[Annotated[AccountRecord, BeforeValidator(_by_name)], ...] = ()
    email_domains: tuple[Domain, ...] = ()
    settings: dict[Id, Text] = Field(default_factory=dict)
    demo_staff: tuple[PersonRecord, ...] = ()
    session_days: int = Field(default=14, ge=1, le=90)
    draft_pauses: DraftPausesRecord = DraftPausesRecord()
    staff_days: int = Field(default=365, ge=1, le=1000)

    @field_validator("timezone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError(f"{value!r} is not a time zone; Europe/London is one") from None
        return value


def load_federation(path: Path) -> Federation:
    """Read and check federation.yml. Raises DataFaults with every fault, each with its line."""
    document = Document(path)
    found = document.parse(FederationFile)
    faults = [*_role_faults(document, found), *_repeated(document, found), *_account_faults(document, found)]
    if faults:
        raise DataFaults(faults)
    return _federation(found)


def production_faults(path: Path, federation: Federation) -> tuple[Fault, ...]:
    """What keeps this file from real use: demo values, and roles that nobody holds."""
    document = Document(path)
    return (*_demo_faults(document, federation), *_unheld(document, federation))


# A minute, or an hour: nobody who types by hand comes near.
_BY_PROGRAMS = 600


def left_from_the_demo(path: Path, federation: Federation, platforms: Collection[str]) -> Iterator[Fault]:
    """What real use can go on with and nobody means: people whom nothing reaches, and limits for programs."""
    document = Document(path)
    for number, person in enumerate(federation.roster.people.values()):
        if platforms and not set(platforms) & person.accounts.keys():
            yield document.fault(
                f"people > {person.id}: {person.name} is told nothing, without an account on"
                f" {' or '.join(sorted(platforms))}: give their id there",
                ("people", number),
            )
    for name in ("messages_a_minute", "reports_an_hour"):
        if platforms and (most := getattr(federation.limits, name)) > _BY_PROGRAMS:
            yield document.fault(
                f"limits > {name}: {most} is for programs that try the demo; take it out", ("limits", name)
            )


def date_faults(path: Path, federation: Federation, today: date) -> tuple[Fault, ...]:
    """Each number that was phoned on a day yet to come; a demo's days are made up."""
    if federation.demo:
        return ()
    document = Document(path)
    return tuple(
        document.fault(
            f"contacts > {key} > checked: {contact.checked} is yet to come; give the day on which somebody"
            " last phoned the number",
            ("contacts", key, "checked"),
        )
        for key, contact in federation.contacts.items()
        if contact.checked and contact.checked > today
    )


def _role_faults(document: Document, found: FederationFile) -> Iterator[Fault]:
    people, schools = {person.id for person in found.people}, {school.id for school in found.schools}
    known = {*ROLES, *OFFICE_ROLES, *(f"deputy_{role}" for role in ROLES if not role.startswith("deputy_"))}
    for role, holders in found.roles.items():
        if role not in known:
            yield document.fault(
                f"no such role: {role}; the roles are {', '.join((*ROLES, *OFFICE_ROLES))}", ("roles", role)
            )
        by_school = holders if isinstance(holders, dict) else {"": holders}
        for school, ids in by_school.items():
            if school and school not in schools:
                yield document.fault(
                    f"roles > {role}: no school has the id {school}", ("roles", role, school)
                )
            for person in set(ids) - people:
                where = ("roles", role, school) if school else ("roles", role)
                yield document.fault(f"roles > {role}: nobody has the id {person}; add them to people", where)


def _repeated(document: Document, found: FederationFile) -> Iterator[Fault]:
    seen: set[tuple[str, str]] = set()
    everyone = [("people", found.people), ("demo_staff", found.demo_staff)]
    for group, people in everyone:
        for number, person in enumerate(people):
            email = (("email", as_address(person.email)),) if person.email else ()
            for name in (("id", person.id), *email, *person.accounts.items()):
                if name in seen:
                    yield document.fault(f"{name[0]} {name[1]!r} is given twice", (group, number))
                seen.add(name)


def _account_faults(document: Document, found: FederationFile) -> Iterator[Fault]:
    people, schools = {person.id for person in found.people}, {school.id for school in found.schools}
    seen: set[str] = set()
    for number, account in enumerate(found.accounts):
        where = ("accounts", number)
        if account.name in seen:
            yield document.fault(f"the account {account.name!r} is given twice", where)
        seen.add(account.name)
        if account.school and account.school not in schools:
            yield document.fault(f"{account.name}: no school has the id {account.school}", (*where, "school"))
        for person in account.runners:
            if person not in people:
                yield document.fault(
                    f"{account.name}: nobody has the id {person}; add them to people", (*where, "runners")
                )


def _demo_faults(document: Document, federation: Federation) -> Iterator[Fault]:
    if federation.demo:
        yield document.fault("demo: is true, but a channel is configured; give your own values", ("demo",))
    if federation.demo_staff:
        yield document.fault("demo_staff is for the playground alone; remove it", ("demo_staff",))
    for key, contact in federation.contacts.items():
        if is_demo_number(contact.phone):
            yield document.fault(f"contacts > {key}: {contact.phone} is a demo number", ("contacts", key))


def is_demo_number(phone: str) -> bool:
    """Whether one of the numbers in it is kept for drama."""
    national = phone.replace("+44", "0")
    return bool(_DEMO_NUMBER.search(re.sub(r"[^\d,;]", "", national)))


def _unheld(document: Document, federation: Federation) -> Iterator[Fault]:
    for role, school, least in unheld(federation.roster, federation.schools):
        needed = "nobody holds it" if least == 1 else f"at least {least} people must hold it"
        yield document.fault(
            f"roles > {role} ({role_name(role)}): {needed} for {school.name}", ("roles", role)
        )


def _federation(found: FederationFile) -> Federation:
    return Federation(
        name=found.name,
        timezone=found.timezone,
        schools=tuple(School(item.id, item.name) for item in found.schools),
        roster=Roster({item.id: _person(item) for item in found.people}, _roles(found.roles)),
        contacts={
            key: Contact(key, item.label, item.phone, item.hours, item.checked, item.any_hour)
            for key, item in found.contacts.items()
        },
        targets=Targets(**dict(found.targets)),
        limits=Limits(**found.limits.model_dump()),
        working_time=found.calendar.working_time(found.timezone),
        terms=tuple(Term(**dict(item)) for item in found.calendar.terms),
        digest=DigestTimes(**dict(found.digest)) if found.digest else None,
        accounts=tuple(item.name for item in found.accounts),
        account_facts={item.name: Account(**dict(item)) for item in found.accounts},
        settings=dict(found.settings),
        email_domains=found.email_domains,
        demo_staff=tuple(_person(item) for item in found.demo_staff),
        session_days=found.session_days,
        draft_pauses=DraftPauses(**dict(found.draft_pauses)),
        staff_days=found.staff_days,
        demo=found.demo,
    )


def _person(record: PersonRecord) -> Person:
    accounts = {str(platform): as_written(user) for platform, user in record.accounts.items()}
    return Person(record.id, record.name, accounts, as_address(record.email))


def _roles(roles: dict[str, Holders]) -> dict[str, dict[str, tuple[str, ...]]]:
    return {role: dict(held) if isinstance(held, dict) else {"": tuple(held)} for role, held in roles.items()}
