from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.notices import FLT_CHANNEL, NoticeKey
from bot.domain.routing import Visibility
from bot.storage import outbox
from bot.storage.database import Database, Transaction
from bot.storage.outbox import Claimed, Notice
from bot.storage.reports import NewReport, SealedRoute, insert_report
from bot.storage.vault import Vault

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
LEASE = timedelta(seconds=30)


@pytest.fixture
def report_id(database: Database, vault: Vault) -> str:
    """A stored report for rows to point to."""
    new = NewReport(
        reference="FED-7K3Q", kind="abuse", school="north", mode="anonymous", visibility=Visibility.CHANNEL,
        urgent=False, child=False, accidental=False, received_at=NOW, due_at=None, receipt_hash="",
        answers={}, route=SealedRoute(), reporter=None,
    )  # fmt: skip
    with database.transaction() as tx:
        stored = insert_report(tx, vault, new)
    assert stored is not None
    return stored.id


def owe(tx: Transaction, report_id: str, key: str = "card:1", due: datetime = NOW) -> bool:
    return outbox.enqueue(tx, f"row-{key}", Notice(NoticeKey.parse(key), report_id, "card", FLT_CHANNEL), due)


def claim(database: Database, token: str, now: datetime) -> tuple[Claimed, ...]:
    with database.transaction() as tx:
        return outbox.claim(tx, token, now, LEASE, 10)


def test_the_same_key_is_owed_once(database: Database, report_id: str) -> None:
    """A message with a key that is there already is not owed again."""
    with database.transaction() as tx:
        assert owe(tx, report_id)
        assert not owe(tx, report_id)
    assert len(claim(database, "a", NOW)) == 1


def test_a_leased_row_is_nobody_elses(database: Database, report_id: str) -> None:
    """While a lease lasts, no other worker gets the row."""
    with database.transaction() as tx:
        owe(tx, report_id)
    assert len(claim(database, "a", NOW)) == 1
    assert claim(database, "b", NOW + LEASE / 2) == ()


def test_a_dead_workers_row_is_rescued_as_unclear(database: Database, report_id: str) -> None:
    """A row whose lease ran out is claimed again, marked as perhaps sent, with its tries counted."""
    with database.transaction() as tx:
        owe(tx, report_id)
    assert not claim(database, "a", NOW)[0].unclear
    rescued = claim(database, "b", NOW + LEASE)[0]
    assert rescued.unclear
    assert rescued.attempts == 2


def test_a_late_worker_is_fenced_off(database: Database, report_id: str) -> None:
    """Who lost the lease can neither finish, nor return, nor give up the row."""
    with database.transaction() as tx:
        owe(tx, report_id)
    late = claim(database, "a", NOW)[0]
    rescuer = claim(database, "b", NOW + LEASE)[0]
    with database.transaction() as tx:
        assert not outbox.try_again(tx, late, NOW, "passing")
        assert not outbox.give_up(tx, late, NOW, "permanent")
        assert not outbox.finish(tx, late, NOW)
        assert outbox.finish(tx, rescuer, NOW)
        # Done stays done, for the rescuer too.
        assert not outbox.try_again(tx, rescuer, NOW, "passing")
    assert claim(database, "c", NOW + 2 * LEASE) == ()


def test_a_row_given_back_waits(database: Database, report_id: str) -> None:
    """A row that is to be tried again is not claimed before its time, and is then not unclear."""
    with database.transaction() as tx:
        owe(tx, report_id)
    claimed = claim(database, "a", NOW)[0]
    with database.transaction() as tx:
        outbox.try_again(tx, claimed, NOW + timedelta(minutes=1), "passing: 429")
    assert claim(database, "a", NOW) == ()
    assert not claim(database, "a", NOW + timedelta(minutes=1))[0].unclear


def test_an_unclear_row_stays_unclear(database: Database, report_id: str) -> None:
    """After a time-out the next try knows that the platform may have taken it."""
    with database.transaction() as tx:
        owe(tx, report_id)
    claimed = claim(database, "a", NOW)[0]
    with database.transaction() as tx:
        outbox.try_again(tx, claimed, NOW, "unclear: timed out")
    assert claim(database, "a", NOW)[0].unclear


def test_the_oldest_due_row_is_known(database: Database, report_id: str) -> None:
    """The health page can say since when the longest-waiting row has been due."""
    with database.transaction() as tx:
        owe(tx, report_id, "late", NOW + timedelta(hours=1))
        assert outbox.oldest_due(tx, NOW) is None
        owe(tx, report_id, "now", NOW)
        assert outbox.oldest_due(tx, NOW + timedelta(hours=2)) == NOW


def test_a_clock_that_was_put_back_holds_nothing_up(database: Database, report_id: str) -> None:
    """A new row goes out, and a dead worker's row is rescued, though the clock went back an hour."""
    with database.transaction() as tx:
        owe(tx, report_id)
    earlier = NOW - timedelta(hours=1)
    assert claim(database, "a", earlier)
    assert not claim(database, "b", earlier)
    assert claim(database, "b", earlier - timedelta(hours=1))
