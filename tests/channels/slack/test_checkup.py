import asyncio
from collections.abc import Iterator
from dataclasses import replace

import pytest

from bot.channels.common.checkup import Proof
from bot.channels.slack.checkup import SCOPES, prove
from bot.domain.roster import Person, Roster
from tests.channels.slack.way_out import TEXTS, WayOut
from tests.slack_double import SlackDouble


@pytest.fixture
def way_out() -> Iterator[WayOut]:
    with SlackDouble() as slack:
        yield WayOut.in_(slack)


def proof(way_out: WayOut, *more: Person) -> Proof:
    people = (Person("farid", "Farid Anwar", {"slack": way_out.farid.id}), *more)
    roster = Roster({person.id: person for person in people}, {})
    return asyncio.run(prove(way_out.config, roster, TEXTS, way_out.ticker.read))


def test_all_as_it_should_be(way_out: WayOut) -> None:
    """With the token, the scopes, the channel and the roster in order there is no fault."""
    assert proof(way_out) == Proof((), "Double, as signpost; 1 people on the roster")


def test_each_scope_too_few_or_too_many_is_named(way_out: WayOut) -> None:
    """A scope that was taken away and one that nobody needs are both said."""
    way_out.slack.scopes.remove("im:write")
    way_out.slack.scopes.add("files:read")
    faults = proof(way_out).faults
    assert any("im:write is missing" in fault for fault in faults)
    assert any("files:read is not needed" in fault for fault in faults)


def test_the_scopes_are_those_of_the_interface() -> None:
    """Exactly the eight that the documentation explains; no right to files."""
    assert len(SCOPES) == 8
    assert not any(scope.startswith("files") for scope in SCOPES)


@pytest.mark.parametrize("code", ["token_revoked", "invalid_auth", "account_inactive"])
def test_a_refused_token_is_the_one_fault(way_out: WayOut, code: str) -> None:
    """Without a token nothing else can be asked, and the fix is said."""
    way_out.slack.token_state = code
    faults = proof(way_out).faults
    assert len(faults) == 1
    assert code in faults[0]
    assert "SLACK_BOT_TOKEN" in faults[0]


def test_nobody_at_the_address_is_said(way_out: WayOut) -> None:
    """A wrong address of the API is told from a wrong token."""
    way_out.nobody_listens()
    assert "SLACK_API_URL" in proof(way_out).faults[0]


def test_who_does_not_belong_in_the_channel_is_named(way_out: WayOut) -> None:
    """The administrator reads who is in the channel and not on the roster."""
    sam = way_out.slack.add_user("sam", real_name="Sam Poole")
    way_out.flt.members.add(sam.id)
    faults = proof(way_out).faults
    assert "SLACK_FLT_CHANNEL" in faults[0]
    assert "Sam Poole" in faults[1]


@pytest.mark.parametrize(("kind", "word"), [("guest", "guest"), ("deleted", "deactivated")])
def test_each_person_on_the_roster_is_proved(way_out: WayOut, kind: str, word: str) -> None:
    """A roster account that is a guest's or a leaver's is said, with the person's name."""
    lucy = way_out.slack.add_user("lucy", kind=kind)  # type: ignore[arg-type]
    faults = proof(way_out, Person("lucy", "Lucy Hart", {"slack": lucy.id})).faults
    assert len(faults) == 1
    assert "Lucy Hart" in faults[0]
    assert word in faults[0]


def test_a_wrong_app_token_is_said(way_out: WayOut) -> None:
    """With Socket Mode the app's own token is proved too."""
    way_out.config = replace(way_out.config, app_token="xapp-wrong")
    assert "SLACK_APP_TOKEN" in proof(way_out).faults[0]
    way_out.config = replace(way_out.config, app_token=way_out.slack.app_token)
    assert proof(way_out).faults == ()


def test_scopes_of_which_nothing_is_said_are_not_called_missing(way_out: WayOut) -> None:
    """A proxy that takes the header away: one fault, that it cannot be told, and what to compare."""
    way_out.slack.workspace.tells_scopes = False
    [fault] = proof(way_out).faults
    assert "cannot be told" in fault


def test_the_agents_scope_is_neither_needed_nor_too_much(way_out: WayOut) -> None:
    """An app made with SLACK_AGENT=1 has one scope more, which is no fault."""
    assert proof(way_out).faults == ()
    way_out.slack.scopes.add("assistant:write")
    assert proof(way_out).faults == ()


def test_the_right_to_read_addresses_is_neither_needed_nor_too_much(way_out: WayOut) -> None:
    """An app made with SLACK_EMAIL=1 has one scope more, which is no fault."""
    way_out.slack.scopes.add("users:read.email")
    assert proof(way_out).faults == ()
