"""Teams' way out: to a private conversation alone, once where it can be, its faults told apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.channels.teams.activities import Member, Reference
from bot.delivery.sender import (
    DeliveryFault,
    PassingFault,
    PermanentFault,
    RefusedFault,
    Target,
    UnclearFault,
    WithheldFault,
)
from bot.domain.messages import Message, Paragraph
from bot.engine.parse import Parse, Ranked
from tests.channels.teams.office import BOT, FLT, HOME, LEADERS, TENANT, Office, office, play, room, words
from tests.channels.teams.test_door import installed, reported
from tests.support.desk import DeafEngine

CARD = Message((Paragraph("A report has come in"),), summary="FED-1234")
CHANNEL = Target("teams", "flt")


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Office]:
    with office(tmp_path) as opened:
        yield opened


async def known(works: Office) -> None:
    """Signpost is in the leadership team's chat."""
    await works.door.handle(works.activity("farid", "install", name="add", reference=room()))


def test_a_card_is_posted_where_everybody_is_on_the_roster(works: Office) -> None:
    """The leadership team's chat gets it, and its id comes back."""

    async def story() -> None:
        await known(works)
        assert await works.sender.post(CHANNEL, CARD, "k") == "m0"
        assert works.port.sent[0][0] == FLT
        assert works.desk.product.context.channel.reason == ""

    play(story())


@pytest.mark.parametrize(
    ("who", "why"),
    [
        (Member("29:x", "x", "X", TENANT, "user", "x@harbour.example"), "not on the roster"),
        (Member("29:x", "farid", "X", TENANT, "guest", "x@else.example"), "guests"),
        (Member("29:x", "farid", "X", TENANT, "user", "x_else#EXT#@harbour.example"), "guests"),
        (Member("29:x", "farid", "X", "tenant-2", "user", "x@else.example"), "guests"),
    ],
    ids=["stranger", "guest", "ext", "tenant"],
)
def test_nothing_is_posted_where_somebody_else_reads(works: Office, who: Member, why: str) -> None:
    """One person too many, and the card waits; the reason names nobody."""

    async def story() -> None:
        await known(works)
        works.port.rooms[FLT] = (*LEADERS, "x")
        works.port.people["x"] = who
        with pytest.raises(WithheldFault, match=why):
            await works.sender.post(CHANNEL, CARD, "k")
        with pytest.raises(WithheldFault):
            await works.sender.edit(CHANNEL, "m0", CARD)
        assert works.port.sent == []
        assert why in works.desk.product.context.channel.reason
        works.port.rooms[FLT] = LEADERS
        await works.sender.post(CHANNEL, CARD, "k")
        assert works.desk.product.context.channel.reason == ""

    play(story())


def test_a_card_is_taken_away_who_reads_the_chat(works: Office) -> None:
    """With somebody in the chat who must not read it, a card leaves it at once: less stands there."""

    async def story() -> None:
        await known(works)
        posted = await works.sender.post(CHANNEL, CARD, "k")
        works.port.rooms[FLT] = (*LEADERS, "x")
        works.port.people["x"] = Member("29:x", "x", "X", TENANT, "user", "x@harbour.example")
        text = "A message was taken away."
        await works.sender.remove(CHANNEL, posted, Message((Paragraph(text),), summary=text))
        assert "A report has come in" not in repr(works.port.shown.get(posted))
        assert "FED-1234" not in repr(works.port.shown.get(posted))

    play(story())


def test_what_teams_will_not_delete_says_nothing_any_more(works: Office) -> None:
    """Where deleting is refused the card is rewritten; where there is nothing left, that is no fault."""

    async def story() -> None:
        await known(works)
        posted = await works.sender.post(CHANNEL, CARD, "k")
        instead = Message((Paragraph("Taken away."),), summary="Taken away.")
        works.port.faults["delete"] = [PermanentFault("405")]
        await works.sender.remove(CHANNEL, posted, instead)
        assert "Taken away." in repr(works.port.shown[posted])
        assert "FED-1234" not in repr(works.port.shown[posted])
        works.port.faults = {"delete": [PermanentFault("404")], "update": [PermanentFault("404")]}
        await works.sender.remove(CHANNEL, posted, instead)
        works.port.faults = {"delete": [PassingFault("429", 1.0)]}
        with pytest.raises(PassingFault):
            await works.sender.remove(CHANNEL, posted, instead)

    play(story())


def test_bots_in_the_chat_are_no_readers(works: Office) -> None:
    """Signpost itself is on no roster."""

    async def story() -> None:
        await known(works)
        works.port.rooms[FLT] = (*LEADERS, "signpost")
        works.port.people["signpost"] = Member(BOT, "", "Signpost", TENANT, "", "")
        assert await works.sender.post(CHANNEL, CARD, "k")

    play(story())


@pytest.mark.parametrize(
    ("channel", "why"),
    [
        ({"id": FLT, "type": "private"}, ""),
        ({"id": FLT, "type": "standard"}, "not a private channel"),
        ({"id": FLT, "type": "shared"}, "not a private channel"),
        ({"id": FLT}, "cannot be told: take Signpost out of the channel and add it again"),
        # A private channel was made in the team; this comes from its general channel, which all read.
        ({"id": "19:new@thread.tacv2", "type": "private"}, "cannot be told"),
    ],
)
def test_of_channels_only_a_private_one_is_trusted(works: Office, channel: dict[str, str], why: str) -> None:
    """Teams tells the type of a channel as Signpost is added: what it has not told is said, with the cure."""

    async def story() -> None:
        there = Reference(HOME, FLT, "channel", TENANT, BOT, "team")
        raw = {"channelData": {"eventType": "channelMemberAdded", "channel": channel}}
        await works.door.handle(works.activity("farid", "members", reference=there, raw=raw))
        if not why:
            assert await works.sender.post(CHANNEL, CARD, "k")
            return
        with pytest.raises(WithheldFault, match=why):
            await works.sender.post(CHANNEL, CARD, "k")
        assert why in works.desk.product.context.channel.reason
        # The cure: the bot is added once more, now that Signpost hears it.
        raw["channelData"]["channel"] = {"id": FLT, "type": "private"}
        await works.door.handle(works.activity("farid", "members", reference=there, raw=raw))
        assert await works.sender.post(CHANNEL, CARD, "k")

    play(story())


def test_somebodys_own_chat_is_no_channel_of_the_leadership_team(works: Office) -> None:
    """A setting that names a personal chat is told so, also where nothing is signed."""

    async def story() -> None:
        there = Reference(HOME, FLT, "personal", TENANT, BOT)
        await works.references._learn(f"conversation|{FLT}", there)
        with pytest.raises(WithheldFault, match="not a private channel"):
            await works.sender.post(CHANNEL, CARD, "k")

    play(story())


def test_before_anything_has_come_from_teams_nothing_can_go_there(works: Office) -> None:
    """Signpost is nowhere yet: a fault for good, so that others are told."""

    async def story() -> None:
        for target in (CHANNEL, Target("teams", "dina")):
            with pytest.raises(PermanentFault):
                await works.sender.post(target, CARD, "k")

    play(story())


def test_where_teams_does_not_say_who_reads_nothing_is_posted(works: Office) -> None:
    """The card waits for the answer, as long as Teams asks."""

    async def story() -> None:
        await known(works)
        works.port.faults["members"] = [PassingFault("429", 7.0)]
        with pytest.raises(PassingFault) as caught:
            await works.sender.post(CHANNEL, CARD, "k")
        assert caught.value.retry_after == 7.0
        works.port.faults["members"] = [PermanentFault("403")]
        with pytest.raises(PermanentFault, match="has not been invited"):
            await works.sender.post(CHANNEL, CARD, "k")

    play(story())


def test_somebody_is_written_to_in_a_chat_that_is_made_for_it(works: Office) -> None:
    """Who has never written can be reached where Signpost is installed for them; else it is for good."""

    async def story() -> None:
        await known(works)
        await works.sender.post(Target("teams", "dina"), CARD, "k")
        assert works.port.sent[-1][0] == "a:dina"
        works.port.strangers.add("omar")
        with pytest.raises(PermanentFault, match="not installed"):
            await works.sender.post(Target("teams", "omar"), CARD, "k")

    play(story())


def test_a_chat_that_is_gone_is_made_again_once(works: Office) -> None:
    """A blocked or deleted chat is forgotten; the next failure is for good."""

    async def story() -> None:
        await works.door.handle(works.activity("dina", "install", name="add"))
        works.port.faults["send"] = [PermanentFault("404")]
        await works.sender.post(Target("teams", "dina"), CARD, "k")
        works.port.faults["send"] = [PermanentFault("403"), PermanentFault("403")]
        with pytest.raises(PermanentFault):
            await works.sender.post(Target("teams", "dina"), CARD, "k")

    play(story())


def test_after_an_unclear_send_the_newest_is_the_one_that_counts(works: Office) -> None:
    """Nothing can be looked up on Teams: it is sent again, once, and rewritten from then on."""

    async def story() -> None:
        await known(works)
        works.port.faults["send"] = [UnclearFault("timed out")]
        with pytest.raises(UnclearFault):
            await works.sender.post(CHANNEL, CARD, "k")
        assert await works.sender.find(CHANNEL, "k") is None
        newest = await works.sender.post(CHANNEL, CARD, "k")
        await works.sender.edit(CHANNEL, newest, replace(CARD, blocks=(Paragraph("Closed"),)))
        assert "Closed" in words(works.port.shown[newest])

    play(story())


def test_a_conversation_that_teams_holds_back_is_left_alone(works: Office) -> None:
    """After 429 the next card waits as long as Teams has asked, or goes back to the outbox."""

    async def story() -> None:
        await known(works)
        works.port.faults["send"] = [PassingFault("429", 60.0)]
        with pytest.raises(PassingFault):
            await works.sender.post(CHANNEL, CARD, "k")
        with pytest.raises(PassingFault, match="waiting for a turn") as caught:
            await works.sender.post(CHANNEL, CARD, "k2")
        assert caught.value.retry_after is not None
        assert 50 < caught.value.retry_after <= 60

    play(story())


def alarmed(_engine: DeafEngine, text: str) -> Parse:
    return Parse(text, (Ranked("danger", 1.0),), 1.0)


@pytest.mark.parametrize("fault", [PassingFault("429", 5.0), UnclearFault("timed out"), RefusedFault("451")])
def test_what_to_do_in_danger_is_never_lost(
    works: Office, fault: DeliveryFault, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One fault of Teams, whichever: 999 is read in the personal chat, once; no row is left of it."""
    monkeypatch.setattr(DeafEngine, "parse", alarmed)

    async def story() -> None:
        works.port.faults["send"] = [fault]
        await works.says("ana", "He says that he will kill himself tonight")
        for _ in range(3):
            await works.work()
            works.desk.later(seconds=10)
        assert ["999" in told for told in works.told("a:ana")] == [True]
        assert "asker:" not in works.desk.dump()

    play(story())


def test_what_is_urgent_is_heard(works: Office) -> None:
    """The card of an urgent case says so to Teams, which sounds it; another card and a receipt do not."""

    async def story() -> None:
        await installed(works)
        urgent = await reported(works, danger="yes", kind="mistake")
        quiet = await reported(works)
        for reference, heard in ((urgent, True), (quiet, False)):
            sent = [one for one in works.port.sent if one[0] != "a:ana"]
            cards = [post for _, post in sent if reference in words(post)]
            assert cards
            assert {post.urgent for post in cards} == {heard}
        assert not any(post.urgent for there, post in works.port.sent if there == "a:ana")

    play(story())
