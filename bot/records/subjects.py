"""Whom a subject-access request is about: somebody on the roster, or an account that a reporter uses."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.domain.roster import Federation, Person
from bot.storage.reports import Reporter


@dataclass(frozen=True)
class Subject:
    """`key` is a roster id, or "platform:user" of somebody off the roster."""

    key: str
    accounts: tuple[Reporter, ...]
    name: str = ""
    person: Person | None = None


def subject_of(federation: Federation, key: str) -> Subject | None:
    """The person behind a roster id or "platform:user"; None where it is neither.

    An account of somebody on the roster is that person, with all their accounts.
    """
    platform, _, user = key.partition(":")
    roster = federation.roster
    person = roster.people.get(key) or roster.by_account(platform, user)
    if person is not None:
        return Subject(person.id, _accounts(person), person.name, person)
    if not re.fullmatch(r"(?:slack|teams|playground|terminal):\S{1,100}", key):
        return None
    # People of the demonstration have names, too.
    known = [item.name for item in federation.demo_staff if item.accounts.get(platform) == user]
    return Subject(key, (Reporter(platform, user),), known[0] if known else "")


def _accounts(person: Person) -> tuple[Reporter, ...]:
    return tuple(Reporter(platform, user) for platform, user in person.accounts.items())
