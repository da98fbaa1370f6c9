"""Who can be tried out on the page: staff on the left, the people on the roster on the right."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bot.domain.roster import Federation, Person, role_name
from bot.domain.routing import CHANNEL_ROLES

PLATFORM = "playground"
HUES = 6
_TITLES = frozenset({"mr", "mrs", "ms", "miss", "mx", "dr", "sir", "dame", "rev"})


@dataclass(frozen=True)
class Face:
    """One person as the page shows them. `member` says whether the FLT's channel lets them in."""

    user: str
    name: str
    initials: str
    hue: int
    roles: str
    member: bool


@dataclass(frozen=True)
class PlaygroundPeople:
    """Everybody with an account here. Staff may also be on the roster, and then hold one account."""

    staff: tuple[Face, ...]
    leaders: tuple[Face, ...]

    def find(self, user: str) -> Face | None:
        """The person with this user id, or None. On the roster first: there they have their roles."""
        return next((face for face in (*self.leaders, *self.staff) if face.user == user), None)

    def members(self) -> tuple[Face, ...]:
        """Those who read the FLT's channel."""
        return tuple(face for face in self.leaders if face.member)

    def users(self) -> tuple[str, ...]:
        """Every user id once, staff first."""
        return tuple(dict.fromkeys(face.user for face in (*self.staff, *self.leaders)))


def people_of(federation: Federation) -> PlaygroundPeople:
    """The people of a configuration who have a playground account."""
    roster = _with_account(federation.roster.people.values())
    staff = _with_account(federation.demo_staff)
    return PlaygroundPeople(
        staff=tuple(_face(person, number, federation) for number, person in enumerate(staff)),
        leaders=tuple(_face(person, number + 2, federation) for number, person in enumerate(roster)),
    )


def initials(name: str) -> str:
    """One or two letters for a name, titles left out: "Dr Mira Patel" is "MP"."""
    words = [word for word in name.split() if word.strip(".").lower() not in _TITLES] or name.split()
    picked = words[:1] + words[-1:] if len(words) > 1 else words
    return "".join(word[0] for word in picked).upper() or "?"


def _with_account(people: Iterable[Person]) -> list[Person]:
    return [person for person in people if person.accounts.get(PLATFORM)]


def _face(person: Person, number: int, federation: Federation) -> Face:
    name, caption = _captioned(person.name)
    member = bool(federation.roster.every_role_of(person.id).intersection(CHANNEL_ROLES))
    roles = _roles(person.id, federation) or caption or "Staff"
    return Face(person.accounts[PLATFORM], name, initials(name), number % HUES, roles, member)


def _captioned(name: str) -> tuple[str, str]:
    """ "Ana Silva (teacher)" as her name and "Teacher"."""
    found = re.fullmatch(r"(.+?)\s*\((.+)\)", name)
    return (found[1], found[2][0].upper() + found[2][1:]) if found else (name, "")


def _roles(person: str, federation: Federation) -> str:
    """ "Designated Safeguarding Lead (Elm Primary)": each role, with its schools where it is not for all."""
    found = []
    for role, schools in federation.roster.roles.items():
        held = [school for school, ids in schools.items() if person in ids]
        names = ", ".join(federation.school_name(school) for school in held if school)
        if held:
            found.append(f"{role_name(role)} ({names})" if names and "" not in held else role_name(role))
    return ", ".join(found)
