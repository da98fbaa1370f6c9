"""Wrapping everything again by the newest key: nothing is forgotten, nothing lost, and nobody notices."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from bot.app import build
from bot.domain.accounts import AccountStage, Details
from bot.domain.gaps import GapStage
from bot.domain.staff import ListedStaff
from bot.domain.turns import Said
from bot.records import rotation
from bot.records.rotation import needed_keys, rotate
from bot.storage import playground, teams
from bot.storage.accounts import AccountEntry, add_account, all_accounts
from bot.storage.answers import Asker, owe, owed
from bot.storage.consulting import Consultation, add_consultation, find_consultation
from bot.storage.crypto import KeyFault, KeyRing, new_key
from bot.storage.database import Database
from bot.storage.gaps import Gap, add_asker, add_gap, all_gaps, askers_of
from bot.storage.gaps import GapAsker as Waiting
from bot.storage.replies import Reply, add_reply, owed_replies
from bot.storage.staff import put_staff, staff_list
from bot.storage.vault import keys_in_use, open_vault, others_serve, rewrap_page, say_ring, sealed_tables
from tests.support.desk import KEY, START, DeafEngine, Desk, Notebook, settings_in, world_of

NEW = new_key("2026-12-01", secrets.token_bytes)
NARRATIVE = "Quetzalcoatlus wrote vile remarks"


def ring(*keys: str) -> KeyRing:
    return KeyRing.parse(",".join(keys), secrets.token_bytes)


def opened(folder: Path, url: str, keys: KeyRing) -> Desk:
    settings = replace(settings_in(folder, url), ring=keys)
    return Desk(build(settings, DeafEngine(), world_of(settings)), Notebook())


def fill(desk: Desk) -> str:
    """Something in every table that holds wrapped keys; the reference of the report among it."""
    reference = desk.report("ana", kind="colleague", narrative=NARRATIVE).reference
    desk.send("joe", Said("report"))
    desk.fill("ivan", "roster.leave", "", person="tom")
    vault = desk.product.context.vault
    with desk.product.database.transaction() as tx:
        playground.post(tx, vault, "flt", "k", NARRATIVE, desk.now)
        teams.remember(tx, vault, "farid", NARRATIVE, desk.now)
        owe(tx, vault, Asker("slack", "ana"), NARRATIVE)
        day = timedelta(days=1)
        add_reply(tx, vault, Reply("1" * 32, "An account", "query", desk.now, desk.now + day, NARRATIVE))
        put_staff(tx, vault, ListedStaff(NARRATIVE, "ana@harbour.example"))
        add_gap(tx, vault, Gap("2" * 32, NARRATIVE, GapStage.WAITING, desk.now, desk.now + day))
        add_asker(tx, vault, Waiting("3" * 32, "2" * 32, "QST-7K3Q", "", "slack", NARRATIVE))
        details = Details({"aim": (NARRATIVE,)})
        add_account(tx, vault, AccountEntry("2" * 32, AccountStage.DRAFT, desk.now, details))
        add_consultation(tx, vault, Consultation("4" * 32, "slack", "ana", NARRATIVE), desk.now)
    return reference


@pytest.fixture
def filled(tmp_path: Path, database_url: str) -> Iterator[tuple[Database, str]]:
    """A database filled under the old key alone, and a reference in it."""
    desk = opened(tmp_path, database_url, ring(KEY))
    reference = fill(desk)
    desk.close()
    database = Database(database_url)
    yield database, reference
    database.close()


def used(database: Database) -> dict[str, dict[str, int]]:
    with database.transaction() as tx:
        return keys_in_use(tx)


def read(folder: Path, url: str, keys: KeyRing, reference: str) -> None:
    """Everything opens with these keys."""
    desk = opened(folder, url, keys)
    assert NARRATIVE in desk.press("farid", "case.details", reference)
    assert "Tom Pritchard leaves" in desk.press("eleanor", "roster.show")
    vault = desk.product.context.vault
    with desk.product.database.transaction() as tx:
        assert [message.html for message in playground.conversation(tx, vault, "flt")] == [NARRATIVE]
        assert teams.recall(tx, vault, "farid") == NARRATIVE
        rows = tx.execute(text("SELECT id FROM answers")).scalars()
        assert [owed(tx, vault, row_id) for row_id in rows] == [NARRATIVE]
        assert [reply.link for reply in owed_replies(tx, vault)] == [NARRATIVE]
        assert [one.name for one in staff_list(tx, vault)] == [NARRATIVE]
        assert [gap.question for gap in all_gaps(tx, vault, tuple(GapStage))] == [NARRATIVE]
        assert [one.user for one in askers_of(tx, vault, "2" * 32)] == [NARRATIVE]
        assert [one.details.answer("aim") for one in all_accounts(tx, vault)] == [NARRATIVE]
        consulted = find_consultation(tx, vault, "4" * 32)
        assert consulted is not None
        assert consulted.name == NARRATIVE
    assert "which school" in desk.press("joe", "journey.answer", "") or desk.send("joe", Said("resume"))
    desk.close()


def test_no_table_with_keys_is_forgotten(filled: tuple[Database, str]) -> None:
    """The rows that these tests wrap again come from every table that holds wrapped keys."""
    database, _ = filled
    empty = {table for table, keys in used(database).items() if not keys}
    assert empty == set(), f"put a row of {empty} into `fill`, so that its keys are seen to be wrapped again"
    assert len(sealed_tables()) >= 5


def test_everything_opens_with_the_new_key_alone(
    filled: tuple[Database, str], tmp_path: Path, database_url: str
) -> None:
    """After a rotation no record needs the old key, and every kind of text opens without it."""
    database, reference = filled
    found = list(rotate(database, ring(NEW, KEY), lambda: None))
    assert {item.table for item in found if item.done} == set(used(database))
    assert [item for item in found if item.broken or item.left] == []
    assert needed_keys(database) == {"2026-12-01"}
    read(tmp_path, database_url, ring(NEW), reference)


def test_killed_in_the_middle_it_goes_on(
    filled: tuple[Database, str], tmp_path: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rotation that dies between two transactions leaves all readable, and the next one finishes it."""
    database, reference = filled
    monkeypatch.setattr(rotation, "_ROWS", 1)
    turns = iter(range(100))

    def dying(*args: object) -> object:
        if next(turns) == 3:
            raise KeyboardInterrupt
        return rewrap_page(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(rotation, "rewrap_page", dying)
    with pytest.raises(KeyboardInterrupt):
        list(rotate(database, ring(NEW, KEY), lambda: None))
    assert needed_keys(database) == {"2026-12-01", "2026-11-23"}
    read(tmp_path, database_url, ring(NEW, KEY), reference)
    list(rotate(database, ring(NEW, KEY), lambda: None))
    assert needed_keys(database) == {"2026-12-01"}
    read(tmp_path, database_url, ring(NEW), reference)


def test_who_serves_beside_it_notices_nothing(
    filled: tuple[Database, str], tmp_path: Path, database_url: str
) -> None:
    """While every key is wrapped again, reports are received, opened and worked on as ever."""
    database, reference = filled
    desk = opened(tmp_path, database_url, ring(NEW, KEY))
    ended, shown = threading.Event(), list[str]()

    def serve() -> None:
        while not ended.is_set() or len(shown) < 3:
            shown.append(desk.press("farid", "case.details", reference))
            desk.report("ana", kind="colleague")
            time.sleep(0.01)

    serving = threading.Thread(target=serve)
    serving.start()
    for _ in range(5):
        list(rotate(database, ring(NEW, KEY), lambda: time.sleep(0.02)))
    ended.set()
    serving.join(30)
    assert [text_ for text_ in shown if NARRATIVE not in text_] == []
    assert needed_keys(database) == {"2026-12-01"}
    desk.close()


def test_a_broken_record_holds_up_no_other(filled: tuple[Database, str]) -> None:
    """A record that no key opens is counted and left as it is; all others are wrapped again."""
    database, _ = filled
    with database.transaction() as tx:
        tx.execute(text("UPDATE teams_references SET key_id = 'gone'"))
    found = {item.table: item for item in rotate(database, ring(NEW, KEY), lambda: None)}
    assert (found["teams_references"].done, found["teams_references"].broken) == (0, 1)
    assert needed_keys(database) == {"2026-12-01", "gone"}


@pytest.mark.parametrize("table", [table.name for table in sealed_tables()])
def test_a_key_that_any_table_needs_is_asked_for(filled: tuple[Database, str], table: str) -> None:
    """Where a record of any table needs a key that is not given, nothing starts, and both are named."""
    database, _ = filled
    with database.transaction() as tx:
        tx.execute(text(f"UPDATE {table} SET key_id = '2025-01'"))
    with (
        database.transaction() as tx,
        pytest.raises(KeyFault, match=rf"2025-01 \(for {table}\).*Put each back"),
    ):
        open_vault(tx, ring(NEW, KEY))


def test_another_ring_at_work_is_seen_for_a_minute(filled: tuple[Database, str]) -> None:
    """A server with other keys is noticed as long as it says so; with the same keys it is no matter."""
    database, _ = filled
    with database.transaction() as tx:
        say_ring(tx, ring(NEW, KEY), START)
        assert not others_serve(tx, ring(NEW, KEY), START)
        say_ring(tx, ring(KEY), START)
        assert others_serve(tx, ring(NEW, KEY), START)
        later = START + timedelta(minutes=2)
        assert not others_serve(tx, ring(NEW, KEY), later)
