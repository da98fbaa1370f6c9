"""What a stolen database shows of all that people write: nothing, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.casework import auditing
from bot.casework.context import Work
from bot.domain.turns import Said, Submitted
from bot.storage import playground, teams
from tests.support.desk import CLOSING, Desk
from tests.support.files import contents, database_bytes
from tests.support.postgres import Cluster

# One for each kind of text, so that a leak says where it comes from.
NARRATIVE, NOTE, QUESTION = "Quetzalnarrative", "Quetzalnote", "Quetzalquestion"
ANSWER, REASON, ADVICE, ADDED = "Quetzalanswer", "Quetzalreason", "Quetzaladvice", "Quetzaladded"
POSTED, WAY, DETAIL = "Quetzalposted", "Quetzalway", "Quetzaldetail"
REPORTER = "Ana Silva"
WORDS = (NARRATIVE, NOTE, QUESTION, ANSWER, REASON, ADVICE, ADDED, POSTED, WAY, DETAIL, REPORTER)


def write_everything(desk: Desk) -> None:
    """Each kind of text that is stored, once."""
    reference = desk.report("ana", kind="colleague", narrative=NARRATIVE).reference
    desk.work()
    desk.press("farid", "case.acknowledge", reference)
    desk.fill("farid", "case.note", reference, note=NOTE)
    desk.fill("farid", "case.ask", reference, question=QUESTION)
    desk.fill("farid", "case.refer", reference, agency="lado", at="2026-11-23 08:00", advice=ADVICE)
    for action, words in (("report.answer", ANSWER), ("report.add", ADDED)):
        desk.send("ana", Submitted(action, reference, {"text": (words,), "reference": (reference,)}))
    desk.close_case("farid", reference, outcome="advice_given", reason=f"{REASON}, said to both.", **CLOSING)
    desk.send("joe", Said("report"))
    vault = desk.product.context.vault
    with desk.product.database.transaction() as tx:
        playground.post(tx, vault, "flt", "k", POSTED, desk.now)
        teams.remember(tx, vault, "farid", WAY, desk.now)
        auditing.note(Work(tx, desk.product.context, desk.now), None, "refused", pressed=DETAIL)
    details = desk.press("farid", "case.details", reference)
    # All of it is there for anybody who may read it.
    assert [
        word for word in (NARRATIVE, NOTE, QUESTION, REASON, ADVICE, REPORTER) if word not in details
    ] == []


def shown(raw: bytes) -> list[str]:
    """Which words can be read in it, as text or as PostgreSQL writes bytes."""
    return [word for word in WORDS if word.encode() in raw or word.encode().hex().encode() in raw]


@pytest.mark.in_full
def test_a_stolen_file_shows_no_text(tmp_path: Path) -> None:
    """Neither the SQLite file nor a journal beside it holds a word, while it is in use."""
    desk = Desk.open(tmp_path)
    write_everything(desk)
    assert shown(database_bytes(tmp_path)) == []
    desk.close()


@pytest.mark.in_full
def test_deleted_text_is_zeroed(tmp_path: Path) -> None:
    """SQLite overwrites what is deleted: the setting is on for every connection."""
    desk = Desk.open(tmp_path)
    with desk.product.database.transaction() as tx:
        assert tx.exec_driver_sql("PRAGMA secure_delete").scalar() == 1
    desk.close()


@pytest.mark.postgres
def test_a_stolen_dump_shows_no_text(cluster: Cluster, postgres_url: str, tmp_path: Path) -> None:
    """A dump of PostgreSQL in plain text holds no word either, written out or as bytes."""
    desk = Desk.open(tmp_path, database_url=postgres_url)
    write_everything(desk)
    dump = tmp_path / "stolen.sql"
    cluster.run("pg_dump", "--format=plain", f"--file={dump}", postgres_url.replace("+psycopg", ""))
    desk.close()
    assert b"FED-" in dump.read_bytes()
    assert shown(dump.read_bytes()) == []


@pytest.mark.postgres
def test_the_servers_own_files_and_log_show_no_text(
    cluster: Cluster, postgres_url: str, tmp_path: Path
) -> None:
    """A PostgreSQL that logs each statement with its values holds no word in log, tables or WAL."""
    for name in ("log_statement = 'all'", "log_parameter_max_length = -1", "log_min_messages = 'log'"):
        cluster.execute(f"ALTER SYSTEM SET {name}")
    cluster.execute("SELECT pg_reload_conf()")
    try:
        desk = Desk.open(tmp_path, database_url=postgres_url)
        write_everything(desk)
        desk.close()
        cluster.execute("CHECKPOINT")
        held = [word for _, kept in contents(cluster.folder) for word in shown(kept)]
        assert "INSERT INTO reports" in (cluster.folder / "log").read_text(errors="replace")
        assert held == []
    finally:
        cluster.execute("ALTER SYSTEM RESET ALL")
        cluster.execute("SELECT pg_reload_conf()")
