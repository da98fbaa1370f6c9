"""A platform that has stopped waiting: what came too late is not stored, and whoever sent it is told."""

from bot.conversation.turns import Incoming, Pressed, Sender
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
