import asyncio
from collections.abc import Iterator
from functools import partial

import pytest

from bot.channels.common.runtime import Pace
from bot.channels.slack import client as client_module
from bot.channels.slack import sender as sender_module
from bot.channels.slack.channel import ChannelCheck
from bot.channels.slack.chats import Chats
from bot.channels.slack.client import SlackClient
from bot.channels.slack.people import People
from bot.channels.slack.sender import SECONDS_APART, SlackSender
from bot.delivery.notices import Outgoing
from bot.delivery.send import MOST_REFUSALS, send
from bot.delivery.sender import (
    LostFault,
    OutageFault,
    PassingFault,
    PermanentFault,
    RefusedFault,
    Target,
    UnclearFault,
    WithheldFault,
)
from bot.domain.notices import NoticeKey
from tests.channels.slack.way_out import FLT, Ticker, WayOut, say
from tests.slack_double import SlackDouble
from tests.slack_double.methods_chat import delete
from tests.torture.weather import BODIES, CODES, STATUSES

POST, KEY = "chat.postMessage", NoticeKey.of("card", "a-report")


@pytest.fixture
def way_out() -> Iterator[WayOut]:
    with SlackDouble() as slack:
        slack.rates.interval_s = 0
        yield WayOut.in_(slack)


def post(way_out: WayOut, key: str = "key", target: Target = FLT, text: str = "a card") -> str:
    return way_out.run(lambda sender: sender.post(target, say(text), key))


def test_a_card_is_posted_and_found_by_its_key(way_out: WayOut) -> None:
    """What was posted under a key is found under it, and under no other; the key itself stays here."""
    ts = post(way_out, "card:secret-id")
    assert way_out.run(lambda sender: sender.find(FLT, "card:secret-id")) == ts
    assert way_out.run(lambda sender: sender.find(FLT, "another")) is None
    assert "secret-id" not in str(way_out.slack.calls_of(POST)[0].args)
    assert way_out.said() == ["a card"]


def test_a_card_is_found_behind_many_others(way_out: WayOut, monkeypatch: pytest.MonkeyPatch) -> None:
    """What an earlier try may have left is looked for page by page, not among the newest alone."""
    monkeypatch.setattr(sender_module, "_HISTORY", 2)
    ts = post(way_out)
    for number in range(5):
        post(way_out, f"later {number}")
    assert way_out.run(lambda sender: sender.find(FLT, "key")) == ts
    assert way_out.run(lambda sender: sender.find(FLT, "another")) is None


def test_a_direct_message_goes_to_its_person(way_out: WayOut) -> None:
    """A user id is reached in their direct messages, no matter who is in the FLT's channel."""
    way_out.flt.private = False
    target = Target("slack", way_out.farid.id)
    ts = post(way_out, target=target, text="for you")
    assert [message.text for message in way_out.farid.messages()] == ["for you"]
    assert way_out.run(lambda sender: sender.find(target, "key")) == ts


def test_nothing_is_found_in_a_thread_that_was_deleted(way_out: WayOut) -> None:
    """A thread that is gone holds no line any more: that is an answer, not a fault to try again after."""
    assert way_out.run(lambda sender: sender.find(FLT, "key", thread="1700000000.000001")) is None


def test_a_message_is_rewritten_in_place(way_out: WayOut) -> None:
    """The card shows its new state, and is still found by its key."""
    ts = post(way_out)
    way_out.run(lambda sender: sender.edit(FLT, ts, say("a newer card")))
    assert way_out.said() == ["a newer card"]
    assert way_out.run(lambda sender: sender.find(FLT, "key")) == ts


def test_a_line_goes_into_the_cards_thread(way_out: WayOut) -> None:
    """What is posted in a thread stands there, and is found there alone."""
    ts = post(way_out)
    line = way_out.run(lambda sender: sender.post(FLT, say("Acknowledged"), "line", ts))
    assert way_out.slack.messages_in(way_out.flt)[-1].thread_ts == ts
    assert way_out.run(lambda sender: sender.find(FLT, "line", ts)) == line
    assert way_out.run(lambda sender: sender.find(FLT, "line")) is None


def test_nothing_is_posted_or_rewritten_with_a_stranger_in_the_channel(way_out: WayOut) -> None:
    """One person too many, a moment after the last card, silences both the next card and its rewriting."""
    stranger = way_out.slack.add_user("stranger", kind="stranger")

    async def act(sender: SlackSender) -> None:
        ts = await sender.post(FLT, say("before"), "one")
        way_out.flt.members.add(stranger.id)
        with pytest.raises(WithheldFault):
            await sender.post(FLT, say("after"), "two")
        with pytest.raises(WithheldFault):
            await sender.edit(FLT, ts, say("after"))

    way_out.run(act)
    assert way_out.said() == ["before"]
    assert "after" not in way_out.slack.visible_to(stranger)


def test_a_member_who_became_a_guest_silences_the_next_card(way_out: WayOut) -> None:
    """What each member is, is asked before each post: not remembered from the one before."""

    async def act(sender: SlackSender) -> None:
        await sender.post(FLT, say("before"), "one")
        way_out.slack.workspace.users[way_out.farid.id].kind = "guest"
        with pytest.raises(WithheldFault):
            await sender.post(FLT, say("after"), "two")

    way_out.run(act)


def test_a_persons_direct_messages_are_one_place_to_all(way_out: WayOut) -> None:
    """Where they are is asked once for cards and answers alike, and again once Slack says that it is gone."""
    farid, opened = way_out.farid.id, "conversations.open"

    async def play(client: SlackClient) -> None:
        chats, sender = Chats(client), way_out.sender(client)
        assert await chats.direct(farid, {"text": "an answer"})
        await sender.post(Target("slack", farid), say("a card"), "one")
        assert len(way_out.slack.calls_of(opened)) == 1
        way_out.slack.faults.error("channel_not_found", POST)
        assert not await chats.direct(farid, {"text": "lost"})
        await sender.post(Target("slack", farid), say("a card"), "two")
        assert await chats.direct(farid, {"text": "an answer"})
        assert len(way_out.slack.calls_of(opened)) == 2

    asyncio.run(way_out.with_client(play))


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("channel_not_found", PermanentFault),
        ("is_archived", PermanentFault),
        ("not_in_channel", PermanentFault),
        ("restricted_action", PermanentFault),
        ("invalid_blocks", PermanentFault),
        ("accesslimited", RefusedFault),
        ("external_channel_migrating", RefusedFault),
        ("message_limit_exceeded", RefusedFault),
        ("unknown_method", RefusedFault),
        ("a_code_of_next_year", RefusedFault),
        ("token_revoked", OutageFault),
        ("invalid_auth", OutageFault),
        ("account_inactive", OutageFault),
        ("missing_scope", OutageFault),
        ("fatal_error", UnclearFault),
        ("internal_error", UnclearFault),
        ("ratelimited", PassingFault),
    ],
)
def test_slacks_errors_are_told_apart(way_out: WayOut, code: str, kind: type) -> None:
    """Each code is for good, an outage, unclear or passing; one that nobody knows is none of these."""
    way_out.slack.faults.error(code, POST)
    with pytest.raises(kind) as caught:
        post(way_out)
    assert caught.type is kind
    assert "a card" not in str(caught.value)
    assert caught.value.__cause__ is None


@pytest.mark.parametrize(("kind", "code"), [("deleted", "user_disabled"), ("bot", "cannot_dm_bot")])
def test_who_cannot_be_written_to_is_for_good(way_out: WayOut, kind: str, code: str) -> None:
    """A leaver and a bot are never reached, and nothing else is tried."""
    user = way_out.slack.add_user("gone", kind=kind)  # type: ignore[arg-type]
    with pytest.raises(PermanentFault, match=code):
        post(way_out, target=Target("slack", user.id))


def test_a_cut_after_slack_took_it_is_unclear_and_found(way_out: WayOut) -> None:
    """The connection ends before the answer: it may have been posted, and the look-up shows that it was."""
    way_out.slack.faults.cut(POST)
    with pytest.raises(UnclearFault):
        post(way_out)
    assert way_out.run(lambda sender: sender.find(FLT, "key")) is not None
    assert len(way_out.slack.calls_of(POST)) == 1


def test_a_server_error_is_unclear_and_not_sent_again_by_itself(way_out: WayOut) -> None:
    """A 500 says nothing of what was done: the client posts once, the outbox looks it up."""
    way_out.slack.faults.status(500, POST)
    with pytest.raises(UnclearFault):
        post(way_out)
    assert len(way_out.slack.calls_of(POST)) == 1


def test_no_connection_is_passing(way_out: WayOut) -> None:
    """Where nobody listens nothing was sent."""
    way_out.nobody_listens()
    with pytest.raises(PassingFault):
        post(way_out, target=Target("slack", way_out.farid.id))


def test_a_fault_before_the_message_is_passing(way_out: WayOut) -> None:
    """A direct message whose conversation could not be opened was not sent."""
    way_out.slack.faults.status(502, "conversations.open", times=2)
    with pytest.raises(PassingFault):
        post(way_out, target=Target("slack", way_out.farid.id))


def test_slacks_pause_is_honoured_to_the_second(way_out: WayOut) -> None:
    """After a 429 the fault says how long, and nothing else goes to that channel before."""
    way_out.slack.faults.storm(retry_after=30, method=POST)

    async def act(sender: SlackSender) -> list[float | None]:
        waits = []
        for key in ("one", "two"):
            with pytest.raises(PassingFault) as caught:
                await sender.post(FLT, say("a card"), key)
            waits.append(caught.value.retry_after)
        return waits

    assert way_out.run(act) == [30.0, 30.0]
    assert len(way_out.slack.calls_of(POST)) == 1


@pytest.mark.parametrize("code", ["message_not_found", "cant_update_message", "edit_window_closed"])
def test_what_cannot_be_rewritten_is_lost(way_out: WayOut, code: str) -> None:
    """A card that was deleted, or may be changed no longer, must be posted again."""
    ts = post(way_out)
    way_out.slack.faults.error(code, "chat.update")
    with pytest.raises(LostFault):
        way_out.run(lambda sender: sender.edit(FLT, ts, say("newer")))


def test_a_rewriting_without_an_answer_is_tried_again(way_out: WayOut) -> None:
    """Rewriting twice shows the same: nothing is unclear about it."""
    ts = post(way_out)
    way_out.slack.faults.cut("chat.update")
    with pytest.raises(PassingFault):
        way_out.run(lambda sender: sender.edit(FLT, ts, say("newer")))


def test_a_message_is_taken_away(way_out: WayOut) -> None:
    """It is deleted; what is not there any more is away, and no fault."""
    ts = post(way_out)
    way_out.run(lambda sender: sender.remove(FLT, ts, say("Taken away.")))
    assert not way_out.slack.messages_in(way_out.flt)
    way_out.run(lambda sender: sender.remove(FLT, ts, say("Taken away.")))


def test_what_slack_will_not_delete_says_nothing_any_more(way_out: WayOut) -> None:
    """A workspace may forbid bots to delete: then the message is rewritten, and holds nothing of the case."""
    ts = post(way_out)
    way_out.slack.faults.error("compliance_exports_prevent_deletion", "chat.delete")
    way_out.run(lambda sender: sender.remove(FLT, ts, say("Taken away.")))
    [left] = way_out.slack.messages_in(way_out.flt)
    assert "Taken away." in left.words
    assert "a card" not in left.words


def test_a_removal_without_an_answer_is_tried_again(way_out: WayOut) -> None:
    """Taking away twice is the same as once: nothing is unclear about it."""
    ts = post(way_out)
    way_out.slack.faults.cut("chat.delete")
    with pytest.raises(PassingFault):
        way_out.run(lambda sender: sender.remove(FLT, ts, say("Taken away.")))
    way_out.run(lambda sender: sender.remove(FLT, ts, say("Taken away.")))
    assert not way_out.slack.messages_in(way_out.flt)


def test_one_message_a_second_goes_to_a_channel(way_out: WayOut) -> None:
    """Three cards to one channel take two seconds; another conversation does not wait for them."""
    way_out.slack.rates.interval_s = 0

    async def act(sender: SlackSender) -> None:
        for number in range(3):
            await sender.post(FLT, say("a card"), str(number))
        await sender.post(Target("slack", way_out.farid.id), say("for you"), "dm")

    way_out.run(act)
    assert way_out.ticker.slept == [1.0, 1.0]


def test_the_second_counts_from_the_end_of_the_last(way_out: WayOut) -> None:
    """Slack counts when messages arrive: a post that took long holds the next one up no less."""
    way_out.slack.rates.interval_s = 0

    async def act() -> list[float]:
        ticker = way_out.ticker
        pace = Pace(SECONDS_APART, ticker.read, ticker.sleep)
        async with pace.turn("C1"):
            ticker.now += 0.7
        async with pace.turn("C1"):
            return ticker.slept

    assert asyncio.run(act()) == [pytest.approx(1.0)]


def test_a_long_queue_is_left_to_the_outbox() -> None:
    """Anybody who would wait long for a turn is told how long, and holds nobody up."""
    ticker = Ticker()

    async def act() -> float | None:
        pace = Pace(SECONDS_APART, ticker.read, ticker.sleep)
        pace.hold("C1", 13.0)
        with pytest.raises(PassingFault) as caught:
            async with pace.turn("C1"):
                pass
        return caught.value.retry_after

    assert asyncio.run(act()) == 13.0
    assert ticker.slept == []


def test_an_answer_that_names_no_message_is_unclear(way_out: WayOut) -> None:
    """`ok` without the message's name: it may stand there, and the look-up shows that it does."""
    way_out.slack.faults.hollow(POST)
    with pytest.raises(UnclearFault):
        post(way_out)
    assert way_out.run(lambda sender: sender.find(FLT, "key")) is not None


def test_a_list_that_is_missing_is_not_an_empty_one(way_out: WayOut) -> None:
    """`ok` without messages does not say that nothing stands there: what was sent is not sent again."""
    post(way_out)
    way_out.slack.faults.hollow("conversations.history")
    with pytest.raises(PassingFault):
        way_out.run(lambda sender: sender.find(FLT, "key"))


@pytest.mark.parametrize("method", ["conversations.info", "conversations.members"])
def test_a_channel_of_which_nothing_is_said_is_not_spoken_in(way_out: WayOut, method: str) -> None:
    """`ok` without the channel, or without its members: it is neither gone nor private; it is asked again."""
    way_out.slack.faults.hollow(method)
    with pytest.raises(PassingFault):
        post(way_out)
    assert way_out.said() == []
    post(way_out)
    assert way_out.said() == ["a card"]


@pytest.mark.parametrize("method", ["users.info", "auth.test"])
def test_a_colleague_of_whom_nothing_is_said_is_no_guest(way_out: WayOut, method: str) -> None:
    """`ok` without the user, or without our own workspace, says nothing: it is asked again at once."""
    way_out.slack.faults.hollow(method)

    async def twice(people: People, _check: ChannelCheck) -> list[str]:
        return [(await people.standing(way_out.farid.id)).kind for _ in range(2)]

    assert way_out.ask(twice) == ["unknown", "staff"]


def test_a_conversation_without_a_name_is_passing(way_out: WayOut) -> None:
    """`ok` without the channel of a direct message: nothing was sent."""
    way_out.slack.faults.hollow("conversations.open")
    with pytest.raises(PassingFault):
        post(way_out, target=Target("slack", way_out.farid.id))


def test_no_redirect_is_followed(way_out: WayOut) -> None:
    """A card's text goes to nobody whom an answer names, and nobody else's "ok" is believed."""
    with SlackDouble() as elsewhere:
        way_out.slack.faults.moved(f"{elsewhere.api_url}{POST}", POST)
        with pytest.raises(UnclearFault):
            post(way_out)
        assert elsewhere.calls == []


def test_a_post_that_slack_takes_late_is_found_beside_the_other(
    way_out: WayOut, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given up, looked for in vain, posted again: the late one is found once it is there, and taken away."""
    monkeypatch.setattr(client_module, "_TIMEOUT_S", 0.3)
    way_out.slack.faults.late(0.8, POST)

    async def act(sender: SlackSender) -> None:
        with pytest.raises(UnclearFault):
            await sender.post(FLT, say("a card"), "key")
        assert await sender.find(FLT, "key") is None
        ts = await sender.post(FLT, say("a card"), "key")
        while (late := await sender.find(FLT, "key", besides=(ts,))) is None:
            await asyncio.sleep(0.1)
        await sender.remove(FLT, late, say("Taken away."))
        assert await sender.find(FLT, "key") == ts

    way_out.run(act)
    assert way_out.said() == ["a card"]


async def brought(sender: SlackSender, rewrites: str = "") -> str:
    """What the worker does until a card is there: looked for after an unclear end, never given up."""
    unclear = False
    for tries in range(10):
        outgoing = Outgoing("slack", "flt", say("the card"), KEY, rewrites, 1, unclear)
        try:
            return (await send(sender, outgoing, last=tries >= MOST_REFUSALS)).message_id
        except UnclearFault:
            unclear = True
        except (PassingFault, RefusedFault):
            continue
    raise AssertionError("never")


@pytest.mark.parametrize("done", [False, True], ids=["not done", "done"])
@pytest.mark.parametrize("body", BODIES, ids=repr)
@pytest.mark.parametrize(
    "method", [POST, "chat.update", "conversations.history", "conversations.members", "conversations.info"]
)
def test_an_answer_that_nobody_has_described_loses_and_doubles_nothing(
    way_out: WayOut, method: str, body: str, done: bool
) -> None:
    """Whatever Slack's answer holds, and whether or not it did what was asked: one card, with its words."""
    for status in sorted(set(STATUSES)):
        before = post(way_out, str(KEY), text="an older state") if method == "chat.update" else ""
        if method == "conversations.history":
            way_out.slack.faults.cut(POST)
        way_out.slack.faults.odd(body, method, status=status, done=done)
        shown = way_out.run(partial(brought, rewrites=before))
        assert way_out.said() == ["the card"], (status, way_out.said())
        way_out.slack.faults.clear()
        delete(way_out.slack.workspace, {"channel": way_out.flt.id, "ts": shown})


@pytest.mark.parametrize("code", CODES)
def test_a_code_of_no_list_silences_nobody(way_out: WayOut, code: str) -> None:
    """A refusal in words that nobody knows, or in none, is tried again."""
    way_out.slack.faults.error(code, POST, times=3)
    way_out.run(brought)
    assert way_out.said() == ["the card"]
