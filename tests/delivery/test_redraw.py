"""Cards that an older version posted: they say by themselves what a card says today, and nobody is told."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from sqlalchemy import select, update

from bot.delivery.sender import LostFault, PassingFault, PermanentFault, Target, WithheldFault
from bot.delivery.worker import Worker
from bot.domain.messages import Message, Paragraph
from bot.storage.schema import outbox, posted
from tests.people.test_roster import agree
from tests.support.desk import Desk, Notebook, inline

OLD = Message((Paragraph("Reporter: Named: Ana Silva"),), summary="FED-0000 · Accidental image")


@dataclass
class Platform(Notebook):
    """It counts what was posted, and what was rewritten, in the order in which it was."""

    posts: list[str] = field(default_factory=list)
    order: list[str] = field(default_factory=list)
    dies_after: int = 10**9

    async def post(self, target: Target, message: Message, key: str, thread: str = "") -> str:
        self.posts.append(message.summary)
        self.order.append(message.summary)
        return await super().post(target, message, key, thread)

    async def edit(self, target: Target, message_id: str, message: Message) -> None:
        if len(self.order) >= self.dies_after:
            raise asyncio.CancelledError
        self.order.append(f"again {message.summary}")
        if message_id not in [known for known, _ in self.seen.get(target.conversation, [])]:
            raise LostFault("there is nothing to rewrite")
        await super().edit(target, message_id, message)


def updated(desk: Desk) -> Platform:
    """As after an update: every card that stands is of the version before, a name on it."""
    cards = set()
    with desk.product.database.transaction() as tx:
        cards = {row.message_id for row in tx.execute(select(posted))}
        tx.execute(update(posted).values(drawn=0))
    seen = {
        place: [(known, OLD if known in cards else message) for known, message in shown]
        for place, shown in desk.notebook.seen.items()
    }
    book = desk.notebook
    desk.notebook = Platform(seen=seen, keys=book.keys, threads=book.threads, _ids=book._ids)
    return desk.notebook


def settle(desk: Desk, most: int = 200) -> None:
    """A worker of the new version, second after second, until nothing is left to do."""
    for _ in range(most):
        desk.work(rounds=20)
        desk.later(seconds=11)
        with desk.product.database.transaction() as tx:
            old = tx.execute(select(posted).where(posted.c.drawn < 1)).first()
            waiting = select(outbox).where(outbox.c.kind == "redraw", outbox.c.state == "pending")
            owed = tx.execute(waiting).first()
            if old is None and owed is None:
                return


def texts(desk: Desk) -> str:
    return "\n".join(text for place in desk.notebook.seen for text in desk.notebook.texts(place))


def test_every_card_of_open_and_closed_cases_loses_the_name(desk: Desk) -> None:
    """Named reports, open, closed and restricted: no card holds the name any more, and nothing is new."""
    open_, closed = desk.report().reference, desk.report("joe", kind="mistake").reference
    child = desk.report("kim", nudity="yes", dsl_told="yes").reference
    desk.work(rounds=20)
    desk.press("farid", "case.acknowledge", closed)
    desk.close_somehow("farid", closed)
    desk.work(rounds=20)
    book = updated(desk)
    before = {place: [known for known, _ in shown] for place, shown in book.seen.items()}
    settle(desk)
    assert "Ana Silva" not in texts(desk)
    assert "FED-0000" not in "\n".join(message.summary for message in book.messages())
    summaries = "\n".join(message.summary for message in book.messages())
    assert all(reference in summaries for reference in (open_, closed, child))
    assert book.posts == []
    assert before == {place: [known for known, _ in shown] for place, shown in book.seen.items()}


def test_a_new_report_does_not_wait_behind_them(desk: Desk) -> None:
    """With thirty old cases, an urgent card that is owed just then is among the next few that go out."""
    for _ in range(30):
        desk.report()
    desk.work(rounds=200)
    book = updated(desk)
    desk.work(rounds=1)
    desk.later(seconds=2)
    urgent = desk.report(kind="colleague", danger="yes").reference
    desk.work(rounds=20)
    place = next(number for number, one in enumerate(book.order) if urgent in one)
    assert place <= 15
    settle(desk)
    assert "Ana Silva" not in texts(desk)


def test_a_death_in_the_middle_loses_none_and_repeats_nothing(desk: Desk) -> None:
    """A worker that dies while it rewrites: the next one does the rest, each card in its own place."""
    for _ in range(8):
        desk.report()
    desk.work(rounds=100)
    book = updated(desk)
    book.dies_after = 3

    async def dying() -> None:
        worker = Worker(desk.product.context, {"playground": book}, inline, lambda: desk.now, lambda: 0.5)
        for _ in range(10):
            await worker.once()
            desk.later(seconds=2)

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(dying())
    book.dies_after = 10**9
    desk.later(minutes=1)
    settle(desk)
    assert "Ana Silva" not in texts(desk)
    assert book.posts == []


def test_a_card_that_somebody_deleted_comes_back_for_nobody(desk: Desk) -> None:
    """There is nothing to rewrite: no card is posted for it, and the next one goes the way it always went."""
    reference = desk.report().reference
    desk.work(rounds=20)
    book = updated(desk)
    book.seen["flt"] = []
    settle(desk)
    assert book.posts == []
    desk.press("beth", "case.acknowledge", reference)
    desk.work(rounds=20)
    assert any(reference in text for text in desk.notebook.texts("flt"))


def test_who_left_keeps_no_card_with_a_name(desk: Desk) -> None:
    """From somebody whose role is gone the old card is taken away: today's would tell them how it stands."""
    desk.report(nudity="yes", dsl_told="yes")
    desk.work(rounds=20)
    agree(desk, "take", person="lucy", role="deputy_dsl", school="northgate")
    desk.work(rounds=20)
    book = updated(desk)
    stood = len(book.seen["lucy"])
    settle(desk)
    assert "Ana Silva" not in texts(desk)
    assert len(book.seen["lucy"]) == stood - 1


def test_a_channel_that_is_not_private_makes_them_wait_without_a_word(desk: Desk) -> None:
    """Nothing is rewritten where strangers read, and no leader is told of it; mended, it is done."""
    desk.report(kind="colleague")
    desk.work(rounds=20)
    book = updated(desk)
    book.refuses["flt"] = WithheldFault("it is not a private channel")
    settle(desk, most=5)
    assert book.posts == []
    assert "Ana Silva" in "\n".join(desk.notebook.texts("flt"))
    book.refuses.clear()
    desk.later(minutes=6)
    settle(desk)
    assert "Ana Silva" not in texts(desk)


def test_a_channel_that_cannot_be_reached_is_tried_again(desk: Desk) -> None:
    """Where Signpost was taken out of the channel at the update, its cards are rewritten once it is back."""
    for _ in range(3):
        desk.report(kind="colleague")
    desk.work(rounds=20)
    book = updated(desk)
    book.refuses["flt"] = PermanentFault("not_in_channel")
    settle(desk, most=5)
    assert "Ana Silva" in "\n".join(desk.notebook.texts("flt"))
    book.refuses.clear()
    desk.later(minutes=61)
    settle(desk)
    assert "Ana Silva" not in texts(desk)
    assert book.posts == []


def test_no_conversation_is_held_for_them(desk: Desk) -> None:
    """They go out five at a time every ten seconds; where the platform asks to wait, a new card does not."""
    for _ in range(3):
        desk.report(kind="colleague")
    desk.work(rounds=20)
    book = updated(desk)
    desk.work(rounds=1)
    desk.later(seconds=2)
    desk.work(rounds=20)
    assert len(book.order) <= 5
    book.refuses["flt"] = PassingFault("ratelimited", 600)
    desk.later(seconds=11)
    desk.work(rounds=1)
    book.refuses.clear()
    urgent = desk.report(kind="colleague", danger="yes").reference
    desk.work(rounds=20)
    assert any(urgent in text for text in book.texts("flt"))


def test_what_was_moved_away_is_not_brought_back(desk: Desk) -> None:
    """A case that left the channel, and one that went to others, have no card to rewrite there."""
    reference = desk.report(kind="mistake").reference
    desk.work(rounds=20)
    desk.fill("eleanor", "case.restrict", reference, keep="", why="One of the team is in it.")
    desk.work(rounds=20)
    book = updated(desk)
    settle(desk)
    assert not [text for text in desk.notebook.texts("flt") if reference in text]
    assert book.posts == []


def test_todays_cards_are_left_as_they_are(desk: Desk, tmp_path: Path) -> None:
    """A start without an update rewrites nothing."""
    desk.report()
    desk.work(rounds=20)
    desk.notebook = Platform(seen=desk.notebook.seen, keys=desk.notebook.keys, _ids=desk.notebook._ids)
    settle(desk, most=3)
    assert isinstance(desk.notebook, Platform)
    assert desk.notebook.order == []
