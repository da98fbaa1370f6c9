"""A made-up Federation: two schools, every role held, numbers that no one answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from bot.content.world import World
from bot.domain.roster import Contact, Federation, Person, Roster, School

PEOPLE = {
    "eve": "Eve Hartwell",
    "flo": "Flo Tanner",
    "fay": "Fay Lindqvist",
    "fred": "Fred Osei",
    "fiona": "Fiona Brook",
    "dep_fiona": "Derek Poole",
    "sam": "Sam Ashby",
    "sue": "Sue Beck",
    "ian": "Ian Trent",
    "dora": "Dora Ashworth",
    "dan": "Dan Beckett",
    "dee": "Dee Ashton",
    "dot": "Dot Becker",
    "carol": "Carol Vane",
    "pat": "Pat Lowe",
}
ROLES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "eht": {"": ("eve",)},
    "flt": {"": ("flo", "fay", "fred")},
    "fbm": {"": ("fiona",)},
    "deputy_fbm": {"": ("dep_fiona",)},
    "sbm": {"ash": ("sam",), "beck": ("sue",)},
    "it": {"": ("ian",)},
    "dsl": {"ash": ("dora",), "beck": ("dan",)},
    "deputy_dsl": {"ash": ("dee",), "beck": ("dot",)},
    "chair": {"": ("carol",)},
    "dpl": {"": ("pat",)},
}
_ANY_HOUR = ("police_emergency", "police_non_emergency", "childrens_social_care", "samaritans")
_CONTACTS = (
    ("police_emergency", "Police in an emergency", "999"),
    ("police_non_emergency", "Police, not an emergency", "101"),
    ("dsl", "Designated Safeguarding Lead", "020 7946 0001"),
    ("deputy_dsl", "Deputy Designated Safeguarding Lead", "020 7946 0002"),
    ("eht", "Executive Headteacher", "020 7946 0003"),
    ("chair", "Chair of governors", "020 7946 0004"),
    ("fbm", "Federation Business Manager", "020 7946 0005"),
    ("it", "IT Manager", "020 7946 0006"),
    ("lado", "Local authority designated officer (LADO)", "020 7946 0007"),
    ("childrens_social_care", "Children's social care", "020 7946 0008"),
    ("protect", "Protect (whistleblowing advice)", "020 7946 0009"),
    ("nspcc_whistleblowing", "NSPCC whistleblowing line", "020 7946 0010"),
    ("union", "Your union", "020 7946 0011"),
    ("employee_assistance", "Employee assistance", "020 7946 0012"),
    ("data_protection_lead", "Data-protection lead", "020 7946 0013"),
    ("professionals_online_safety_helpline", "Professionals Online Safety Helpline", "020 7946 0014"),
)


def federation(
    roles: Mapping[str, Mapping[str, tuple[str, ...]]] = ROLES,
    schools: tuple[School, ...] = (School("ash", "Ash School"), School("beck", "Beck School")),
) -> Federation:
    """The Federation of the tests; other roles or schools may be given."""
    people = {key: Person(key, name, {"playground": key}) for key, name in PEOPLE.items()}
    return Federation(
        name="Ashbeck Federation",
        timezone="Europe/London",
        schools=schools,
        roster=Roster(people, roles),
        contacts={
            key: Contact(key, label, phone, "", date(2026, 9, 1), any_hour=key in _ANY_HOUR)
            for key, label, phone in _CONTACTS
        },
        accounts=("@AshSchool on X", "Beck School on Facebook"),
        settings={"colleague_protocol": "tell the Federation Leadership Team with this report"},
    )


def with_federation(world: World, changed: Federation) -> World:
    """The same world for another Federation."""
    return replace(world, federation=changed)
