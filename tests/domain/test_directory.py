"""What a platform lists of its members, joined to the list of staff: one person one entry."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.domain.directory import Directory, DirectoryAccount, Finding, Joined, join
from bot.domain.roster import Person, Roster, School
from bot.domain.staff import ListedStaff, register

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
GRACE = Person("grace", "Grace Holloway", {"slack": "UGRACE"}, "grace@oak.example")
ROSTER = Roster({"grace": GRACE}, {"flt": {"": ("grace",)}})
ANA = ListedStaff("Ana Silva", "ana@oak.example", ("north",), ("Teacher",))
JOE = ListedStaff("Joe Whitfield", "joe@oak.example", ("south",), ("Teacher",))
SCHOOLS = (School("north", "North School"), School("south", "South School"))


def account(user: str, email: str = "", *, here: bool = True) -> DirectoryAccount:
    return DirectoryAccount(user, user.title(), email, here)


def listed(*accounts: DirectoryAccount) -> Directory:
    return Directory("slack", accounts)


def having(one: ListedStaff, user: str, **more: object) -> ListedStaff:
    return replace(one, accounts={"slack": user}, **more)  # type: ignore[arg-type]


def joined(directory: Directory, *staff: ListedStaff, add: bool = True) -> Joined:
    return join(directory, ROSTER, staff, NOW, add=add)


def counts(found: Joined) -> dict[Finding, int]:
    return {finding: len(names) for finding, names in found.found.items()}


def test_an_account_is_joined_by_the_address() -> None:
    """Somebody on the list whose address Slack tells has the account from then on; nothing else changes."""
    found = joined(listed(account("U1", "ana@oak.example")), ANA, JOE)
    assert found.changed == (having(ANA, "U1"),)
    assert counts(found) == {Finding.JOINED: 1}


def test_the_account_says_more_than_the_address() -> None:
    """Somebody whom the list knows by another address is that entry, and no second one."""
    known = having(ANA, "U1")
    assert counts(joined(listed(account("U1", "private@mail.example")), known)) == {Finding.KNOWN: 1}
    assert joined(listed(account("U1", "private@mail.example")), known).changed == ()


def test_people_of_the_roster_are_never_changed() -> None:
    """By account or by address they are left as they are; an account it does not have opens nothing."""
    other = account("U9", "grace@oak.example")
    found = joined(listed(account("UGRACE"), other), having(ANA, "UGRACE"))
    assert found.changed == ()
    assert counts(found) == {Finding.ON_ROSTER: 1, Finding.OTHER_ACCOUNT: 1}
    gone = joined(listed(account("UGRACE", here=False)), having(ANA, "UGRACE"))
    assert (gone.changed, gone.found) == ((), {})


def test_who_is_on_neither_is_added_only_where_that_was_asked_for() -> None:
    """With an address and `add` they are an entry that Slack alone told of; otherwise they are counted."""
    zoe = account("U1", "zoe@oak.example")
    assert counts(joined(listed(zoe), add=False)) == {Finding.NOT_LISTED: 1}
    (new,) = joined(listed(zoe)).changed
    assert (new.email, new.told_by, new.accounts) == ("zoe@oak.example", "slack", {"slack": "U1"})
    assert counts(joined(listed(account("U2")))) == {Finding.NOT_LISTED: 1}


def test_who_is_told_of_by_slack_alone_counts_at_no_school() -> None:
    """No school is known of them, where an empty cell of the list means every school."""
    (new,) = joined(listed(account("U1", "zoe@oak.example"))).changed
    on_list = replace(new, told_by="")
    shown = register(Roster({}, {}), SCHOOLS, (new,)), register(Roster({}, {}), SCHOOLS, (on_list,))
    assert [one.schools for (one,) in shown] == [(), ("north", "south")]
    (grace,) = register(ROSTER, SCHOOLS, (replace(new, email=GRACE.email),))
    assert grace.schools == ("north", "south"), "the roster tells hers"


@pytest.mark.parametrize("before", [False, True])
def test_a_new_account_takes_the_place_of_a_closed_one(before: bool) -> None:
    """Somebody who has another account now is reached there; where the old one is active nobody guesses."""
    found = joined(
        listed(account("U1", "old@oak.example", here=before), account("U2", "ana@oak.example")),
        having(ANA, "U1"),
    )
    if before:
        assert counts(found) == {Finding.UNCLEAR: 1, Finding.KNOWN: 1}
        assert found.changed == ()
    else:
        assert counts(found) == {Finding.MOVED: 1}
        assert found.changed == (having(ANA, "U2"),)


def test_two_entries_that_claim_one_account_are_left_alone() -> None:
    """The list gives the account to one, Slack's address is another's, or two have it: nothing is changed."""
    one = account("U1", "joe@oak.example")
    for staff in ((having(ANA, "U1"), JOE), (having(ANA, "U1"), having(JOE, "U1"))):
        found = joined(listed(one), *staff)
        assert (found.changed, counts(found)) == ((), {Finding.UNCLEAR: 1})
    left = having(ANA, "U1", left_at=NOW - timedelta(days=1))
    found = joined(listed(one), left, JOE)
    assert found.changed == (having(JOE, "U1"),), "who has left claims nothing"


def test_two_accounts_of_one_address_are_nobodys() -> None:
    """An address that two active accounts bear joins neither, and makes no entry."""
    two = listed(account("U1", "ana@oak.example"), account("U2", "ana@oak.example"))
    for staff in ((ANA,), ()):
        found = joined(two, *staff)
        assert (found.changed, counts(found)) == ((), {Finding.UNCLEAR: 2})


def test_a_closed_account_ends_what_slack_alone_told() -> None:
    """Somebody of whom Slack alone told has left with their account; of the list's people it is only said."""
    zoe = ListedStaff("Zoe", "zoe@oak.example", accounts={"slack": "U1"}, told_by="slack")
    closed = listed(account("U1", here=False), account("U2", here=False))
    found = joined(closed, zoe, having(ANA, "U2"))
    assert found.changed == (replace(zoe, left_at=NOW),)
    assert counts(found) == {Finding.LEFT: 1, Finding.CLOSED: 1}
    assert joined(listed(), zoe).changed == (), "of an account that is not listed at all nothing is known"


def test_who_comes_back_is_there_again_unless_the_list_says_they_left() -> None:
    """Opened again, an account brings back whom Slack alone told of; whom the list left out it does not."""
    left = ListedStaff("Zoe", "zoe@oak.example", accounts={"slack": "U1"}, left_at=NOW, told_by="slack")
    active = listed(account("U1", "zoe@oak.example"))
    (back,) = joined(active, left).changed
    assert (back.left_at, back.name) == (None, "U1")
    found = joined(active, replace(left, told_by=""))
    assert (found.changed, counts(found)) == ((), {Finding.STILL_ACTIVE: 1})


_USERS, _EMAILS = ("UGRACE", "U1", "U2", "U3"), ("", "ana@oak.example", "joe@oak.example", GRACE.email)
_ACCOUNTS = st.builds(
    DirectoryAccount, st.sampled_from(_USERS), st.just("X"), st.sampled_from(_EMAILS), st.booleans()
)
_STAFF = st.builds(
    ListedStaff,
    st.just("Y"),
    st.sampled_from(_EMAILS[1:]),
    accounts=st.sampled_from([{}, *({"slack": user} for user in _USERS)]),
    left_at=st.sampled_from([None, NOW]),
    told_by=st.sampled_from(["", "slack"]),
)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(_ACCOUNTS, max_size=5, unique_by=lambda one: one.user),
    st.lists(_STAFF, max_size=4, unique_by=lambda one: one.email),
    st.booleans(),
)
def test_a_second_time_nothing_is_changed(
    accounts: list[DirectoryAccount], staff: list[ListedStaff], add: bool
) -> None:
    """Whatever is listed: joined twice is joined once, no roster address is touched, and nobody is lost."""
    directory = listed(*accounts)
    first = joined(directory, *staff, add=add)
    after = {one.email: one for one in (*staff, *first.changed)}
    assert joined(directory, *after.values(), add=add).changed == ()
    assert GRACE.email not in {one.email for one in first.changed}
    assert {one.email for one in staff} <= set(after)
    for one in first.changed:
        before = next((item for item in staff if item.email == one.email), None)
        if before and not before.told_by:
            assert replace(one, accounts={}) == replace(before, accounts={}), "the list's own words stay"
