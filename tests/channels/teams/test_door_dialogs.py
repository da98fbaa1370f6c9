"""The message extension, Teams' own buttons, and an answer in one message."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.asking import conversation
from bot.asking.answer import answer_topic
from bot.channels.common.look import Look
from bot.channels.teams.activities import InvokeReply
from bot.channels.teams.posts import posts_of
from bot.content.world import World
from bot.delivery.sender import PermanentFault
from bot.domain.messages import Message, Paragraph, Quote
from bot.domain.turns import Incoming, Said
from bot.reporting.after_send import not_saved
from tests.channels.teams.office import Office, actions, office, play, room, shown_words, words

OPEN, SEND = "composeExtension/fetchTask", "composeExtension/submitAction"
TOPIC = "follow-former-student"


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Office]:
    with office(tmp_path) as opened:
        yield opened


def card_in(reply: InvokeReply) -> dict[str, Any]:
    """The card of a dialog."""
    assert reply.body is not None
    assert reply.body["task"]["type"] == "continue", reply.body
    card: dict[str, Any] = reply.body["task"]["value"]["card"]["content"]
    return card


def submit(card: dict[str, Any], title: str) -> dict[str, Any]:
    """The data of the Action.Submit with this title."""

    def found(part: Any) -> Iterator[dict[str, Any]]:
        if isinstance(part, dict):
            if part.get("type") == "Action.Submit" and part.get("title") == title:
                yield part["data"]
            for value in part.values():
                yield from found(value)
        elif isinstance(part, list):
            for one in part:
                yield from found(one)

    return next(found(card))


def test_a_message_is_reported_by_its_link_and_time_alone(works: Office) -> None:
    """Neither its words nor its author leave the payload; a dialog shows the first step."""

    async def story() -> None:
        payload = {
            "id": "1",
            "linkToMessage": "https://teams.microsoft.com/l/message/19:c@thread.tacv2/1",
            "createdDateTime": "2026-11-22T10:00:00Z",
            "from": {"user": {"displayName": "Mallory"}},
            "body": {"content": "something vile"},
        }
        value = {"commandId": "reportMessage", "commandContext": "message", "messagePayload": payload}
        reply = await works.invokes("ana", OPEN, value, reference=room("19:staff@thread.v2"))
        card = card_in(reply)
        assert "First, is anyone in danger?" in shown_words(reply)
        assert list(actions(card)) == []
        dump = works.desk.dump()
        assert "vile" not in dump
        assert "Mallory" not in dump
        reply = await works.invokes("ana", SEND, {"data": submit(card, "No")})
        assert "Which school is this about?" in shown_words(reply)

    play(story())


@pytest.mark.parametrize("posted", ["yesterday", "", 7, "2026-11-22T10:00:00", None])
def test_a_time_that_is_none_is_left_out(works: Office, posted: object) -> None:
    """The report begins all the same."""

    async def story() -> None:
        value = {"commandId": "reportMessage", "messagePayload": {"createdDateTime": posted}}
        assert "First, is anyone in danger?" in shown_words(await works.invokes("ana", OPEN, value))

    play(story())


def test_the_policy_is_asked_in_a_dialog(tmp_path: Path) -> None:
    """What is typed there is a question to the core; the answer stands in the same dialog."""
    asked: list[str] = []

    class Core:
        async def handle(self, incoming: Incoming, within: float | None = None) -> tuple[Message, ...]:
            assert isinstance(incoming.content, Said)
            # What is asked in a window is answered there, and not in the chat behind it.
            assert incoming.thread is None
            asked.append(incoming.content.text)
            return (Message((Paragraph("Not allowed"),), "An answer"),)

    async def story(works: Office) -> None:
        card = card_in(await works.invokes("ana", OPEN, {"commandId": "askPolicy"}))
        data = submit(card, "Ask")
        field = next(part["id"] for part in card["body"] if part.get("type") == "Input.Text")
        reply = await works.invokes("ana", SEND, {"data": {**data, field: "can I follow a pupil?"}})
        assert "Not allowed" in shown_words(reply)

    with office(tmp_path, Core()) as opened:
        play(story(opened))
    assert asked == ["can I follow a pupil?"]


def test_what_was_not_saved_can_be_sent_once_more(tmp_path: Path) -> None:
    """A form that the database did not take says so, and its words go along with "Try again"."""
    sent: list[Any] = []

    class Core:
        async def handle(self, incoming: Incoming, within: float | None = None) -> tuple[Message, ...]:
            sent.append(incoming.content)
            if len(sent) == 1:
                return (not_saved(opened.desk.product.context.world),)
            return (Message((Paragraph("Kept"),), "Kept"),)

    async def story(works: Office) -> None:
        data = {"action": "report.add", "value": "FED-7K3Q", "fields": {}, "f:text": "It happened again"}
        reply = await works.invokes("ana", SEND, {"data": data})
        assert "999" in shown_words(reply)
        again = submit(card_in(reply), "Try again")
        assert again == data
        assert "Kept" in shown_words(await works.invokes("ana", SEND, {"data": again}))

    with office(tmp_path, Core()) as opened:
        play(story(opened))
    assert sent[0] == sent[1]


@pytest.mark.parametrize("value", [{}, {"data": None}, {"data": "x"}, {"data": {}}, {"data": {"action": 3}}])
def test_a_dialog_that_sends_nothing_we_know_is_answered_kindly(works: Office, value: dict[str, Any]) -> None:
    """Nothing is stored and nothing fails."""

    async def story() -> None:
        reply = await works.invokes("ana", SEND, value)
        assert reply.body == {"task": {"type": "message", "value": "Please fill this in."}}

    play(story())


def test_a_guest_gets_no_dialog_but_the_public_help(works: Office) -> None:
    """The message extension is no way around."""

    async def story() -> None:
        member = works.port._member("gus")
        works.port.people["gus"] = type(member)(**{**vars(member), "role": "guest"})
        reply = await works.invokes("gus", OPEN, {"commandId": "report"})
        assert "Signpost answers the staff of" in shown_words(reply)

    play(story())


def test_a_guest_is_known_from_their_own_chat(works: Office) -> None:
    """Where Signpost is no member, the message extension asks in the person's own chat who they are."""

    async def story() -> None:
        member = works.port._member("gus")
        works.port.people["gus"] = type(member)(**{**vars(member), "role": "guest"})
        await works.door.handle(works.activity("gus", "install", name="add"))
        works.port.faults["member"] = [PermanentFault("403")]
        elsewhere = room("19:elsewhere@thread.v2")
        reply = await works.invokes("gus", OPEN, {"commandId": "report"}, reference=elsewhere)
        assert "Signpost answers the staff of" in shown_words(reply)

    play(story())


def test_an_unknown_invoke_is_not_ours(works: Office) -> None:
    """The door answers 501 to it."""

    async def story() -> None:
        assert await works.door.handle(works.activity("ana", "invoke", name="signin/verifyState")) is None

    play(story())


def test_an_answer_is_one_message(world: World, look: Look) -> None:
    """Every answer of the policy is one card, with its clauses whole and the buttons that rate it."""
    for name, topic in world.policy.topics.items():
        message = conversation.show(answer_topic(name, world.policy, world.rules), world)
        (post,) = posts_of(message, look)
        said = words(post)
        assert post.text == ""
        assert all(quote.text in said for quote in message.blocks if isinstance(quote, Quote)), topic
        assert "That helped" in said


def test_a_thumb_under_an_old_answer_is_no_error(works: Office) -> None:
    """Teams' own buttons stand under answers of older versions still: pressed, they do nothing."""

    async def story() -> None:
        given = {"reaction": "dislike", "feedback": '{"feedbackText": "useless"}'}
        value = {"actionName": "feedback", "actionValue": given}
        reply = await works.invokes("ana", "message/submitAction", value, reply_to="m1")
        assert reply.status == 200
        assert works.port.sent == []

    play(story())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        (OPEN, {"commandId": "somebodyElses"}),
        (OPEN, {}),
        ("task/fetch", {"data": {"x": 1}}),
        ("task/fetch", {}),
    ],
)
def test_what_is_no_command_of_ours_starts_nothing(works: Office, name: str, value: dict[str, Any]) -> None:
    """A dialog that our manifest does not name is told so, with 999; no report is begun by it."""

    async def story() -> None:
        reply = await works.invokes("ana", name, value)
        assert "nothing was started" in shown_words(reply)
        assert "999" in shown_words(reply)
        assert "There is no report waiting here" in works.desk.press("ana", "journey.resume")
        reply = await works.invokes("ana", OPEN, {"commandId": "report"})
        assert "First, is anyone in danger?" in shown_words(reply)

    play(story())
