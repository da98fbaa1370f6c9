from datetime import datetime, timedelta

from bot.domain.notices import FLT_CHANNEL
from bot.storage import outbox
from tests.support.desk import Desk

LEASE = timedelta(seconds=12)


def claimed(desk: Desk, at: datetime) -> list[str]:
    with desk.product.database.transaction() as tx:
        found = outbox.claim(tx, "another", at, LEASE, 20)
        for item in found:
            outbox.give_back(tx, item)
        return [str(item.notice.recipient) for item in found]


def pause(desk: Desk, until: datetime) -> None:
    with desk.product.database.transaction() as tx:
        outbox.pause(tx, FLT_CHANNEL, until)


def test_a_paused_conversation_is_left_alone_by_every_worker(desk: Desk) -> None:
    """Nothing is claimed for it before its time, not even what was never tried; others go on."""
    desk.report("ana", kind="colleague")
    pause(desk, desk.now + timedelta(seconds=30))
    assert claimed(desk, desk.now) == ["reporter"]
    assert sorted(claimed(desk, desk.now + timedelta(seconds=30))) == ["flt_channel", "reporter"]


def test_a_pause_that_a_clock_ahead_has_set_holds_nobody_up(desk: Desk) -> None:
    """A pause that lies further off than any platform asks for is none."""
    desk.report("ana", kind="colleague")
    pause(desk, desk.now + timedelta(days=1))
    assert "flt_channel" in claimed(desk, desk.now)


def test_a_row_that_a_clock_ahead_has_put_off_is_due(desk: Desk) -> None:
    """After a clock that was a day ahead is right again, what failed meanwhile does not wait a day."""
    desk.report("ana", kind="colleague")
    with desk.product.database.transaction() as tx:
        for item in outbox.claim(tx, "ahead", desk.now, LEASE, 20):
            outbox.try_again(tx, item, desk.now + timedelta(days=1), "passing: 500")
    assert sorted(claimed(desk, desk.now)) == ["flt_channel", "reporter"]


def test_a_pause_is_set_again(desk: Desk) -> None:
    """The newest word of the platform counts."""
    desk.report("ana", kind="colleague")
    pause(desk, desk.now + timedelta(seconds=30))
    pause(desk, desk.now + timedelta(seconds=5))
    assert "flt_channel" in claimed(desk, desk.now + timedelta(seconds=6))
