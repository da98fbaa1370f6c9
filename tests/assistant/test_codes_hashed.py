"""Receipt codes are hashed where nobody waits for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.app import new_tokens
from bot.assistant import hashes
from bot.casework import context
from bot.casework.context import NotYetHashed, Unhashed, Work
from bot.casework.open import submit
from bot.domain.messages import Buttons
from bot.domain.turns import Incoming, Pressed, Said, Sender, SubmitReport, Submitted
from bot.storage.crypto import hash_code
from bot.storage.database import Database, Transaction
from tests.support.desk import ACCIDENT, Desk, text_of


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """The product as the composition root builds it."""
    found = Desk.open(tmp_path)
    yield found
    found.close()


def test_no_transaction_is_open_while_a_code_is_hashed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A question without a name takes argon2's time from its asker alone: no other person waits for it."""
    real, now_open, seen = Database.transaction, [0], list[int]()

    @contextmanager
    def counted(self: Database) -> Iterator[Transaction]:
        with real(self) as tx:
            now_open[0] += 1
            try:
                yield tx
            finally:
                now_open[0] -= 1

    def hashed(code: str) -> str:
        seen.append(now_open[0])
        return hash_code(code)

    monkeypatch.setattr(Database, "transaction", counted)
    for module in (hashes, context):
        monkeypatch.setattr(module, "hash_code", hashed)
    asked = {"mode": "anonymous", "question": "May I use Mastodon for my own class?"}
    assert "Your question is on the list" in desk.fill("ana", "gap.ask", "a" * 32, **asked)
    assert seen == [0]


def test_a_report_without_a_name_asks_for_its_hash(desk: Desk) -> None:
    """What Send stores needs the hash of its code first, and says so where it is not there yet."""
    tokens = new_tokens()
    answers = {**{name: (value,) for name, value in ACCIDENT.items()}, "mode": ("anonymous",)}
    sent = SubmitReport(tokens, answers)
    with pytest.raises(Unhashed) as asked, desk.product.database.transaction() as tx:
        submit(
            Work(tx, desk.product.context, desk.now, hashes=NotYetHashed()), Sender("playground", "ana"), sent
        )
    assert asked.value.code == tokens.code


def test_an_alert_without_a_name_waits_for_no_hash(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The urgent alert is stored at once: nobody is told a code of it, and none opens it."""

    def hashed(code: str) -> str:
        raise AssertionError(f"hashed {code}")

    for module in (hashes, context):
        monkeypatch.setattr(module, "hash_code", hashed)
    shown = desk.send("ana", Said("report"))
    for action in ("journey.alert", "journey.alert_name", "journey.alert_send"):
        blocks = (block for message in shown for block in message.blocks if isinstance(block, Buttons))
        value = next(button.value for block in blocks for button in block.items if button.action == action)
        shown = desk.send("ana", Pressed(action, value))
    assert "has been received" in text_of(shown[0])
    assert "URGENT" in desk.press("eleanor", "case.list", "urgent")


def test_what_came_too_late_for_its_hash_is_in_time_once_more(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for one hash twice: what came too late by it is saved by the next press."""
    made, late = list[str](), [True]

    def hashed(code: str) -> str:
        made.append(code)
        return hash_code(code)

    monkeypatch.setattr(hashes, "hash_code", hashed)
    fields = {"mode": ("anonymous",), "question": ("May I use Mastodon for my own class?",)}
    asked = Submitted("gap.ask", "a" * 32, fields)

    def sent(event: str) -> str:
        came = Incoming(event, Sender("playground", "ana"), asked)
        [shown] = desk.product.assistant.handle(came, desk.now, lambda: not (late[0] and made))
        return text_of(shown)

    assert "NOT saved" in sent("1")
    late[0] = False
    assert "Your question is on the list" in sent("2")
    assert len(made) == 1
