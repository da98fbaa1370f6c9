from datetime import UTC, datetime, timedelta

from sqlalchemy import select, text

from bot.storage import conversations
from bot.storage.database import Database, Transaction
from bot.storage.schema import metadata
from bot.storage.vault import Vault

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
WEEK, DAY = timedelta(days=7), timedelta(days=1)


def test_a_session_comes_back_until_it_expires(database: Database, vault: Vault) -> None:
    """A session is read back within its days, to the end of the last one, and not after it."""
    with database.transaction() as tx:
        conversations.save_session(tx, vault, "owner", "half a report", NOW + WEEK)
    with database.transaction() as tx:
        assert conversations.load_session(tx, vault, "owner", NOW + WEEK / 2) == "half a report"
        assert conversations.load_session(tx, vault, "owner", NOW + WEEK + DAY) is None
        assert conversations.load_session(tx, vault, "other", NOW) is None


def test_an_expired_session_is_deleted(database: Database, vault: Vault) -> None:
    """What has expired leaves the table."""
    with database.transaction() as tx:
        conversations.save_session(tx, vault, "owner", "half a report", NOW)
        conversations.forget_expired(tx, NOW + DAY)
        assert tx.execute(text("SELECT count(*) FROM sessions")).scalar() == 0


def test_a_session_is_sealed_and_its_owner_hidden(database: Database, vault: Vault) -> None:
    """Neither the owner's user id nor a word of the session stands in the table."""
    owner = vault.blind("session", "slack", "U0ABCDEF")
    with database.transaction() as tx:
        conversations.save_session(tx, vault, owner, "half a report", NOW + WEEK)
        rows = repr(tx.execute(text("SELECT * FROM sessions")).all())
    assert "U0ABCDEF" not in rows
    assert "half a report" not in rows


def test_an_event_is_seen_once_per_platform(database: Database, vault: Vault) -> None:
    """An event id is new once on each platform, until a day has passed."""
    with database.transaction() as tx:
        assert conversations.first_time(tx, vault, ("slack", "Ev1"), NOW)
        assert not conversations.first_time(tx, vault, ("slack", "Ev1"), NOW)
        assert conversations.first_time(tx, vault, ("teams", "Ev1"), NOW)
        conversations.forget_expired(tx, NOW + timedelta(hours=25))
        assert conversations.first_time(tx, vault, ("slack", "Ev1"), NOW)


def test_a_draft_is_received_once(database: Database, vault: Vault) -> None:
    """A draft that was received names its reference from then on, and the one that was drawn again."""
    with database.transaction() as tx:
        assert conversations.submitted_before(tx, vault, "draft") is None
        assert conversations.remember_submission(tx, vault, "draft", "FED-7K3Q", NOW) is None
        conversations.correct_submission(tx, vault, "draft", "FED-9M2P")
    with database.transaction() as tx:
        assert conversations.remember_submission(tx, vault, "draft", "FED-XXXX", NOW) == "FED-9M2P"
        assert conversations.submitted_before(tx, vault, "draft") == "FED-9M2P"


def test_wrong_codes_are_counted_for_an_hour(database: Database) -> None:
    """Wrong receipt codes add up for an hour, also for a reference that does not exist."""
    with database.transaction() as tx:
        for _ in range(3):
            conversations.remember_failure(tx, "FED-NONE", NOW)
        assert conversations.failures(tx, "FED-NONE", NOW + timedelta(minutes=59)) == 3
        assert conversations.failures(tx, "FED-NONE", NOW + timedelta(minutes=61)) == 0


def test_no_moment_of_a_person_is_that_of_a_report(database: Database, vault: Vault) -> None:
    """Of what was seen and sent the table knows the hour alone and of a session the day; all goes in time."""
    odd = NOW.replace(minute=17, second=23, microsecond=456789)
    with database.transaction() as tx:
        conversations.first_time(tx, vault, ("slack", "Ev1"), odd)
        conversations.remember_submission(tx, vault, "draft", "", odd)
        conversations.save_session(tx, vault, "owner", "half a report", odd + WEEK)
        kept = {table: moments(tx, table) for table in ("seen_events", "submission_keys", "sessions")}
        conversations.forget_expired(tx, odd + timedelta(hours=24))
        left = {table: moments(tx, table) for table in ("seen_events", "submission_keys")}
    hour = (odd + timedelta(hours=24)).replace(minute=0, second=0, microsecond=0)
    day = (odd + WEEK + DAY).replace(hour=0, minute=0, second=0, microsecond=0)
    assert kept == {"seen_events": [hour], "submission_keys": [hour], "sessions": [day]}
    assert left == {"seen_events": [], "submission_keys": []}


def moments(tx: Transaction, table: str) -> list[datetime]:
    """When each row of a table expires."""
    return list(tx.execute(select(metadata.tables[table].c.expires_at)).scalars())
