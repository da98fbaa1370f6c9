"""The kill switch: two people pause Signpost and let it go on; nothing is lost without a word."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from bot.domain.turns import Content, Incoming, Pressed, Said, Sender, Submitted
from bot.health import Health
from tests.people.test_roster import agree, proposal, said
from tests.support.desk import Desk, inline, text_of

SEND = Pressed("journey.send", "draft|review")


def answer(desk: Desk, user: str, content: Content) -> str:
    return "\n".join(text_of(reply) for reply in desk.send(user, content))


def paused(desk: Desk) -> Desk:
    assert "Confirmed and done: Signpost is paused" in agree(desk, "pause", reason="Moving house.")
    return desk


def reports(desk: Desk) -> int:
    with desk.product.database.transaction() as tx:
        return int(tx.execute(text("SELECT count(*) FROM reports")).scalar_one())


def test_one_person_alone_pauses_nothing(desk: Desk) -> None:
    """One of the three only proposes it: questions and reports are taken until another confirms."""
    desk.fill("ivan", "roster.pause", "", reason="Moving house.")
    assert "somebody else must confirm" in desk.press("ivan", "roster.confirm", proposal(desk))
    assert "paused" not in answer(desk, "ana", Said("report"))


@pytest.mark.parametrize(
    "content",
    [
        Said("can I follow a former student?"),
        Said("report"),
        Said("status"),
        Said("cases"),
        Pressed("report.start", "image"),
        Pressed("status.show"),
        Pressed("journey.choose", "d|danger|no"),
    ],
)
def test_everybody_who_writes_is_told(desk: Desk, content: Content) -> None:
    """A question, a report, a status or a press of anybody's gets the same words, with whom to phone."""
    told = answer(paused(desk), "ana", content)
    assert "Signpost is paused" in told
    assert "999" in told
    assert "Designated Safeguarding Lead: 020 7946 0101" in told


@pytest.mark.parametrize("content", [SEND, Submitted("report.add", "FED-7K3Q", {"text": ("More.",)})])
def test_what_is_sent_is_refused_aloud(desk: Desk, content: Content) -> None:
    """Anybody who sends while it is paused reads that it is NOT saved, and nothing is stored."""
    told = answer(paused(desk), "ana", content)
    assert "NOT saved" in told
    assert "999" in told
    assert reports(desk) == 0


def test_a_channel_reads_one_line(desk: Desk) -> None:
    """In a channel that others read only that it is paused is said."""
    incoming = Incoming("E1", Sender("playground", "ana"), Said("what may I post?"), private=False)
    (reply,) = paused(desk).product.assistant.handle(incoming, desk.now)
    assert text_of(reply) == "Signpost is paused"


def test_a_half_written_report_is_kept(desk: Desk) -> None:
    """The draft from before the pause is there again after it, as it was."""
    before = answer(desk, "ana", Said("report"))
    paused(desk)
    assert "paused" in answer(desk, "ana", Said("cancel"))
    desk.later(seconds=1)
    assert "Confirmed and done: Signpost goes on" in agree(desk, "resume", reason="Moved.")
    assert answer(desk, "ana", Said("resume")) == before


def test_what_was_received_is_delivered_and_climbs(desk: Desk) -> None:
    """Cards go out, the ladder climbs, and the leadership team works its cases through a pause."""
    reference = desk.report(kind="mistake", danger="yes").reference
    paused(desk)
    desk.work(10)
    desk.later(minutes=35)
    desk.work(10)
    assert any("URGENT" in card for card in desk.notebook.texts("farid"))
    assert reference in said(desk, "eleanor", "cases")
    assert "You have acknowledged" in desk.press("eleanor", "case.acknowledge", reference)


def test_readiness_says_so_and_stays(desk: Desk) -> None:
    """`/readyz` names the pause, and stays 200: the process still tells everybody whom to phone."""
    paused(desk)
    desk.work()
    health = Health(desk.product.context, inline, lambda: desk.now)
    request: Any = None
    answer = asyncio.run(health.ready(request))
    assert answer.status == 200
    assert '"service": "paused"' in str(answer.text)


def test_it_is_paused_once(desk: Desk) -> None:
    """What is paused already, or is not paused, is not proposed again."""
    assert "is not paused" in desk.fill("ivan", "roster.resume", "", reason="Moved.")
    paused(desk)
    assert "is paused already" in desk.fill("ivan", "roster.pause", "", reason="Again.")
