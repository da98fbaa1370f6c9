"""What is left behind: in chats, in the database, and with a presser whose answer is slow."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.casework.context import ChannelState, DoorState, Work
from bot.channels.common.sharing import SharedOnce
from bot.channels.common.work import Runtime
from bot.channels.teams import app as teams
from bot.channels.teams import handlers as door_module
from bot.channels.teams.activities import Post, Reference
from bot.channels.teams.config import TeamsConfig
from bot.channels.teams.references import KeptReferences, References, _scope_of
from bot.delivery.sender import OutageFault, PassingFault, PermanentFault, Target, UnclearFault
from bot.domain.messages import Message, Paragraph
from bot.domain.turns import AddToReport, Incoming, Pressed, Sender
from bot.following import status
from bot.storage.schema import teams_references
from tests.channels.teams.office import FLT, TENANT, Office, office, play, room, shown_words, words
from tests.channels.teams.test_door import installed, reported
from tests.channels.teams.test_door_dialogs import OPEN, SEND, card_in, submit
from tests.support.desk import inline

STAFF = "19:staff@thread.v2"
SHARED = {"action": "channel.share", "value": f"follow-former-student|{STAFF}"}


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Office]:
    with office(tmp_path) as opened:
        yield opened


async def settled() -> None:
    """Let what was begun in the background run."""
    for _ in range(30):
        await asyncio.sleep(0)


@pytest.mark.parametrize("fault", [PassingFault("429", 1.0), UnclearFault("timed out")])
def test_what_is_to_be_hidden_is_hidden_though_teams_was_busy(works: Office, fault: Exception) -> None:
    """The details of a case do not stay in a chat for ever because of one refused call."""

    async def story() -> None:
        await installed(works)
        await reported(works)
        await works.presses("farid", "Open details", reference=room())
        details = next(reversed(works.port.shown))
        works.port.faults["update"] = [fault]
        await works.chats.close()
        assert "no longer shown" in words(works.port.shown[details])

    play(story())


def test_a_long_report_is_read_whole_and_hidden_whole(works: Office) -> None:
    """What does not fit on one card stands on the next: no word of a report is out of its readers' reach."""

    async def story() -> None:
        await installed(works)
        reference = await reported(works)
        context = works.desk.product.context
        for number in range(6):
            added = AddToReport(reference, "", "more " * 780 + f"addition {number}")
            with works.desk.product.database.transaction() as tx:
                status.add(Work(tx, context, works.desk.now), Sender("teams", "ana"), added)
        await works.work()
        pressed = {"action": {"data": {"action": "case.details", "value": reference}}}
        for _ in range(2):
            await works.invokes("eleanor", "adaptiveCard/action", pressed, reply_to="m0")
        await settled()
        shown = "".join(map(words, works.port.shown.values()))
        assert all(f"addition {number}" in shown for number in range(6))
        assert "does not fit here" not in shown
        await works.chats.close()
        await settled()
        for k, p in works.port.shown.items():
            print(
                "LEFT",
                k,
                len(words(p)),
                " ".join(words(p).split())[:60],
                "..",
                " ".join(words(p).split())[-60:],
            )
        left = "".join(map(words, works.port.shown.values()))
        assert not any(f"addition {number}" in left for number in range(6))

    play(story())


def test_an_older_card_is_not_tried_again_over_a_newer_one(works: Office) -> None:
    """While the first waits for its second try, the second is what counts."""

    async def story() -> None:
        there = room(STAFF)
        works.port.faults["update"] = [PassingFault("429", 1.0)]
        old, new = Post(text="old"), Post(text="new")
        gate = asyncio.Event()

        async def sleep(_seconds: float) -> None:
            await gate.wait()

        works.chats._sleep = sleep
        first = asyncio.ensure_future(works.chats._rewritten(there, "m0", old))
        await settled()
        await works.chats._rewritten(there, "m0", new)
        gate.set()
        await first
        assert [post.text for _, post in works.port.updated] == ["new"]

    play(story())


def test_a_report_that_goes_on_in_a_dialog_leaves_no_word_in_the_chat(works: Office) -> None:
    """Nobody would come back for the card in the chat: it is emptied when the dialog takes over."""

    async def story() -> None:
        await works.says("ana", "report")
        await works.presses("ana", "No")
        opened = card_in(await works.invokes("ana", OPEN, {"commandId": "report"}))
        assert "Which school" in words(works.port.shown["m0"])
        await works.invokes("ana", SEND, {"data": submit(opened, "Go on with it")})
        await settled()
        assert "Which school" not in words(works.port.shown["m0"])
        assert "no longer shown" in words(works.port.shown["m0"])

    play(story())


def test_the_second_copy_of_send_asks_for_the_receipt(tmp_path: Path) -> None:
    """A receipt never gives way to "nothing is open": the report would look as if it were not sent."""
    asked: list[Any] = []

    class Core:
        async def handle(self, incoming: Incoming, within: float | None = None) -> tuple[Message, ...]:
            asked.append(incoming.content)
            return () if len(asked) == 1 else (Message((Paragraph("Received"),), "Received"),)

    async def story(works: Office) -> None:
        data = {"action": "journey.send", "value": "draft|review|", "slot": True}
        reply = await works.invokes("ana", "adaptiveCard/action", {"action": {"data": data}}, reply_to="m0")
        assert "Received" in shown_words(reply)

    with office(tmp_path, Core()) as opened:
        play(story(opened))
    assert asked == [Pressed("journey.send", "draft|review|")] * 2


def test_a_slow_chat_does_not_make_a_stored_press_look_unsaved(
    works: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The press is answered before the address itself gives up on it, and what is below follows."""
    monkeypatch.setattr(door_module, "_SHOWN_WITHIN_S", 0.05)

    async def story() -> None:
        await installed(works)
        await reported(works)
        gate = asyncio.Event()
        send = works.port.send

        async def slow(to: Reference, post: Post) -> str:
            await gate.wait()
            return await send(to, post)

        monkeypatch.setattr(works.port, "send", slow)
        reply = await asyncio.wait_for(works.presses("farid", "Open details", reference=room()), 2)
        assert shown_words(reply).strip().endswith("If it is not there in a minute, ask again.")
        gate.set()
        await settled()
        assert "The report" in works.told("a:farid")[-1]

    play(story())


def share(works: Office, **changes: Any) -> Any:
    """A press of the button that shares an answer."""
    value = {"action": {"data": {**SHARED, **changes}}}
    return works.invokes("ana", "adaptiveCard/action", value, reply_to="m0")


async def in_staff_chat(works: Office) -> None:
    """Signpost is known in the staff's chat."""
    await works.door.handle(works.activity("ana", "install", name="add", reference=room(STAFF)))


def test_an_answer_is_shared_once(works: Office) -> None:
    """A second press, or a second copy of the first, posts nothing more."""

    async def story() -> None:
        await in_staff_chat(works)
        for _ in range(2):
            assert "Shared with this channel" in shown_words(await share(works))
        await works.says("ana", "", value=SHARED, reply_to="m0")
        assert "Shared with this channel" in works.told("a:ana")[-1]
        assert len(works.told(STAFF)) == 1

    play(story())


def test_an_answer_is_shared_once_though_signpost_was_restarted(tmp_path: Path) -> None:
    """What was shared before a restart is not posted again after it, and nothing readable is kept of it."""
    posted = []
    for _ in range(2):
        with office(tmp_path) as works:

            async def story(works: Office = works) -> None:
                await in_staff_chat(works)
                assert "Shared with this channel" in shown_words(await share(works))
                posted.append(len(works.told(STAFF)))
                assert "follow-former-student" not in works.desk.dump()

            play(story())
    assert posted == [1, 0]


def test_a_share_that_failed_may_be_tried_again(works: Office) -> None:
    """What Teams did not take was not shared."""

    async def story() -> None:
        await in_staff_chat(works)
        works.port.faults["send"] = [PermanentFault("403")]
        assert "could not share" in shown_words(await share(works))
        assert "Shared with this channel" in shown_words(await share(works))
        assert len(works.told(STAFF)) == 1

    play(story())


def test_nothing_is_shared_where_the_asker_is_no_member(works: Office) -> None:
    """The place comes from the client: it may name anybody's chat, or the leadership team's."""

    async def story() -> None:
        await in_staff_chat(works)
        await works.says("ana", "help")
        before = len(works.told(FLT))
        works.port.faults["member"] = [PermanentFault("404")]
        assert "could not share" in shown_words(await share(works, value=f"follow-former-student|{FLT}"))
        assert len(works.told(FLT)) == before

    play(story())


def test_a_menu_sent_as_a_message_without_a_choice_says_so(works: Office) -> None:
    """It is no call for help."""

    async def story() -> None:
        await works.says("ana", "", value={"action": "journey.edit", "pick": "pick:0"}, reply_to="m0")
        (told,) = works.told("a:ana")
        assert told.strip() == "Please fill this in."

    play(story())


def test_a_press_sent_as_a_message_is_not_met_with_silence(works: Office) -> None:
    """Anybody who presses in the group and has no chat with Signpost reads how to get one."""

    async def story() -> None:
        works.port.strangers.add("farid")
        pressed = {"action": "case.acknowledge", "value": "FED-7K3Q"}
        await works.says("farid", "", value=pressed, reply_to="m0", reference=room())
        (told,) = works.told(FLT)
        assert "add Signpost" in told

    play(story())


@pytest.mark.parametrize(
    ("conversation", "scope"),
    [
        ("19:a@thread.v2", "groupChat"),
        ("19:a@thread.tacv2", "channel"),
        ("19:a@thread.skype", "channel"),
        ("a:1", "channel"),
        ("19:a@thread.v2;messageid=1", "channel"),
    ],
)
def test_only_the_id_of_a_group_chat_is_taken_for_one(conversation: str, scope: str) -> None:
    """What is not known to be private is not: older channels have ids of their own."""
    assert _scope_of(conversation) == scope


def test_when_somebody_first_wrote_is_known_to_the_year_alone(works: Office) -> None:
    """A row in the table must not stand beside an anonymous report of the same day."""

    async def story() -> None:
        await works.says("ana", "help")
        with works.desk.product.database.transaction() as tx:
            seen = [row.seen_at for row in tx.execute(teams_references.select())]
        assert seen
        year = works.desk.now.replace(month=1, day=1, hour=0, minute=0, second=0, microsecond=0)
        assert set(seen) == {year}

    play(story())


def test_an_object_id_in_capitals_is_the_same_person(works: Office) -> None:
    """The roster may hold the id as some page of Microsoft's shows it."""

    async def story() -> None:
        await works.door.handle(works.activity("dina", "install", name="add"))
        works.port.faults["create_personal"] = [PermanentFault("not asked for")]
        await works.sender.post(Target("teams", "DINA"), Message((Paragraph("x"),), "x"), "k")
        assert works.port.sent[-1][0] == "a:dina"

    play(story())


def test_where_another_process_has_learnt_a_newer_way_that_one_is_taken(works: Office) -> None:
    """Those who serve hear where Teams has moved to; anybody who sends must not write to the old address."""

    async def story() -> None:
        await installed(works)
        worker = References(works.references._kept, inline, lambda: works.desk.now)
        assert await worker.conversation(FLT) == room()
        moved = replace(room(), service_url="https://smba.trafficmanager.net/emea/")
        await works.door.handle(works.activity("farid", "install", name="add", reference=moved))
        works.desk.later(minutes=2)
        assert await worker.conversation(FLT) == moved

    play(story())


def test_a_group_that_everybody_has_left_is_told_to_others(works: Office) -> None:
    """A card that nobody can read counts as not delivered."""

    async def story() -> None:
        await installed(works)
        works.port.rooms[FLT] = ()
        with pytest.raises(PermanentFault):
            await works.sender.post(Target("teams", "flt"), Message((Paragraph("x"),), "x"), "k")

    play(story())


def test_an_app_that_microsoft_refuses_is_an_outage_in_the_group_too(works: Office) -> None:
    """Others are told at once: a secret that has run out does not pass by itself."""

    async def story() -> None:
        await installed(works)
        works.port.faults["members"] = [OutageFault("no token from Microsoft: invalid_client")]
        with pytest.raises(OutageFault, match="invalid_client"):
            await works.sender.post(Target("teams", "flt"), Message((Paragraph("x"),), "x"), "k")

    play(story())


def test_at_the_end_the_last_presses_are_done_before_what_they_show_is_hidden(works: Office) -> None:
    """What a press under way leaves in a chat is hidden like all else."""
    product = works.desk.product
    config = TeamsConfig("", "", "SingleTenant", TENANT, FLT, emulator=True)
    app = web.Application()

    async def run(function: Any, *args: Any) -> Any:
        return await inline(function, *args)

    def now() -> datetime:
        return works.desk.now

    runtime = Runtime(asyncio.ensure_future, run, now, lambda: 0.0, asyncio.sleep)
    core: Any = None
    kept = KeptReferences(product.database, product.context.vault)
    shared = SharedOnce(product.database, product.context.vault, run, now)
    teams.mount(
        app, core, product.context.current, config, kept, ChannelState(), DoorState(), shared, runtime
    )
    names = [getattr(step, "__qualname__", "") for step in app.on_shutdown]
    assert names == ["Door.drain"]
    # The application ends the doors after that.
    assert len(runtime.ends) == 1
