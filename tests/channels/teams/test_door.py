"""Teams' door, over the real core: who is answered, where, and what stays in a chat."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.app import new_tokens
from bot.casework.context import Work
from bot.casework.open import submit
from bot.casework.press import with_words
from bot.channels.teams import chats as chats_module
from bot.channels.teams.activities import Account, Member, Post, Reference
from bot.channels.teams.chats import Chat
from bot.delivery.sender import PassingFault, PermanentFault, UnclearFault
from bot.domain.messages import Message, Paragraph
from bot.domain.turns import Incoming, Sender, SubmitReport
from tests.channels.teams.office import (
    BOT,
    FLT,
    HOME,
    TENANT,
    Office,
    chat_of,
    office,
    play,
    room,
    shown_words,
    words,
)
from tests.support.desk import ACCIDENT

MESSAGE = "application/vnd.microsoft.activity.message"
CARD = "application/vnd.microsoft.card.adaptive"


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Office]:
    with office(tmp_path) as opened:
        yield opened


def test_the_first_to_install_is_welcomed_once(works: Office) -> None:
    """Teams tells of an installation twice; the help comes once, with questions to press."""

    async def story() -> None:
        await works.door.handle(works.activity("ana", "install", name="add"))
        added = (Account(BOT, "", "Signpost"),)
        await works.door.handle(works.activity("ana", "members", added=added))
        assert len(works.told("a:ana")) == 1
        assert "How I can help" in works.told("a:ana")[0]
        assert json.dumps(works.port.sent[0][1].card).count("ask.topic") >= 3

    play(story())


def test_who_takes_it_away_and_comes_back_is_welcomed_again(works: Office) -> None:
    """A chat that is gone is forgotten."""

    async def story() -> None:
        for name in ("add", "remove", "add"):
            await works.door.handle(works.activity("ana", "install", name=name))
        assert len(works.told("a:ana")) == 2

    play(story())


def test_a_report_stands_on_one_card(works: Office) -> None:
    """Each step takes the place of the one before: nothing of a report is written twice in the chat."""

    async def story() -> None:
        await works.says("ana", "report")
        assert len(works.port.sent) == 1
        for label in ("No", "Northgate School"):
            reply = await works.presses("ana", label)
            assert reply.body is not None
            assert reply.body["type"] == CARD
        assert len(works.port.sent) == 1
        assert "What is this about?" in words(works.port.shown["m0"])

    play(story())


def test_hide_says_that_a_card_of_the_process_before_may_still_stand_above(works: Office) -> None:
    """Typed after a restart, it hides nothing by itself: it names the button that does, and that works."""

    async def story() -> None:
        await works.says("ana", "report")
        await works.presses("ana", "No")
        works.started_again()
        await works.says("ana", "hide")
        assert "If a card of it still stands above, press “Hide” on that one" in words(works.port.shown["m1"])
        assert "Which school" in words(works.port.shown["m0"])
        await works.presses("ana", "Hide", on="m0")

    play(story())
    assert "Which school" not in words(works.port.shown["m0"])
    assert "moved" in words(works.port.shown["m1"])


def test_hide_says_nothing_of_a_card_that_it_hid(works: Office) -> None:
    """Typed in the same process, and with no report at all, there is no card to look for."""

    async def story() -> None:
        await works.says("joe", "hide")
        await works.says("ana", "report")
        await works.says("ana", "hide")

    play(story())
    assert [post for post in works.port.shown.values() if "still stands above" in words(post)] == []
    assert len(works.port.shown) == 3


def test_hide_does_not_call_hidden_what_stays(works: Office) -> None:
    """Typed with no report under way, it says that the chat stays as it is, and has no button."""

    async def story() -> None:
        await works.says("joe", "status")
        await works.says("joe", "hide")

    play(story())
    assert "Your reports" in words(works.port.shown["m0"])
    said = words(works.port.shown["m1"])
    assert "I cannot take the rest of this chat off your screen" in said
    assert "Hidden" not in said
    assert "Show it again" not in said


def test_a_hidden_report_is_in_no_notice(works: Office) -> None:
    """What a phone shows of the line that stands for it tells of no report."""

    async def story() -> None:
        await works.says("ana", "report")
        await works.says("ana", "hide")

    play(story())
    assert [works.port.shown[name].summary for name in ("m0", "m1")][-1] == "Hidden."


def test_a_report_goes_on_below_and_leaves_no_word_above(works: Office) -> None:
    """Asked for again, the report stands on a new card; the old one only says where it went."""

    async def story() -> None:
        await works.says("ana", "report")
        await works.presses("ana", "No")
        await works.says("ana", "resume")

    play(story())
    assert "moved" in words(works.port.shown["m0"])
    assert "Which school is this about?" in words(works.port.shown["m1"])
    assert "Which school" not in words(works.port.shown["m0"])


def test_a_question_leaves_a_form_where_it_is_typed_in(works: Office) -> None:
    """Teams tells nobody what stands in a card: a question is answered below, and the form is not moved."""

    async def story() -> None:
        await works.says("ana", "report")
        for label in ("No", "Northgate School", "I have made a mistake online", "No", "Named"):
            await works.presses("ana", label)
        form = words(works.port.shown["m0"])
        await works.says("ana", "can I follow a former student?")
        assert words(works.port.shown["m0"]) == form
        assert "The form stands above" in works.told("a:ana")[-1]
        await works.says("ana", "resume")
        assert "What happened?" in works.told("a:ana")[-1]

    play(story())


def test_words_typed_in_the_chat_are_a_press_or_a_question(works: Office) -> None:
    """What is on a button answers the step when it is typed; a sentence never does."""

    async def story() -> None:
        await works.says("ana", "report")
        await works.says("ana", "somebody wrote something about me")
        assert "First, is anyone in danger?" in words(works.port.shown["m1"])
        await works.says("ana", "No")
        assert "Which school is this about?" in words(works.port.shown["m2"])

    play(story())


def test_a_card_sent_as_a_message_is_rewritten_in_place(works: Office) -> None:
    """A client without Action.Execute submits the same data: the next step stands where the last one did."""

    async def story() -> None:
        await works.says("ana", "report")
        message_id, action = works.action("No")
        await works.says("ana", "", value=action["fallback"]["data"], reply_to=message_id)
        assert works.port.updated[-1][0] == message_id
        assert "Which school is this about?" in words(works.port.shown[message_id])

    play(story())


def test_a_press_that_comes_twice_shows_where_things_stand(works: Office) -> None:
    """The second copy of an invoke changes nothing, and gets the step that is due."""

    async def story() -> None:
        await works.says("ana", "report")
        message_id, action = works.action("No")
        value = {"action": {"type": "Action.Execute", "data": action["data"]}}
        for _ in range(2):
            reply = await works.invokes("ana", "adaptiveCard/action", value, id="same", reply_to=message_id)
            assert "Which school is this about?" in shown_words(reply)

    play(story())


def test_a_question_in_a_channel_is_answered_in_the_askers_own_chat(works: Office) -> None:
    """Where others read there is one line, and not a word of the question or the answer."""

    async def story() -> None:
        await works.says("ana", "help", reference=room("19:staff@thread.v2"), mentioned=True)
        assert "How I can help" in works.told("a:ana")[0]
        assert [text.strip() for text in works.told("19:staff@thread.v2")] == [
            "I've sent you the answer privately."
        ]

    play(story())


def test_who_cannot_be_written_to_is_told_how_to_be(works: Office) -> None:
    """Without Signpost in their own chat there is a line in the channel that says what to do."""

    async def story() -> None:
        works.port.strangers.add("ana")
        await works.says("ana", "help", reference=room("19:staff@thread.v2"), mentioned=True)
        assert "add Signpost" in works.told("19:staff@thread.v2")[0]

    play(story())


def test_what_names_nobody_in_a_channel_is_none_of_our_business(works: Office) -> None:
    """Words between others are not answered."""

    async def story() -> None:
        await works.says("ana", "help", reference=room("19:staff@thread.v2"))
        assert works.port.sent == []

    play(story())


@pytest.mark.parametrize(
    "member",
    [
        Member("29:gus", "gus", "Gus", TENANT, "guest", "gus@else.example"),
        Member("29:gus", "gus", "Gus", TENANT, "user", "gus_else.example#EXT#@harbour.example"),
        Member("29:gus", "gus", "Gus", "tenant-2", "user", "gus@else.example"),
        Member("29:gus", "gus", "Gus", TENANT, "anonymous", ""),
    ],
    ids=["guest", "ext", "tenant", "anonymous"],
)
def test_guests_get_the_public_help_and_nothing_else(works: Office, member: Member) -> None:
    """Guests, accounts from outside and other tenants can neither ask nor report nor act."""

    async def story() -> None:
        works.port.people["gus"] = member
        for text in ("help", "report", "cases"):
            await works.says("gus", text)
        assert all("Signpost answers the staff of" in text for text in works.told("a:gus"))

    play(story())


def test_who_teams_does_not_tell_of_can_report_but_not_act_on_cases(works: Office) -> None:
    """A report must not wait for Teams; a case must."""

    async def story() -> None:
        works.port.faults["member"] = [PassingFault("busy")] * 2
        await works.says("ana", "report")
        await works.says("farid", "cases")
        assert "First, is anyone in danger?" in works.told("a:ana")[0]
        assert "could not check with Teams who you are" in works.told("a:farid")[0]

    play(story())


async def installed(works: Office) -> None:
    """The leadership team's chat has Signpost, and so has everybody in it."""
    await works.door.handle(works.activity("farid", "install", name="add", reference=room()))
    for name in ("farid", "dina", "ana"):
        await works.door.handle(works.activity(name, "install", name="add"))


async def reported(works: Office, **slots: str) -> str:
    """A report from Ana that the leadership team may open, and its card; its reference."""
    chosen = {**ACCIDENT, "kind": "colleague", **slots}
    answers = {name: tuple(value.split("|")) for name, value in chosen.items()}
    with works.desk.product.database.transaction() as tx:
        received = submit(
            Work(tx, works.desk.product.context, works.desk.now),
            Sender("teams", "ana"),
            SubmitReport(new_tokens(), answers),
        )
    await works.work()
    return received.reference


def test_a_case_goes_from_the_card_in_the_group_to_closure(works: Office) -> None:
    """Acknowledged with a line for the presser alone, closed in their own chat; the card follows."""

    async def story() -> None:
        await installed(works)
        reference = await reported(works)
        card = next(key for key, post in works.port.shown.items() if "Not acknowledged yet" in words(post))
        reply = await works.presses("farid", "Acknowledge", reference=room())
        assert reply.body is not None
        assert reply.body["type"] == MESSAGE
        await works.work()
        assert "Being dealt with" in words(works.port.shown[card])
        await works.presses("farid", "Open details", reference=room())
        reply = await works.presses("farid", "Close this case", reference=room())
        assert shown_words(reply).strip().endswith("I've sent you the answer privately.")
        assert f"Close {reference}" in works.told("a:farid")[-1]
        assert f"Close {reference}" not in "".join(works.told(FLT))

    play(story())


def test_details_of_a_case_stand_in_the_leaders_own_chat(works: Office) -> None:
    """What was written in a report is never shown in the group, no matter who presses there."""

    async def story() -> None:
        await installed(works)
        await reported(works)
        before = len(works.told(FLT))
        await works.presses("farid", "Open details", reference=room())
        assert len(works.told(FLT)) == before
        assert "details" in works.told("a:farid")[-1].casefold()

    play(story())


def test_details_are_hidden_again_after_a_while(works: Office) -> None:
    """What was for one pair of eyes does not stay in a chat that Teams keeps, nor after the end."""

    async def story() -> None:
        await installed(works)
        await reported(works)
        await works.presses("farid", "Open details", reference=room())
        details = next(reversed(works.port.shown))
        assert "The report" in words(works.port.shown[details])
        await works.chats.close()
        assert "no longer shown" in words(works.port.shown[details])
        assert 900.0 in works.slept

    play(story())


def test_what_goes_on_is_not_hidden_under_the_readers_hands(works: Office) -> None:
    """A form that has taken the place of the details stays until it is sent."""

    async def story() -> None:
        await installed(works)
        await reported(works)
        await works.presses("farid", "Open details", reference=room())
        details = next(reversed(works.port.shown))
        await works.presses("farid", "LADO or DSL advice", on=details)
        await works.chats.close()
        assert "no longer shown" not in words(works.port.shown[details])

    play(story())


def test_a_form_of_a_case_stays_while_the_case_is_looked_up(works: Office) -> None:
    """Who writes down advice may open the details meanwhile: what they typed is in that card alone."""

    async def story() -> None:
        await installed(works)
        await reported(works)
        await works.presses("farid", "LADO or DSL advice", reference=room())
        advice = next(reversed(works.port.shown))
        form = words(works.port.shown[advice])
        for label in ("Open details", "First assessment"):
            await works.presses("farid", label, reference=room())
            await asyncio.sleep(0)
        assert words(works.port.shown[advice]) == form
        await works.presses("farid", "LADO or DSL advice", reference=room())
        await asyncio.sleep(0)
        assert "moved to a newer message" in words(works.port.shown[advice])

    play(story())


def test_the_details_make_way_for_what_is_opened_next(works: Office) -> None:
    """The words of a report stand once in a chat, also where a form of the case had that card in between."""

    async def story() -> None:
        await installed(works)
        await reported(works)
        await works.presses("farid", "Open details", reference=room())
        first = next(reversed(works.port.shown))
        await works.presses("farid", "LADO or DSL advice", on=first)
        await works.presses("farid", "Open details", reference=room())
        second = next(reversed(works.port.shown))
        await works.presses("farid", "Open details", reference=room())
        await asyncio.sleep(0)
        assert "The report" not in words(works.port.shown[second])
        assert "Whose advice is it?" in words(works.port.shown[first])

    play(story())


@pytest.mark.parametrize("asked", ["status {}", "cases"])
def test_a_card_that_was_asked_for_is_gone_when_its_reader_steps_back(works: Office, asked: str) -> None:
    """Of a case that somebody has no more, no card stays in their own chat."""

    async def story() -> None:
        await installed(works)
        await reported(works)
        reference = re.findall(r"FED-\w{4}", works.told(FLT)[-1])[0]
        await works.says("farid", asked.format(reference))
        if asked == "cases":
            await works.presses("farid", f"Open {reference}")
        assert "Held by" in works.told("a:farid")[-1]
        await works.presses("farid", "Step back", reference=room())
        await works.presses("farid", "Yes, step back")
        await works.work()
        own = {f"m{at}" for at, (there, _) in enumerate(works.port.sent) if there == "a:farid"}
        assert not [
            name for name in own & works.port.shown.keys() if "Held by" in words(works.port.shown[name])
        ]

    play(story())


def test_a_card_that_was_asked_for_stays_while_its_buttons_are_pressed(works: Office) -> None:
    """A line answers a press on it, and the next button is there still."""

    async def story() -> None:
        await installed(works)
        reference = await reported(works)
        await works.says("farid", f"status {reference}")
        asked_for = next(reversed(works.port.shown))
        reply = await works.presses("farid", "Acknowledge", on=asked_for)
        assert reply.body is not None
        assert reply.body["type"] == MESSAGE
        assert "Open details" in words(works.port.shown[asked_for])

    play(story())


def test_a_card_that_was_asked_for_is_hidden_though_nobody_remembers_it(works: Office) -> None:
    """The process was killed: whichever worker lives hides it when its time is over."""

    async def story() -> None:
        await installed(works)
        await reported(works)
        reference = re.findall(r"FED-\w{4}", works.told(FLT)[-1])[0]
        await works.says("farid", f"status {reference}")
        asked_for = next(reversed(works.port.shown))
        await asyncio.sleep(0)
        works.desk.later(minutes=16)
        await works.work()
        assert "no longer shown" in words(works.port.shown[asked_for])

    play(story())


def test_nobody_off_the_roster_can_act_on_a_case(works: Office) -> None:
    """A press by anybody else is refused by the core, in words for the presser alone."""

    async def story() -> None:
        await installed(works)
        await reported(works)
        reply = await works.presses("ana", "Acknowledge", reference=room())
        await works.work()
        assert "Being dealt with" not in "".join(works.told(FLT))
        assert reply.body is not None
        assert reply.body["type"] == MESSAGE

    play(story())


def test_what_is_not_saved_leaves_the_card_as_it_is(tmp_path: Path) -> None:
    """The person reads whom to phone; their words stay in the fields, to be sent again."""

    class Broken:
        async def handle(self, incoming: Incoming, within: float | None = None) -> tuple[()]:
            raise RuntimeError(incoming.event_id)

    async def story(works: Office) -> None:
        data = {"action": "journey.answer", "value": "x", "slot": True, "form": True}
        value = {"action": {"type": "Action.Execute", "data": data}}
        reply = await works.invokes("ana", "adaptiveCard/action", value, reply_to="m0")
        assert reply.body is not None
        assert reply.body["type"] == MESSAGE
        assert "020 7946 0101" in str(reply.body["value"])

    with office(tmp_path, Broken()) as opened:
        play(story(opened))


def test_an_event_without_a_choice_says_what_is_missing(works: Office) -> None:
    """A menu from which nothing was chosen is no press."""

    async def story() -> None:
        data = {"action": "journey.edit", "pick": "pick:0"}
        reply = await works.invokes("ana", "adaptiveCard/action", {"action": {"data": data}})
        assert shown_words(reply).strip().endswith("Please fill this in.")

    play(story())


def test_bots_are_not_answered(works: Office) -> None:
    """Two bots in one chat would never end."""

    async def story() -> None:
        activity = works.activity("ana", "message", text="help")
        other = type(activity)(**{**vars(activity), "sender": Account("28:other", "", "Other")})
        assert await works.door.handle(other) is None
        assert works.port.sent == []

    play(story())


def test_a_chat_is_written_to_though_teams_was_busy_for_a_moment(works: Office) -> None:
    """A passing fault is waited out, a short while."""

    async def story() -> None:
        works.port.faults["send"] = [PassingFault("429", 1.0)]
        await works.says("ana", "help")
        assert len(works.told("a:ana")) == 1
        assert works.slept == [1.0]

    play(story())


def test_what_cannot_be_written_below_takes_the_place_of_what_was_pressed(works: Office) -> None:
    """An answer to a press is never lost: Teams refuses the message, and the card shows it."""

    async def story() -> None:
        await works.says("ana", "help")
        works.port.faults["send"] = [PermanentFault("403")]
        reply = await works.presses("ana", "Report")
        assert "First, is anyone in danger?" in shown_words(reply)

    play(story())


def test_a_report_begun_from_another_card_leaves_that_card(works: Office) -> None:
    """Only what stands on the report's own card is replaced."""

    async def story() -> None:
        await works.says("ana", "help")
        reply = await works.presses("ana", "Report")
        assert reply.body is not None
        assert reply.body["type"] == MESSAGE
        assert "First, is anyone in danger?" in works.told("a:ana")[-1]
        assert "How I can help" in words(works.port.shown["m0"])

    play(story())


def test_a_reference_is_sealed_and_survives_a_restart(works: Office, tmp_path: Path) -> None:
    """The way to a person is in the database, and not readable there."""

    async def story() -> None:
        await works.says("ana", "help")
        dump = works.desk.dump()
        assert "a:ana" not in dump
        assert HOME not in dump
        again = type(works.references)(works.references._kept, works.references._run, lambda: works.desk.now)
        assert await again.person("ana") == chat_of("ana")

    play(story())


def test_a_thread_is_no_conversation_of_its_own(works: Office) -> None:
    """What came from a thread of a channel teaches the way to the channel."""

    async def story() -> None:
        thread = Reference(HOME, "19:c@thread.tacv2;messageid=1", "channel", TENANT, BOT, "team")
        await works.says("ana", "help", reference=thread, mentioned=True)
        found = await works.references.conversation("19:c@thread.tacv2")
        assert found == Reference(HOME, "19:c@thread.tacv2", "channel", TENANT, BOT, "team")

    play(story())


def test_details_are_hidden_though_nobody_remembers_them(works: Office) -> None:
    """The process was killed: whichever worker lives when their time is over hides them, once."""

    async def story() -> None:
        await installed(works)
        await reported(works)
        await works.presses("farid", "Open details", reference=room())
        details = next(reversed(works.port.shown))
        await asyncio.sleep(0)
        works.desk.later(minutes=14)
        await works.work()
        assert "The report" in words(works.port.shown[details])
        works.desk.later(minutes=2)
        await works.work()
        assert "no longer shown" in words(works.port.shown[details])
        before = len(works.port.updated)
        works.desk.later(minutes=60)
        await works.work()
        assert details not in [name for name, _ in works.port.updated[before:]]
        assert "hide:" not in works.desk.dump()

    play(story())


def test_a_form_that_nobody_sends_is_hidden_after_a_day(works: Office) -> None:
    """A form of a case stays while it is filled in, also over a restart, and not in the chat for ever."""

    async def story() -> None:
        await installed(works)
        await reported(works)
        await works.presses("farid", "LADO or DSL advice", reference=room())
        form = next(reversed(works.port.shown))
        await asyncio.sleep(0)
        await works.chats.close()
        works.desk.later(minutes=23 * 60)
        await works.work()
        assert "no longer shown" not in words(works.port.shown[form])
        works.desk.later(minutes=2 * 60)
        await works.work()
        assert "no longer shown" in words(works.port.shown[form])

    play(story())


def test_a_form_is_not_hidden_by_what_was_owed_of_the_details(works: Office) -> None:
    """What has taken their place stays, no matter who worked on."""

    async def story() -> None:
        await installed(works)
        await reported(works)
        await works.presses("farid", "Open details", reference=room())
        details = next(reversed(works.port.shown))
        await works.presses("farid", "First assessment", on=details)
        await asyncio.sleep(0)
        works.desk.later(minutes=20)
        await works.work()
        assert "no longer shown" not in words(works.port.shown[details])

    play(story())


def test_the_end_does_not_wait_for_a_teams_that_hangs(works: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """What cannot be hidden at once is left to the next worker."""
    monkeypatch.setattr(chats_module, "_HIDDEN_WITHIN_S", 0.1)

    async def story() -> None:
        await installed(works)
        await reported(works)
        await works.presses("farid", "Open details", reference=room())
        details = next(reversed(works.port.shown))

        async def hanging(*_: object) -> None:
            await asyncio.sleep(3600)

        update = works.port.update
        monkeypatch.setattr(works.port, "update", hanging)
        async with asyncio.timeout(2):
            await works.chats.close()
        monkeypatch.setattr(works.port, "update", update)
        works.desk.later(minutes=16)
        await works.work()
        assert "no longer shown" in words(works.port.shown[details])

    play(story())


def test_a_press_on_a_doubled_card_takes_it_away(works: Office) -> None:
    """Teams took the card and the answer was lost: the older one works when it is pressed, and then goes."""

    async def story() -> None:
        await installed(works)
        send, cards = works.port.send, list[str]()

        async def first_answer_lost(to: Reference, post: Post) -> str:
            message_id = await send(to, post)
            if to.conversation == FLT:
                cards.append(message_id)
                if len(cards) == 1:
                    raise UnclearFault("cut")
            return message_id

        works.port.send = first_answer_lost  # type: ignore[method-assign]
        await reported(works)
        works.desk.later(seconds=30)
        await works.work()
        older, newer = cards
        await works.presses("farid", "Acknowledge", on=older, reference=room())
        await asyncio.sleep(0)
        await works.work()
        assert works.port.deleted == [older]
        assert "Farid" in words(works.port.shown[newer])
        await works.presses("farid", "Open details", on=newer, reference=room())
        await asyncio.sleep(0)
        assert works.port.deleted == [older]

    play(story())


def test_the_id_of_a_chat_is_said_where_signpost_is_added(works: Office) -> None:
    """An administrator reads in the log what TEAMS_FLT_CONVERSATION is to name; of one's own chat nothing."""

    async def story() -> None:
        with capture_logs() as logged:
            await works.door.handle(works.activity("farid", "install", name="add", reference=room()))
            await works.door.handle(works.activity("ana", "install", name="add"))
        added = [line for line in logged if line["event"] == "teams.added"]
        assert [(line["conversation"], line["scope"]) for line in added] == [(FLT, "groupChat")]

    play(story())


def test_words_that_were_not_stored_stay_while_something_is_looked_up(works: Office) -> None:
    """Who is refused gets their words back, and may look again: what comes does not take their place."""

    async def story() -> None:
        await installed(works)
        await reported(works)
        refused = Message((Paragraph("It was rewritten since you looked."),), summary="Rewritten.")
        given_back = with_words(works.desk.product.context, refused, ["Ask the DSL first."])
        await works.chats.show(Chat("farid", chat_of("farid")), (given_back,))
        card = next(reversed(works.port.shown))
        await works.presses("farid", "Open details", reference=room())
        await asyncio.sleep(0)
        assert "Ask the DSL first." in words(works.port.shown[card])

    play(story())


def test_a_form_that_came_back_stays_when_its_buttons_are_pressed(works: Office) -> None:
    """Who is to read the details before closing presses the button there: what they wrote stands still."""

    async def story() -> None:
        await installed(works)
        await reported(works)
        for label in ("Acknowledge", "Open details", "Close this case"):
            await works.presses("farid", label, reference=room())
            await works.work()
        # Meanwhile its reporter adds something, which is to be read first.
        await works.says("ana", "status")
        await works.presses("ana", "Add more")
        await works.fills_in("ana", "Send it", text="It is back.")
        reason = "Both were spoken to, and it is settled."
        given = {"outcome": "action_taken", "reason": reason, "agencies": "Nobody", "evidence": "nothing"}
        await works.fills_in("farid", "Close the case", **given)
        form = next(key for key, post in works.port.shown.items() if reason in json.dumps(post.card))
        await works.presses("farid", "Open details", on=form)
        await asyncio.sleep(0)
        assert reason in json.dumps(works.port.shown[form].card)
        assert "The report" in works.told("a:farid")[-1]

    play(story())
