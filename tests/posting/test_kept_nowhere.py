"""Of a check before posting nothing is kept: not in the database, a log, a chat or a door's memory."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event
from structlog.testing import capture_logs

from bot.assistant.assistant import Assistant
from bot.casework.context import CurrentWorld
from bot.channels.common.look import Look
from bot.channels.common.work import Background, Turns
from bot.channels.slack.chats import in_chat
from bot.channels.slack.desk import SlackDesk
from bot.channels.slack.handlers import Homes, Submissions, Windows
from bot.channels.slack.payloads import Submission
from bot.channels.slack.views import modal
from bot.channels.teams.drawing import card_of
from bot.domain.messages import Form, Message
from bot.domain.turns import Content, Incoming, Pressed, Sender, Submitted
from bot.engine.parse import Parse
from bot.posting import draft
from bot.posting.shown import DRAFT, PICTURE
from tests.channels.slack.screens import EVERYTHING
from tests.channels.slack.test_doors_late import Somebody, acknowledged
from tests.channels.teams.card_reading import fits, lost
from tests.channels.teams.office import Office, actions, office, play, shown_words
from tests.support.desk import DeafEngine, Desk
from tests.support.screen import form_of, text_of

CANARY = "Zeisigruf"
FIELDS = {"account": ("federation",), "text": (f"Well done to Ivo {CANARY} in Year 9! Ring 07700 900412",)}
CHECKED = Submitted(DRAFT, "", FIELDS)


@contextmanager
def statements(desk: Desk) -> Iterator[list[str]]:
    """Whatever is asked of the database meanwhile."""
    asked: list[str] = []
    engine = desk.product.database.engine

    def before(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", before)
    try:
        yield asked
    finally:
        event.remove(engine, "before_cursor_execute", before)


@pytest.mark.parametrize(
    "content",
    [
        CHECKED,
        Submitted(DRAFT, "", {"text": FIELDS["text"]}),
        Submitted("posting.other", CANARY, FIELDS),
        Pressed(DRAFT),
        Pressed(DRAFT, CANARY, FIELDS),
        Pressed(PICTURE),
        Pressed(PICTURE, "list/objection", FIELDS),
        Pressed("posting.other", CANARY, FIELDS),
    ],
)
def test_nothing_is_asked_of_the_database(desk: Desk, content: Content) -> None:
    """Every press and form of a check is answered without a statement, a log line or a row in the outbox."""
    before = desk.dump()
    with statements(desk) as asked, capture_logs() as logged:
        shown = desk.send("ana", content)
    assert shown
    assert asked == []
    assert CANARY not in str(logged)
    assert desk.dump() == before


def test_a_check_that_comes_twice_is_answered_twice(desk: Desk) -> None:
    """Nobody remembers the first copy, so that the second shows the same."""
    first, second = (desk.send("ana", CHECKED, "one-event") for _ in range(2))
    assert first == second
    assert CANARY in text_of(first)


class _Elsewhere(DeafEngine):
    """An engine on another server: what is sent there is out of our hands."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def parse(self, text: str) -> Parse:
        self.read.append(text)
        return super().parse(text)


def test_a_draft_is_not_sent_to_another_server(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where Rasa answers questions, a draft is read in this process alone, also by anybody who counts."""
    elsewhere = _Elsewhere()
    context = desk.product.context
    assistant = Assistant(context, elsewhere, DeafEngine())
    monkeypatch.setattr(context.counters, "too_many_messages", lambda *_: True)
    assistant.handle(Incoming("e1", Sender("playground", "ana"), CHECKED), desk.now)
    monkeypatch.setattr(context.counters, "too_many_messages", lambda *_: False)
    assistant.handle(Incoming("e2", Sender("playground", "ana"), CHECKED), desk.now)
    assert elsewhere.read == []


def test_the_summary_of_a_check_has_no_word_of_the_draft(desk: Desk) -> None:
    """What stands in notifications is ours, and the words stand in a message for one pair of eyes."""
    for shown in desk.send("ana", CHECKED):
        assert CANARY not in shown.summary
        assert shown.ephemeral
        assert form_of((shown,)).action == DRAFT


def test_no_chat_of_slack_holds_a_draft(desk: Desk) -> None:
    """Where no window can be opened any more, the chat gets a button, and no word of the draft."""
    world = desk.product.context.world
    [shown] = desk.send("ana", CHECKED)
    stands = in_chat(shown, CHECKED, world.door)
    assert CANARY not in repr(stands)
    assert not any(isinstance(block, Form) for block in stands.blocks)


class _Core:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.handled = 0

    async def handle(self, incoming: Incoming, within: float | None = None) -> tuple[Message, ...]:
        self.handled += 1
        return self._desk.product.assistant.handle(incoming, self._desk.now)


def test_slacks_door_remembers_no_draft(desk: Desk) -> None:
    """A window that is sent twice is read twice: of its answer nothing is kept in memory."""
    world = desk.product.context.world
    look, core, slack = Look.of(world), _Core(desk), Somebody()
    view = {**modal(draft.checked(FIELDS, world), look), "id": "V1", "hash": "1.a"}
    view["state"] = {"values": _state(view)}

    async def play_it() -> tuple[list[dict[str, Any]], Submissions]:
        background = Background(asyncio.ensure_future, "slack")
        everything: Any = (slack, slack, background, Turns(), None)
        slack_desk = SlackDesk(core, CurrentWorld(world), look, *everything)
        submissions = Submissions(slack_desk, Windows(slack_desk), Homes(slack_desk))
        act = Submission("V1:1:x", "U1", "T1", view)
        return [await acknowledged(submissions.take, act) for _ in range(2)], submissions

    answers, submissions = asyncio.run(play_it())
    assert core.handled == 2
    assert answers[0] == answers[1]
    assert CANARY in str(answers[0]["view"])
    assert CANARY not in str(submissions._answers)
    assert CANARY not in str(answers[0]["view"]["private_metadata"])


def _state(view: dict[str, Any]) -> dict[str, Any]:
    """What Slack reports of a window in which nothing was changed."""
    found = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            element = block["element"]
            value = element.get("initial_value")
            given = {"value": value} if value else {"selected_option": element.get("initial_option")}
            found[block["block_id"]] = {element["action_id"]: given}
    return found


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Office]:
    with office(tmp_path) as opened:
        yield opened


def test_no_chat_of_teams_holds_a_draft(works: Office) -> None:
    """A draft that comes from a card in a chat is not read, and the button of the chat opens a dialog."""

    async def story() -> None:
        await works.says("ana", "check a draft")
        post = works.port.sent[-1][1]
        assert list(actions(post.card)) == []
        assert "task/fetch" in str(post.card)
        data = {"action": DRAFT, "value": "", "form": True, "in:one:0123456789ab:account": "federation"}
        data["in:text:0123456789ab:text"] = FIELDS["text"][0]
        value = {"action": {"type": "Action.Execute", "verb": DRAFT, "data": data}}
        reply = await works.invokes("ana", "adaptiveCard/action", value, reply_to="m0")
        assert works.desk.product.context.world.posting.texts.draft.form_only in str(reply.body)
        await works.door.handle(works.activity("ana", "message", text="", value=data, reply_to="m0"))
        assert CANARY not in str(works.port.sent) + str(works.port.updated) + str(reply.body)
        reply = await works.invokes("ana", "task/submit", {"data": data})
        assert "This may be the full name of a student" in shown_words(reply)
        assert "task/fetch" not in str(reply.body)
        assert CANARY not in str(works.port.sent) + str(works.port.updated) + works.desk.dump()

    play(story())


def test_a_long_draft_pushes_nothing_out_of_a_card(desk: Desk) -> None:
    """With twenty thousand characters every finding stands on Teams' card; the draft does not come back."""
    world = desk.product.context.world
    for text in (EVERYTHING, EVERYTHING * 30, EVERYTHING * 90, "\ud800" * 20_000, "🎉" * 20_000):
        fields = {"account": ("federation",), "text": (text[:20_000],)}
        message = draft.checked(fields, world, english=False)
        drawn = card_of(message, Look.of(world))
        assert lost(message, drawn) == []
        assert fits(drawn)
        assert bool(form_of((message,)).fields[1].value) == (len(text.encode(errors="replace")) <= 8_000)


def test_a_picture_on_teams_goes_on_in_its_own_place(works: Office) -> None:
    """The questions take each other's place on one card, so that no chat keeps what was answered."""

    async def story() -> None:
        await works.says("ana", "check a picture")
        await works.presses("ana", "Open the check")
        reply = await works.presses("ana", "Yes")
        assert "Stop: don't post it" in shown_words(reply)
        kept = str([post.card for post in works.port.shown.values()])
        assert "their wishes should be respected" in kept
        reply = await works.presses("ana", "Close")
        assert "Closed. Nothing of it is kept." in shown_words(reply)
        assert "their wishes should be respected" not in str(works.port.shown)

    play(story())
