"""A backup that is put back while messages are on their way: what was sent meanwhile is not sent again."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.casework import answers
from bot.casework.context import Work
from bot.delivery.sender import Target
from bot.domain.messages import Message, Paragraph
from bot.domain.turns import Sender
from tests.support.desk import Desk, Notebook

DANGER = Message((Paragraph("Call 999"),), summary="Call 999")


@dataclass
class Platform(Notebook):
    """It remembers what was ever posted under which key, whatever becomes of the database."""

    posted: Counter[tuple[str, str]] = field(default_factory=Counter)

    async def post(self, target: Target, message: Message, key: str, thread: str = "") -> str:
        self.posted[target.conversation, key] += 1
        return await super().post(target, message, key, thread)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    found = Desk.open(tmp_path)
    found.notebook = Platform()
    return found


def restored(desk: Desk, backup: Path) -> Desk:
    """The product over the backup, as a new process; the platform and the time go on."""
    desk.close()
    found = Desk.open(backup.parent, database_url=f"sqlite:///{backup}")
    found.notebook, found.now = desk.notebook, desk.now
    return found


def posted(desk: Desk) -> Counter[tuple[str, str]]:
    """How often each message was posted in each conversation."""
    assert isinstance(desk.notebook, Platform)
    return desk.notebook.posted


def test_what_was_sent_after_the_backup_is_not_sent_again(desk: Desk, tmp_path: Path) -> None:
    """Cards, notices, an answer, the ladder's steps: each stands there once, and is rewritten after."""
    (tmp_path / "old").mkdir()
    reference = desk.report(kind="mistake", danger="yes", mode="named").reference
    with desk.product.database.transaction() as tx:
        work = Work(tx, desk.product.context, desk.now)
        answers.owe(work, Sender("playground", "joe"), "", DANGER)
    desk.product.database.backup(tmp_path / "old" / "signpost.db")
    for _ in range(12):
        desk.work()
        desk.later(minutes=10)
    before = dict(posted(desk))
    assert max(before.values()) == 1
    assert ("joe", 1) in {(place, times) for (place, _), times in before.items()}
    again = restored(desk, tmp_path / "old" / "signpost.db")
    for _ in range(12):
        again.work()
        again.later(minutes=10)
    assert [key for key, times in posted(again).items() if times > 1] == []
    again.press("farid", "case.acknowledge", reference)
    again.work()
    [card] = [text for text in again.notebook.texts("flt") if reference in text]
    assert "Not acknowledged yet" not in card
    again.close()
