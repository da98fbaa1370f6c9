"""The members that Slack lists: all pages, colleagues told from all others, or one clear fault."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import pytest

from bot.channels.slack import directory as listing
from bot.channels.slack.directory import DirectoryFault, read_directory
from bot.domain.directory import Directory
from tests.channels.slack.way_out import WayOut
from tests.slack_double import SlackDouble
from tests.slack_double.model import Kind

SCOPE = "users:read.email"


@pytest.fixture
def way_out() -> Iterator[WayOut]:
    with SlackDouble() as slack:
        slack.scopes.add(SCOPE)
        yield WayOut.in_(slack)


def read(way_out: WayOut) -> Directory:
    return asyncio.run(read_directory(way_out.config))


def fault(way_out: WayOut) -> str:
    """What is said instead of a list; nobody's name or address is in it."""
    with pytest.raises(DirectoryFault) as told:
        read(way_out)
    assert "arid" not in str(told.value)
    assert "example.org" not in str(told.value)
    return str(told.value)


def test_only_colleagues_of_our_own_workspace_are_colleagues(way_out: WayOut) -> None:
    """Guests, strangers of Slack Connect and closed accounts are none; bots are not even listed."""
    kinds: tuple[Kind, ...] = ("member", "admin", "guest", "single_guest", "stranger", "deleted", "bot")
    people = {kind: way_out.slack.add_user(f"a-{kind}", kind=kind) for kind in kinds}
    found = {account.user: account for account in read(way_out).accounts}
    here = {kind for kind, person in people.items() if found.get(person.id) and found[person.id].is_colleague}
    assert here == {"member", "admin"}
    assert people["bot"].id not in found
    assert found[people["deleted"].id].email == "", "an address is read of colleagues alone"


def test_all_pages_are_read(way_out: WayOut, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody is listed once, whatever the size of a page; more pages than are allowed are a fault."""
    monkeypatch.setattr(listing, "_ON_A_PAGE", 3)
    users = {way_out.slack.add_user(f"p{n}").id for n in range(10)}
    assert users < {account.user for account in read(way_out).accounts}
    assert len(way_out.slack.calls_of("users.list")) == 4
    monkeypatch.setattr(listing, "_MOST_PAGES", 3)
    assert "more than 9 people" in fault(way_out)


def test_addresses_and_names_are_as_they_are_compared(way_out: WayOut) -> None:
    """Capitals, hidden signs and line breaks go; a name has an end; an address not yet confirmed is none."""
    name = "=Ana\n\u202eSilva\x00" + "x" * 500
    ana = way_out.slack.add_user("ana", real_name=name, email=" Ana.Silva@Oak.Example ")
    joe = way_out.slack.add_user("joe", email="ana.silva@oak.example")
    odd = way_out.slack.add_user("odd", email="no address\n@x")
    way_out.slack.workspace.users[joe.id].email_confirmed = False
    found = {account.user: account for account in read(way_out).accounts}
    assert found[ana.id].email == "ana.silva@oak.example"
    assert found[ana.id].name == f"=Ana Silva{'x' * 500}"[:100]
    assert (found[joe.id].email, found[odd.id].email) == ("", "")


@pytest.mark.parametrize("told", [True, False])
def test_without_the_scope_there_are_accounts_and_no_addresses(way_out: WayOut, told: bool) -> None:
    """That no address may be read is known from the scopes, or where a proxy hides them from the list."""
    way_out.slack.workspace.tells_scopes = told
    assert read(way_out).tells_addresses
    way_out.slack.scopes.remove(SCOPE)
    found = read(way_out)
    assert not found.tells_addresses
    assert {account.email for account in found.accounts} == {""}


def test_a_wait_that_slack_asks_for_is_waited_for(way_out: WayOut) -> None:
    """Three times a second: the list is whole. Longer than a minute is said, and nothing is waited for."""
    way_out.slack.faults.storm(retry_after=1, method="users.list", times=3)
    assert way_out.farid.id in {account.user for account in read(way_out).accounts}
    way_out.slack.faults.storm(retry_after=3000, method="users.list", times=None)
    assert "ratelimited" in fault(way_out)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"ok": True}, "members"),
        ({"ok": True, "members": []}, "members"),
        ({"ok": True, "members": {}}, "members"),
        ({"ok": True, "members": ["U1"]}, "id"),
        ({"ok": True, "members": [{"id": ""}]}, "id"),
        ({"ok": True, "members": [{"id": "U1", "profile": "none"}]}, "profile"),
        ({"ok": True, "members": [{"id": "U1"}], "response_metadata": []}, "next_cursor"),
        ({"ok": True, "members": [{"id": "U1"}], "response_metadata": {"next_cursor": 7}}, "next_cursor"),
        ({"ok": True, "members": [{"id": "U1"}], "response_metadata": {"next_cursor": "a"}}, "next_cursor"),
        ({"ok": True, "members": [{"id": "U1", "enterprise_user": "x"}]}, "does not list"),
        ({"ok": False, "error": "invalid_cursor"}, "invalid_cursor"),
        ({"ok": False, "error": "fatal_error"}, "fatal_error"),
        ({"ok": False, "error": "token_revoked"}, "token_revoked"),
        ("<html>busy</html>", "does not list"),
    ],
)
def test_what_slack_never_documented_is_a_clear_fault(
    way_out: WayOut, body: dict[str, object] | str, told: str
) -> None:
    """An answer that is not whole is no list: it is said that nothing was changed, and what was odd."""
    text = body if isinstance(body, str) else json.dumps(body)
    way_out.slack.faults.odd(text, method="users.list", times=None)
    said = fault(way_out)
    assert told in said
    assert "Nothing was changed" in said


def test_a_page_that_fails_is_no_half_a_list(way_out: WayOut) -> None:
    """The second page is refused: there is no list."""
    first = {"ok": True, "members": [{"id": "U1"}], "response_metadata": {"next_cursor": "1"}}
    way_out.slack.faults.odd(json.dumps(first), method="users.list")
    way_out.slack.faults.error("internal_error", method="users.list", times=None)
    assert "internal_error" in fault(way_out)


def test_the_right_to_list_is_named(way_out: WayOut) -> None:
    """Without users:read it is said which scope to add."""
    way_out.slack.scopes.remove("users:read")
    assert "add users:read as a bot token scope" in fault(way_out)


def test_nobody_at_the_address_is_said(way_out: WayOut) -> None:
    """Where Slack cannot be reached that is what is said."""
    way_out.nobody_listens()
    assert "no connection to Slack" in fault(way_out)
