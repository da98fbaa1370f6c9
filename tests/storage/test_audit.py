"""The audit: nothing is recorded twice or lost, and no row is changed, removed or moved unseen."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.storage import audit, migrate
from bot.storage.audit import AuditEntry, Head, Verified
from bot.storage.crypto import KeyRing
from bot.storage.database import Collision, Database, StorageFault, StorageUnavailable
from bot.storage.vault import Vault, open_vault
from tests.support import schema
from tests.support.desk import Desk
from tests.support.force import by_force
from tests.support.postgres import Cluster

NOW = datetime(2026, 11, 27, 9, 0, 0, 123456, tzinfo=UTC)
ROWS = 6


def entry(number: int, subject: str = "r1") -> AuditEntry:
    return AuditEntry(
        NOW + timedelta(minutes=number), "farid", "flt", "case.view", subject, {"n": str(number)}
    )


def verified(database: Database, vault: Vault) -> Verified:
    with database.transaction() as tx:
        return audit.verify(tx, vault)


@pytest.fixture
def chain(database: Database, vault: Vault) -> Head:
    """Six rows, one a transaction."""
    for number in range(1, ROWS + 1):
        with database.transaction() as tx:
            audit.record(tx, vault, entry(number))
    with database.transaction() as tx:
        return audit.head(tx)


def test_a_chain_that_nobody_touched_holds(database: Database, vault: Vault, chain: Head) -> None:
    """Rows are numbered from one without a gap, and the whole chain is found as it was written."""
    assert verified(database, vault) == Verified(chain, (), True)
    assert chain.number == ROWS
    with database.transaction() as tx:
        assert audit.entries_of(tx, vault, "r1", 2) == (entry(5), entry(6))


def test_what_is_undone_leaves_no_row(database: Database, vault: Vault, chain: Head) -> None:
    """An act whose transaction fails is not in the audit, nor in that of the next on the connection."""
    with pytest.raises(RuntimeError), database.transaction() as tx:
        audit.record(tx, vault, entry(7))
        raise RuntimeError
    with database.transaction() as tx:
        audit.record(tx, vault, entry(8))
    with database.transaction() as tx:
        assert audit.entries_of(tx, vault, "r1", 2) == (entry(6), entry(8))
    assert verified(database, vault).faults == ()


def test_the_detail_is_sealed(database: Database, vault: Vault) -> None:
    """A detail is sealed: with the report's key where it is about one, else with the audit's own."""
    key, _ = vault.ring.new_record_key("reports", "r1")
    with database.transaction() as tx:
        audit.record(tx, vault, AuditEntry(NOW, "farid", "flt", "case.view", "r1", {"x": "Quetzal"}), key)
        audit.record(tx, vault, AuditEntry(NOW, "host", "", "backup", "", {"x": "Quetzal"}))
    with database.transaction() as tx:
        stored = repr(tx.execute(text("SELECT * FROM audit")).all())
        assert "Quetzal" not in stored
        assert audit.entries_of(tx, vault, "r1", 9, key)[0].detail == {"x": "Quetzal"}
        # Without the report's key, which a purge destroys, that it happened is all that is left.
        assert audit.entries_of(tx, vault, "r1", 9)[0].detail == {}
        assert audit.entries_of(tx, vault, "", 9)[0].detail == {"x": "Quetzal"}


CHANGES = {
    "at": "UPDATE audit SET at = '2026-11-27 10:00:00.000000' WHERE number = 3",
    "actor": "UPDATE audit SET actor = 'grace' WHERE number = 3",
    "role": "UPDATE audit SET role = 'eht' WHERE number = 3",
    "action": "UPDATE audit SET action = 'case.note' WHERE number = 3",
    "subject": "UPDATE audit SET subject = 'r2' WHERE number = 3",
    "detail": "UPDATE audit SET sealed_detail = NULL WHERE number = 3",
    "hash": "UPDATE audit SET hash = 'f00' WHERE number = 3",
    "moved over": "UPDATE audit SET actor = 'fari', role = 'dflt' WHERE number = 3",
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_changed_row_is_named(database: Database, vault: Vault, chain: Head, change: str) -> None:
    """Whatever is changed in a row by force, its number is named."""
    with database.transaction() as tx:
        by_force(tx, CHANGES[change])
    assert 3 in dict(verified(database, vault).faults)


def test_a_changed_link_is_named(database: Database, vault: Vault, chain: Head) -> None:
    """A row that is made to follow another one than the row before it is named."""
    with database.transaction() as tx:
        by_force(
            tx, "UPDATE audit SET previous = (SELECT hash FROM audit a WHERE a.number = 1) WHERE number = 3"
        )
    assert [number for number, _ in verified(database, vault).faults] == [3]


@pytest.mark.parametrize(("gone", "first"), [("= 1", 1), ("= 3", 3), ("BETWEEN 2 AND 4", 2)])
def test_a_removed_row_is_named(database: Database, vault: Vault, chain: Head, gone: str, first: int) -> None:
    """A row that was taken out is named as missing, at the start too."""
    with database.transaction() as tx:
        by_force(tx, f"DELETE FROM audit WHERE number {gone}")
    faults = dict(verified(database, vault).faults)
    assert faults[first].startswith("missing")


def test_a_gap_that_was_closed_is_found(database: Database, vault: Vault, chain: Head) -> None:
    """Where the rows after a removed one are numbered again to hide it, each of them is named."""
    with database.transaction() as tx:
        by_force(
            tx,
            "DELETE FROM audit WHERE number = 3",
            "UPDATE audit SET number = 3 WHERE number = 4",
            "UPDATE audit SET number = 4 WHERE number = 5",
            "UPDATE audit SET number = 5 WHERE number = 6",
        )
    assert [number for number, _ in verified(database, vault).faults] == [3, 4, 5]


def test_reordered_rows_are_named(database: Database, vault: Vault, chain: Head) -> None:
    """Two rows that changed places are both named."""
    with database.transaction() as tx:
        by_force(
            tx,
            "UPDATE audit SET number = 99 WHERE number = 2",
            "UPDATE audit SET number = 2 WHERE number = 5",
            "UPDATE audit SET number = 5 WHERE number = 99",
        )
    assert {2, 5} <= dict(verified(database, vault).faults).keys()


def test_a_row_made_by_hand_is_named(database: Database, vault: Vault, chain: Head) -> None:
    """A row that was written past Signpost does not fit, whatever hash it has."""
    values = f"7, '2026-11-27 12:00:00', 'eve', '', 'case.view', 'r1', NULL, '{chain.hash}', '{'0' * 64}'"
    with database.transaction() as tx:
        tx.execute(text(f"INSERT INTO audit VALUES ({values})"))
    assert [number for number, _ in verified(database, vault).faults] == [7]


def test_a_tail_that_was_cut_off_is_found_by_its_head(database: Database, vault: Vault, chain: Head) -> None:
    """What is left of a cut chain holds; that the end is missing is known to anybody who kept its hash."""
    with database.transaction() as tx:
        by_force(tx, "DELETE FROM audit WHERE number > 4")
    assert verified(database, vault).faults == ()
    with database.transaction() as tx:
        assert not audit.knows(tx, chain)
        assert audit.knows(tx, audit.head(tx))


def test_a_chain_made_under_another_key_does_not_hold(database: Database, vault: Vault, chain: Head) -> None:
    """Anybody who writes the whole chain again without the key is found at the first row."""
    foreign = Vault(vault.ring, vault.index, b"x" * 32)
    assert dict(verified(database, foreign).faults).keys() == set(range(1, ROWS + 1))


def test_a_long_chain_is_followed_in_pages(database: Database, vault: Vault, chain: Head) -> None:
    """Page by page the same is found as at once, the border between two pages included."""
    with database.transaction() as tx:
        by_force(tx, "DELETE FROM audit WHERE number = 3")
    for limit in (1, 2, 5, 100):
        found = Verified()
        while not found.whole:
            with database.transaction() as tx:
                found = audit.verify_page(tx, vault, found, limit)
        assert found == verified(database, vault)


REFUSED = {
    "update": "UPDATE audit SET actor = 'grace' WHERE number = 3",
    "delete": "DELETE FROM audit WHERE number = 6",
    "all": "DELETE FROM audit",
}


@pytest.mark.parametrize("statement", REFUSED.values(), ids=list(REFUSED))
def test_the_database_refuses_to_change_the_audit(
    database: Database, vault: Vault, chain: Head, statement: str
) -> None:
    """Plain SQL that would change or remove a row is refused by the database, and nothing has changed."""
    with pytest.raises(Collision), database.transaction() as tx:
        tx.execute(text(statement))
    assert verified(database, vault) == Verified(chain, (), True)


def test_no_row_is_replaced_on_sqlite(tmp_path: object, ring: KeyRing) -> None:
    """INSERT OR REPLACE, which deletes without a trigger, is refused as well."""
    database = Database(f"sqlite:///{tmp_path}/signpost.db")
    migrate.upgrade(database)
    with database.transaction() as tx:
        vault = open_vault(tx, ring)
        audit.record(tx, vault, entry(1))
    values = "1, '2026-11-27', 'eve', '', 'x', '', NULL, '', 'f00'"
    with pytest.raises(Collision), database.transaction() as tx:
        tx.execute(text(f"INSERT OR REPLACE INTO audit VALUES ({values})"))
    assert verified(database, vault).faults == ()
    database.close()


@pytest.mark.postgres
def test_an_audit_is_not_emptied_on_postgres(postgres_url: str, ring: KeyRing) -> None:
    """TRUNCATE, which no row's trigger sees, is refused as well."""
    database = Database(postgres_url)
    with pytest.raises(Collision), database.transaction() as tx:
        tx.execute(text("TRUNCATE audit"))
    database.close()


def test_many_at_once_make_one_chain(database_url: str, database: Database, vault: Vault) -> None:
    """What several processes record at the same moment makes one chain, with nothing lost or doubled."""
    databases = [Database(database_url) for _ in range(4)]

    def act(number: int) -> None:
        for step in range(10):
            with databases[number].transaction() as tx:
                audit.record(tx, vault, entry(step, f"r{number}"))
                audit.record(tx, vault, entry(step, f"r{number}"))

    with ThreadPoolExecutor(4) as together:
        list(together.map(act, range(4)))
    found = verified(database, vault)
    assert (found.head.number, found.faults) == (80, ())
    for each in databases:
        each.close()


@pytest.mark.postgres
def test_who_waits_for_a_report_holds_up_no_chain(postgres_url: str, ring: KeyRing) -> None:
    """One who has recorded something and waits for a row does not lock out the one who holds that row."""
    database = Database(postgres_url)
    with database.transaction() as tx:
        vault = open_vault(tx, ring)
        tx.execute(text("INSERT INTO heartbeats (name, at) VALUES ('row', '2026-11-27')"))
    held = text("SELECT name FROM heartbeats WHERE name = 'row' FOR UPDATE")
    recorded = threading.Event()

    def second() -> None:
        with database.transaction() as tx:
            audit.record(tx, vault, entry(2))
            recorded.set()
            tx.execute(held)

    with ThreadPoolExecutor(1) as other:
        with database.transaction() as tx:
            tx.execute(held)
            waiting = other.submit(second)
            assert recorded.wait(5)
            audit.record(tx, vault, entry(1))
        waiting.result(5)
    with database.transaction() as tx:
        assert audit.entries_of(tx, vault, "r1", 9) == (entry(1), entry(2))
    database.close()


@pytest.mark.postgres
def test_the_serving_role_only_adds_to_the_audit(cluster: Cluster, tmp_path: Path) -> None:
    """On PostgreSQL a role that may serve can neither change the audit, nor its triggers, nor the schema."""
    with cluster.new_database("template0") as url:
        owner = Database(url)
        migrate.upgrade(owner)
        with owner.transaction() as tx:
            tx.execute(text("DROP ROLE IF EXISTS serving"))
            tx.execute(text("CREATE ROLE serving LOGIN"))
        migrate.grant(owner, "serving")
        # The whole product at work as that role: nothing that it needs is refused.
        desk = Desk.open(tmp_path, database_url=url.replace("signpost@", "serving@"))
        reference = desk.report("ana", kind="colleague").reference
        desk.work()
        assert reference in desk.press("farid", "case.details", reference)
        database, vault = desk.product.database, desk.product.context.vault
        refused = (
            *REFUSED.values(),
            "TRUNCATE audit",
            "ALTER TABLE audit DISABLE TRIGGER ALL",
            "DROP TABLE audit",
        )
        for statement in (*refused, "SET session_replication_role = replica", "CREATE TABLE x (y int)"):
            with pytest.raises(StorageUnavailable, match="42501"), database.transaction() as tx:
                tx.execute(text(statement))
        with database.transaction() as tx:
            assert audit.verify(tx, vault).faults == ()
            assert audit.head(tx).number > 2
            tx_owner = text("SELECT count(*) FROM audit WHERE action = 'case.view'")
            assert tx.execute(tx_owner).scalar() == 1
        desk.close()
        _only_the_owner_migrates(owner, url)
        with owner.transaction() as tx:
            tx.execute(text("DROP OWNED BY serving"))
            tx.execute(text("DROP ROLE serving"))
        owner.close()


def _only_the_owner_migrates(owner: Database, url: str) -> None:
    schema.downgrade(owner, "0006")
    with owner.transaction() as tx:
        tx.execute(text("UPDATE alembic_version SET version_num = '0005'"))
    serving = Database(url.replace("signpost@", "serving@"))
    with pytest.raises(StorageFault, match="migrate --grant"):
        migrate.upgrade(serving)
    serving.close()


@pytest.mark.postgres
def test_no_superuser_is_granted_anything(postgres_url: str) -> None:
    """A role that is not there, or whom nothing can be refused, is named with what to do."""
    database = Database(postgres_url)
    for role in ("signpost", "nobody_there"):
        with pytest.raises(StorageFault, match="CREATE ROLE"):
            migrate.grant(database, role)
    database.close()
