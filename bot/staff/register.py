"""The staff register: taken in from a list, read together with the roster, and forgotten in time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta

import structlog

from bot.domain.directory import Directory, Joined, join
from bot.domain.roster import Federation, Person, Roster
from bot.domain.staff import ListedStaff, StaffMember, register
from bot.storage.campaigns import attended
from bot.storage.database import Transaction
from bot.storage.staff import (
    forget_staff,
    one_import_at_a_time,
    put_staff,
    staff_id,
    staff_id_at,
    staff_list,
    staff_of,
)
from bot.storage.vault import Vault

log = structlog.get_logger()


@dataclass(frozen=True)
class ImportCounts:
    """What came of a list: how many are new, have changed, are as before, and have left."""

    added: int = 0
    changed: int = 0
    same: int = 0
    left: int = 0


def take_in(
    tx: Transaction, vault: Vault, members: Sequence[ListedStaff], now: datetime, *, everybody: bool = False
) -> ImportCounts:
    """Store everybody on the list. With `everybody`, people who are not on it have left.

    The same list a second time changes nothing. People who come back have not left any more. Accounts that an
    earlier list told, and this one does not, are kept; of trainings the newest day is.
    """
    one_import_at_a_time(tx)
    stored = {item.email: item for item in staff_list(tx, vault)}
    claimed, known = _claimed(members), dict(stored)
    counted = {"added": 0, "changed": 0, "same": 0, "left": 0}
    for member in members:
        before = known.pop(member.email, None)
        if before:
            kept = _yielded(before, claimed, now).accounts
            member = replace(member, accounts={**kept, **member.accounts})
        if member.trained:
            day = datetime.combine(member.trained, time(12), UTC)
            attended(tx, staff_id(vault, member.email), day, "list")
        if before == member:
            counted["same"] += 1
            continue
        put_staff(tx, vault, member)
        counted["changed" if before else "added"] += 1
    for other in known.values():
        after = _yielded(other, claimed, now)
        if everybody and other.left_at is None:
            # The office's word, no matter who told of them: no platform brings them back.
            after = replace(after, left_at=now, told_by="")
        counted["left"] += after.left_at != other.left_at
        if after != other:
            put_staff(tx, vault, after)
    return ImportCounts(**counted)


def take_directory(
    tx: Transaction, vault: Vault, directory: Directory, roster: Roster, now: datetime, *, add: bool = False
) -> Joined:
    """Join what a platform lists of its members to the list of staff (`bot.domain.directory.join`)."""
    one_import_at_a_time(tx)
    stored = staff_list(tx, vault)
    joined = join(directory, roster, stored, now, add=add)
    claimed, changed = _claimed(joined.changed), {member.email for member in joined.changed}
    for member in joined.changed:
        put_staff(tx, vault, member)
    for other in stored:
        if other.email not in changed and (after := _yielded(other, claimed, now)) != other:
            put_staff(tx, vault, after)
    return joined


def _claimed(members: Iterable[ListedStaff]) -> dict[tuple[str, str], str]:
    return {account: member.email for member in members for account in member.accounts.items()}


def _yielded(entry: ListedStaff, claimed: Mapping[tuple[str, str], str], now: datetime) -> ListedStaff:
    """An entry without the accounts that are others' now.

    With its account the entry of somebody of whom a platform alone told is at an end: they are another one.
    """
    accounts = {
        name: user
        for name, user in entry.accounts.items()
        if claimed.get((name, user), entry.email) == entry.email
    }
    is_other = bool(entry.told_by) and not accounts and entry.left_at is None
    return replace(entry, accounts=accounts, left_at=now if is_other else entry.left_at)


def members(tx: Transaction, vault: Vault, federation: Federation) -> tuple[StaffMember, ...]:
    """Everybody on the register as it stands, one entry a person."""
    return register(_with_demo_staff(federation), federation.schools, staff_list(tx, vault))


def _with_demo_staff(federation: Federation) -> Roster:
    """The roster, and in a demo those who are only there to be tried out: they hold no role."""
    demo = {person.id: person for person in federation.demo_staff}
    return replace(federation.roster, people={**demo, **federation.roster.people})


def known_as(vault: Vault, member: StaffMember | Person) -> tuple[str, ...]:
    """The names under which somebody stands where no clear name may: the one to be used first.

    By their e-mail address, and by their id on the roster: somebody may have been known by that alone.
    """
    person = member.id if isinstance(member, Person) else member.person
    by_email = (staff_id(vault, member.email),) if member.email else ()
    return (*by_email, *((vault.blind("person", person),) if person else ()))


def member_known_as(tx: Transaction, vault: Vault, federation: Federation, who: str) -> StaffMember | None:
    """Whom such a name means now; None where they are on the register no more."""
    roster = _with_demo_staff(federation)
    person = next((one for one in roster.people.values() if who in known_as(vault, one)), None)
    if person is not None:
        return _member(tx, vault, federation, person)
    listed = staff_of(tx, vault, (who,))
    accounts = (account for one in listed for account in one.accounts.items())
    person = next(filter(None, (roster.by_account(*account) for account in accounts)), None)
    if person is not None:
        return _member(tx, vault, federation, person)
    return next(iter(register(_NOBODY, federation.schools, listed)), None)


def member_at(
    tx: Transaction, vault: Vault, federation: Federation, platform: str, user: str
) -> StaffMember | None:
    """The person with this account; None where nobody on the register has it, or they have left."""
    person = _with_demo_staff(federation).by_account(platform, user)
    if person is not None:
        return _member(tx, vault, federation, person)
    row = staff_id_at(tx, vault, platform, user)
    found = member_known_as(tx, vault, federation, row) if row else None
    return None if found is None or found.left_at else found


def _member(tx: Transaction, vault: Vault, federation: Federation, person: Person) -> StaffMember:
    rows = [staff_id_at(tx, vault, *account) for account in person.accounts.items()]
    rows += [staff_id(vault, person.email)] if person.email else []
    listed = staff_of(tx, vault, tuple(filter(None, rows)))
    alone = replace(_with_demo_staff(federation), people={person.id: person})
    return next(one for one in register(alone, federation.schools, listed) if one.person == person.id)


_NOBODY = Roster({}, {})


def forget_left(tx: Transaction, federation: Federation, now: datetime) -> None:
    """Delete people who left longer ago than the Federation keeps them."""
    if gone := forget_staff(tx, now - timedelta(days=federation.staff_days)):
        log.info("staff_deleted", number=gone)
