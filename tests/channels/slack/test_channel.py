from collections.abc import Callable, Iterator

import pytest

from bot.channels.slack.channel import ChannelCheck
from bot.channels.slack.people import People
from bot.content.texts import Phrase
from bot.delivery.sender import DeliveryFault, OutageFault, PassingFault, PermanentFault, WithheldFault
from tests.channels.slack.way_out import TEXTS, WayOut
from tests.slack_double import Channel, SlackDouble


@pytest.fixture
def way_out() -> Iterator[WayOut]:
    with SlackDouble() as slack:
        yield WayOut.in_(slack)


def fault(way_out: WayOut) -> DeliveryFault | None:
    async def act(_: People, check: ChannelCheck) -> DeliveryFault | None:
        return await check.fault()

    return way_out.ask(act)


def test_a_private_channel_with_the_roster_alone_is_private_enough(way_out: WayOut) -> None:
    """Nothing speaks against it, and other apps in it are no people."""
    way_out.flt.members.add(way_out.slack.add_user("poll", kind="bot").id)
    assert fault(way_out) is None
    assert way_out.state.reason == ""


@pytest.mark.parametrize(
    ("break_it", "kind", "text"),
    [
        (lambda flt: setattr(flt, "private", False), WithheldFault, "public"),
        (lambda flt: setattr(flt, "ext_shared", True), WithheldFault, "shared"),
        (lambda flt: setattr(flt, "org_shared", True), WithheldFault, "shared"),
        (lambda flt: setattr(flt, "pending_shared", True), WithheldFault, "shared"),
        (lambda flt: setattr(flt, "archived", True), PermanentFault, "archived"),
        (lambda flt: flt.members.discard("U0BOT0001"), PermanentFault, "missing"),
    ],
)
def test_a_channel_that_is_open_to_others_or_dead_is_refused(
    way_out: WayOut, break_it: Callable[[Channel], None], kind: type, text: str
) -> None:
    """Each flag of the routing table refuses it, and says in words which."""
    break_it(way_out.flt)
    found = fault(way_out)
    assert type(found) is kind
    assert str(found) == way_out.state.reason == getattr(TEXTS, text)


def test_no_such_channel_is_refused(way_out: WayOut) -> None:
    """A channel that is not there can never be posted in."""
    way_out.slack.workspace.channels.clear()
    assert isinstance(fault(way_out), PermanentFault)


def test_one_person_too_many_is_refused_without_a_name(way_out: WayOut) -> None:
    """A member of staff who is not on the roster withholds the cards; the reason counts, and names nobody."""
    way_out.flt.members.add(way_out.slack.add_user("sam", real_name="Sam Poole").id)
    found = fault(way_out)
    assert isinstance(found, WithheldFault)
    assert str(found) == TEXTS.off_roster.fill(count=1)


@pytest.mark.parametrize("kind", ["guest", "single_guest", "stranger", "deleted"])
def test_someone_on_the_roster_who_is_no_colleague_is_refused(way_out: WayOut, kind: str) -> None:
    """Who has become a guest, a stranger or a leaver withholds the cards, on the roster or not."""
    way_out.slack.workspace.users[way_out.farid.id].kind = kind  # type: ignore[assignment]
    found = fault(way_out)
    assert isinstance(found, WithheldFault)
    assert str(found) == TEXTS.outsiders.fill(count=1)


def test_everyone_is_looked_at_in_a_long_list(way_out: WayOut) -> None:
    """The stranger on the second page of the members is found."""
    crowd = [way_out.slack.add_user(f"person{number}").id for number in range(210)]
    way_out.roster |= set(crowd[:-1])
    way_out.flt.members |= set(crowd)
    assert isinstance(fault(way_out), WithheldFault)


@pytest.mark.parametrize("method", ["conversations.info", "conversations.members", "users.info"])
def test_without_an_answer_nothing_is_posted(way_out: WayOut, method: str) -> None:
    """An error of Slack's in any part of it withholds the post for now."""
    way_out.slack.faults.status(502, method, times=None)
    assert isinstance(fault(way_out), PassingFault)
    assert way_out.state.reason == TEXTS.unanswered.fill(platform="Slack")


def test_a_wait_that_slack_asks_for_is_passed_on(way_out: WayOut) -> None:
    """Where Slack asks for a longer pause, the post waits as long."""
    way_out.slack.faults.storm(retry_after=30, method="conversations.info", times=None)
    found = fault(way_out)
    assert isinstance(found, PassingFault)
    assert found.retry_after == 30.0


@pytest.mark.parametrize("code", ["missing_scope", "token_revoked"])
def test_a_refused_token_is_an_outage(way_out: WayOut, code: str) -> None:
    """Where Slack refuses the app itself, somebody must mend it, and the code says what."""
    way_out.slack.faults.error(code, "conversations.info")
    found = fault(way_out)
    assert isinstance(found, OutageFault)
    assert code in str(found)


def test_a_mended_channel_is_seen_on_the_next_watch(way_out: WayOut) -> None:
    """While something is wrong, no matter who found it, it is asked every half minute; else every five."""
    slept: list[str] = []

    async def sleep(seconds: float) -> None:
        slept.append(way_out.state.reason)
        asked = len(way_out.slack.calls_of("conversations.info"))
        if len(slept) == 1:
            assert asked == 1
            way_out.flt.private = True
        elif len(slept) == 5:
            assert asked == 2
            way_out.state.reason = "found out before a post"
        elif len(slept) in (6, 15):
            assert asked == 3
        elif len(slept) == 16:
            assert asked == 4
            raise StopAsyncIteration
        assert seconds == 30.0

    async def act(_: People, check: ChannelCheck) -> None:
        way_out.flt.private = False
        with pytest.raises(StopAsyncIteration):
            await check.watch(sleep)

    way_out.ask(act)
    assert slept[:2] == [TEXTS.public, ""]
    assert slept[-1] == ""


def test_no_reason_holds_a_place_for_a_name() -> None:
    """The reasons are shown to many: each can only be filled with counts, the platform and a code."""
    names = [text.names for _, text in TEXTS if isinstance(text, Phrase)]
    assert frozenset().union(*names) == {"count", "platform", "code"}
