"""A platform that has stopped waiting: what came too late is not stored, and anybody who sent it is told."""

import pytest

from bot.domain.turns import Incoming, Pressed, Said, Sender
from bot.storage.database import StorageUnavailable
from tests.support.desk import Desk, text_of

ANA = Sender("playground", "ana")


def _start(desk: Desk, in_time: bool) -> str:
    incoming = Incoming("event-1", ANA, Pressed("report.start"))
    replies = desk.product.assistant.handle(incoming, desk.now, lambda: in_time)
    return "\n".join(text_of(reply) for reply in replies)


def test_what_comes_too_late_is_not_stored(desk: Desk) -> None:
    """Past the deadline nothing is kept, and the sender reads that it is not saved and whom to phone."""
    shown = _start(desk, in_time=False)
    assert "not saved" in shown.lower()
    assert "999" in shown
    assert "There is no report waiting here" in desk.press("ana", "journey.resume")


def test_the_same_event_counts_when_it_comes_again_in_time(desk: Desk) -> None:
    """An event that was too late leaves no trace, so the platform's second copy of it is taken."""
    _start(desk, in_time=False)
    assert "not saved" not in _start(desk, in_time=True).lower()
    assert "There is no report waiting here" not in desk.press("ana", "journey.resume")


def _without_database(desk: Desk, monkeypatch: pytest.MonkeyPatch, text: str) -> str:
    def gone() -> None:
        raise StorageUnavailable("the database is locked")

    monkeypatch.setattr(desk.product.context.database, "transaction", gone)
    replies = desk.product.assistant.handle(Incoming("event-2", ANA, Said(text)), desk.now)
    return "\n".join(text_of(reply) for reply in replies)


def test_a_question_is_answered_without_the_database(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer needs nothing stored: it comes while the database is away, and nobody reads "not saved"."""
    shown = _without_database(desk, monkeypatch, "is a purple elephant allowed")
    assert "I could not find an answer to that" in shown
    assert "not saved" not in shown.lower()


@pytest.mark.parametrize("words", ["report", "status", "cases", "status FED-7K3Q"])
def test_what_needs_the_database_is_not_made_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, words: str
) -> None:
    """A report, a status and a list of cases are refused with the phone list while the database is away."""
    assert "999" in _without_database(desk, monkeypatch, words)
