"""What a platform lists of its members, and what follows from that for the list of staff.

An account is joined to an entry of the list by the account, then by the e-mail address. Where two claim one
another nothing is changed: somebody else's name under "read and understood" is worse than a person who is not
reached.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from bot.domain.roster import Roster
from bot.domain.staff import ListedStaff


@dataclass(frozen=True)
class DirectoryAccount:
    """One account. `email` is "" where none is told; `is_colleague` is a full member, active, of our own."""

    user: str
    name: str = field(repr=False)
    email: str = field(default="", repr=False)
    is_colleague: bool = True


@dataclass(frozen=True)
class Directory:
    """All accounts that a platform lists, those that are closed among them."""

    platform: str
    accounts: tuple[DirectoryAccount, ...] = field(repr=False)
    tells_addresses: bool = True


class Finding(StrEnum):
    """What became of an account, or of an entry of the list that has one."""

    ON_ROSTER = "on_roster"
    KNOWN = "known"
    JOINED = "joined"
    MOVED = "moved"
    ADDED = "added"
    RETURNED = "returned"
    NOT_LISTED = "not_listed"
    LEFT = "left"
    OTHER_ACCOUNT = "other_account"
    UNCLEAR = "unclear"
    CLOSED = "closed"
    STILL_ACTIVE = "still_active"


@dataclass(frozen=True)
class Joined:
    """What is to be stored, and the names of those whom each finding is about."""

    changed: tuple[ListedStaff, ...] = field(repr=False)
    found: Mapping[Finding, tuple[str, ...]] = field(repr=False)

    def count(self, finding: Finding) -> int:
        """How many it is about."""
        return len(self.found.get(finding, ()))


def join(
    directory: Directory, roster: Roster, staff: Iterable[ListedStaff], now: datetime, *, add: bool
) -> Joined:
    """Give the list of staff the accounts that a platform lists. People on the roster are never changed.

    With `add` a colleague whom neither knows becomes an entry, where their address is told. An entry that the
    platform alone told of has left when it is no colleague's any more. A second time nothing is changed.
    """
    joining = _Joining(directory, roster, staff, now, add)
    for account in joining.here.values():
        joining.meet(account)
    joining.see_who_left()
    found = {finding: tuple(names) for finding, names in joining.found.items()}
    return Joined(tuple(joining.changed.values()), found)


Outcome = tuple[Finding, ListedStaff | None]


class _Joining:
    def __init__(
        self, directory: Directory, roster: Roster, staff: Iterable[ListedStaff], now: datetime, add: bool
    ) -> None:
        self._platform, self._now, self._add = directory.platform, now, add
        self._listed = {account.user for account in directory.accounts}
        self.here = {account.user: account for account in directory.accounts if account.is_colleague}
        addresses = Counter(account.email for account in self.here.values())
        self._shared = {email for email, number in addresses.items() if email and number > 1}
        self._staff = {entry.email: entry for entry in staff}
        self._holders = defaultdict[str, list[ListedStaff]](list)
        for entry in self._staff.values():
            self._holders[entry.accounts.get(self._platform, "")].append(entry)
        self._roster_users = {person.accounts.get(self._platform, "") for person in roster.people.values()}
        self._roster_emails = {person.email for person in roster.people.values()} - {""}
        self.found = defaultdict[Finding, list[str]](list)
        self.changed = dict[str, ListedStaff]()

    def meet(self, account: DirectoryAccount) -> None:
        """See what follows from an account that is a colleague's."""
        known = {account.email, *(entry.email for entry in self._holders[account.user])}
        if account.user in self._roster_users:
            found, after = Finding.ON_ROSTER, None
        elif not known.isdisjoint(self._roster_emails):
            # An address opens no case: the roster's accounts are those that two people agreed on.
            found, after = Finding.OTHER_ACCOUNT, None
        else:
            found, after = self._of_the_list(account)
        self._note(found, account.name, account.user, after)

    def _of_the_list(self, account: DirectoryAccount) -> Outcome:
        is_shared = account.email in self._shared
        claims = {entry.email: entry for entry in self._holders[account.user]}
        named = None if is_shared else self._staff.get(account.email)
        if named:
            claims[named.email] = named
        working = [entry for entry in claims.values() if entry.left_at is None]
        if len(working) > 1 or (is_shared and not claims):
            return Finding.UNCLEAR, None
        entry = working[0] if working else named or next(iter(claims.values()), None)
        return self._of_entry(entry, account) if entry else self._of_stranger(account)

    def _of_entry(self, entry: ListedStaff, account: DirectoryAccount) -> Outcome:
        before = entry.accounts.get(self._platform, "")
        if entry.left_at and not entry.told_by:
            return Finding.STILL_ACTIVE, None
        if before in self.here and before != account.user:
            return Finding.UNCLEAR, None
        found = Finding.KNOWN if before == account.user else Finding.MOVED if before else Finding.JOINED
        after = replace(entry, accounts={**entry.accounts, self._platform: account.user})
        if not entry.told_by:
            return found, after
        after = replace(after, name=account.name, left_at=None)
        return Finding.RETURNED if entry.left_at else found, after

    def _of_stranger(self, account: DirectoryAccount) -> Outcome:
        if not (self._add and account.email):
            return Finding.NOT_LISTED, None
        accounts = {self._platform: account.user}
        new = ListedStaff(account.name, account.email, accounts=accounts, told_by=self._platform)
        return Finding.ADDED, new

    def see_who_left(self) -> None:
        """See what follows for entries whose account is no colleague's, and not even listed any more."""
        for entry in self._staff.values():
            user = self.changed.get(entry.email, entry).accounts.get(self._platform, "")
            if entry.left_at or not user or user in self.here:
                continue
            if user in self._roster_users or entry.email in self._roster_emails:
                continue
            if entry.told_by == self._platform and user in self._listed:
                self._note(Finding.LEFT, entry.name, user, replace(entry, left_at=self._now))
            else:
                self._note(Finding.CLOSED, entry.name, user, None)

    def _note(self, found: Finding, name: str, user: str, after: ListedStaff | None) -> None:
        self.found[found].append(f"{name} ({user})")
        if after and after != self._staff.get(after.email):
            self.changed[after.email] = after
