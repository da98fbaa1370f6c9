"""What Teams may say to a message, documented or not: nothing lost, nothing twice, nobody silenced."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.channels.common.private_channel import FLT as CHANNEL
from bot.engine.parse import Parse, Ranked
from tests.channels.teams.fake_connector import (
    BAD_GATEWAY,
    CONFLICT,
    DROPPED,
    GATEWAY_TIMEOUT,
    PAGE,
    SLOW,
    THROTTLED,
    Fault,
)
from tests.channels.teams.office import Office, office, room, words
from tests.channels.teams.office import play as told
from tests.channels.teams.open_door import OpenDoor, emulated, opened
from tests.channels.teams.test_door import reported
from tests.support.desk import DeafEngine

DANGER, QUESTION = "He says that he will kill himself tonight", "May I follow a former student?"
AGAIN = "Sent once more: Teams did not say whether the first copy arrived"
SAID = {DANGER: "999", QUESTION: "former student"}
# Of each it is certain what Teams did with the message, or it did nothing.
ANSWERS = {
    "429": THROTTLED,
    "412": CONFLICT,
    "500": Fault(500),
    "502 and a page": BAD_GATEWAY,
    "504 and a page": GATEWAY_TIMEOUT,
    "a code of no list": Fault(451),
    "another": Fault(418, body="<html>", content_type="text/html"),
    "408": Fault(408),
    "no answer": SLOW,
    "cut before it was taken": Fault(drop=True),
    "a page instead of Teams": replace(PAGE, taken=False),
    "nothing at all instead of Teams": Fault(200, body=""),
    "a redirect": Fault(307, {"Location": "https://elsewhere.example/"}),
    "taken without an id": Fault(201, body="{}", taken=True),
    "taken with more than is known": Fault(200, body='{"id": "m1", "new": [{}]}', taken=True),
}


def patience_s(fault: Fault) -> float:
    """How long the door waits for Teams: short only where it keeps silent, as a busy machine is slow too."""
    return 3 if fault is SLOW else 30


def parsed(_engine: DeafEngine, text: str) -> Parse:
    topic = "policy_follow_former_student" if text == QUESTION else "danger"
    return Parse(text, (Ranked(topic, 1.0),), 1.0)


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(DeafEngine, "parse", parsed)


def through(works: Office, door: OpenDoor) -> None:
    """What goes out goes over the SDK, to a connector on loopback."""
    works.sender._port = door.backend


async def worked(works: Office, minutes: int = 3) -> None:
    """Let time pass, and the worker work."""
    for _ in range(6 * minutes):
        await works.work()
        works.desk.later(seconds=10)


def copies(door: OpenDoor, conversation: str, of: str) -> int:
    """How many messages with these words ever stood there."""
    return sum(of in json.dumps(sent) for sent in door.connector.messages.get(conversation, {}).values())


@pytest.mark.parametrize("asked", [DANGER, QUESTION], ids=["danger", "question"])
@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.usefixtures("reading")
def test_an_answer_is_there_once(tmp_path: Path, answer: str, asked: str) -> None:
    """Whatever Teams says to it, the answer to a question that was typed stands in the chat, in one copy."""

    async def story(works: Office) -> None:
        async with opened(emulated("botbuilder"), patience=patience_s(ANSWERS[answer])) as door:
            through(works, door)
            door.connector.fail(ANSWERS[answer])
            await works.says("ana", asked, reference=door.chat("a:ana"))
            assert "asker:" in works.desk.dump()
            await worked(works)
            assert copies(door, "a:ana", SAID[asked]) == 1
            assert "asker:" not in works.desk.dump()

    with office(tmp_path) as works:
        told(story(works))


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_card_is_there_once_and_nobody_is_silenced(tmp_path: Path, answer: str) -> None:
    """The same of the card of a report, which is rewritten afterwards; no row is dead, no way held back."""

    async def story(works: Office) -> None:
        async with opened(emulated("agents"), patience=patience_s(ANSWERS[answer])) as door:
            through(works, door)
            there = replace(room(), service_url=door.connector.url)
            await works.door.handle(works.activity("farid", "install", name="add", reference=there))
            door.connector.fail(ANSWERS[answer])
            reference = await reported(works)
            await worked(works)
            assert copies(door, there.conversation, reference) == 1
            with works.desk.product.database.transaction() as tx:
                query = "SELECT count(*) FROM outbox WHERE state = 'dead' AND recipient = ?"
                assert tx.exec_driver_sql(query, (CHANNEL,)).scalar() == 0

    with office(tmp_path) as works:
        told(story(works))


def ranked(*intents: str) -> tuple[Ranked, ...]:
    """Each as likely as the other."""
    return tuple(Ranked(intent, 1 / len(intents)) for intent in intents)


FORMER, PARENTS = "policy_follow_former_student", "policy_parents_comments"
PICTURES = ("policy_photo_on_personal_account", "policy_photo_on_federation_account")
DOUBLE = "can parents comment on our posts and may I follow a former student"
# What is typed, how it is read, and words of the answer: each kind once, in the order of one talk.
KINDS = {
    "question back": ("a picture", ranked(*PICTURES), "Which account do you mean?"),
    "greeting": ("hello", ranked("greet"), ""),
    "help": ("help", (), "How I can help"),
    "answer": (QUESTION, ranked(FORMER), "former student"),
    "follow-up": ("and on my own account?", ranked(FORMER), "former student"),
    "double": (DOUBLE, ranked(PARENTS), "former student"),
    "not covered": ("Who feeds the fish?", ranked("out_of_scope"), "could not find an answer"),
    "told": ("Someone insulted us on our page", ranked("report_abuse"), "report"),
    "danger": (DANGER, ranked("danger"), "999"),
    "numbers": ("phone", (), "999"),
}


def test_each_kind_of_answer_is_one_message(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is typed in the personal chat brings one message, with nothing to be read beside it."""
    said = {text.casefold(): ranking for text, ranking, _ in KINDS.values()}

    def parse(_engine: DeafEngine, text: str) -> Parse:
        half = PARENTS if "parents" in text else FORMER
        read = said.get(text.casefold(), ranked(half))
        return Parse(text, read, 0.0 if read[:1] == ranked("out_of_scope") else 0.9, apart=apart)

    def apart(texts: Sequence[str]) -> tuple[Parse, ...]:
        return tuple(parse(DeafEngine(), text) for text in texts)

    monkeypatch.setattr(DeafEngine, "parse", parse)

    async def story(works: Office) -> None:
        for kind, (text, _, expected) in KINDS.items():
            before = len(works.port.sent)
            await works.says("ana", text)
            await works.work()
            [(there, post)] = works.port.sent[before:]
            assert (kind, there, post.text) == (kind, "a:ana", "")
            assert expected.casefold() in words(post).casefold(), kind
        assert works.port.updated == []

    with office(tmp_path) as works:
        told(story(works))


@pytest.mark.usefixtures("reading")
@pytest.mark.parametrize("fault", [DROPPED, PAGE], ids=["cut", "page"])
def test_what_nobody_can_know_is_said_again(tmp_path: Path, fault: Fault) -> None:
    """Taken, and the answer lost: a bot cannot look on Teams, so that 999 stands there twice, never not.

    The second copy says what it is; where Teams said that it took none of it, nothing says so.
    """

    async def story(works: Office) -> None:
        async with opened(emulated("botbuilder"), patience=patience_s(fault)) as door:
            through(works, door)
            door.connector.fail(fault)
            await works.says("ana", DANGER, reference=door.chat("a:ana"))
            await worked(works)
            assert copies(door, "a:ana", "999") == 2
            assert copies(door, "a:ana", AGAIN) == 1
            door.connector.fail(THROTTLED)
            await works.says("ana", DANGER, reference=door.chat("a:ana"))
            await worked(works)
            assert (copies(door, "a:ana", "999"), copies(door, "a:ana", AGAIN)) == (3, 1)

    with office(tmp_path) as works:
        told(story(works))
