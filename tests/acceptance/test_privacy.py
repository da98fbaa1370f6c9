"""What is left behind by a report: nothing in the database file, the tables or the logs that tells."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.acceptance.reporting import Caller
from tests.acceptance.server import Server
from tests.acceptance.traces import raw
from tests.support.desk import CLOSING

pytestmark = pytest.mark.process

NARRATIVE = "Quetzalcoatlus wrote vile remarks beneath my photograph"
REPORTER = "priya"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on which one anonymous report was sent, read, noted and closed."""
    found = Server(tmp_path_factory.mktemp("privacy"))
    try:
        found.start()
        _run(found)
        yield found
    finally:
        found.stop()


def _run(server: Server) -> None:
    caller = Caller(server, REPORTER)
    caller.say("report")
    for label in ("No", "Northgate School", "Online abuse by a colleague", "No"):
        caller.press(label)
    caller.fill(harm="none", crime="no")
    for label in ("No", "Anonymous"):
        caller.press(label)
    caller.fill(about="me", narrative=NARRATIVE, want="stop")
    reference, code = _find(r"FED-[0-9A-Z]{4}", caller), _find(r"(?:[0-9A-Z]{4}-){2}[0-9A-Z]{4}", caller)
    assert "Nothing has been sent yet" in caller.fill(receipt_typed="0000-0000-0000")
    caller.fill(receipt_typed=code)
    assert NARRATIVE in caller.text
    caller.press("Send")
    _handle(server, reference)


def _find(pattern: str, caller: Caller) -> str:
    found = re.search(pattern, caller.text)
    assert found, caller.text
    return found.group()


def _handle(server: Server, reference: str) -> None:
    server.wait_until(lambda: reference in server.page())
    farid = Caller(server, "farid")
    farid.say("cases")
    farid.press(f"Open {reference}")
    farid.press("Open details")
    assert NARRATIVE in farid.text
    farid.press("Acknowledge")
    farid.say("cases")
    farid.press(f"Open {reference}")
    farid.press("Close this case")
    farid.fill(outcome="advice_given", reason="Spoken to both, and agreed what happens next.", **CLOSING)
    server.wait_until(lambda: "Advice given" in server.page())
    # Only who opened the details read it: not in the channel, nor in a colleague's messages.
    assert NARRATIVE not in server.page(me="grace")


def test_the_file_holds_no_narrative(server: Server) -> None:
    """`strings` over the database file finds no word of what the reporter wrote."""
    kept = raw(server)
    for word in NARRATIVE.split():
        assert len(word) < 6 or word not in kept


def test_no_table_or_log_knows_the_anonymous_reporter(server: Server) -> None:
    """No row of any table, and no line of the log, holds the anonymous reporter's user id."""
    with closing(sqlite3.connect(server.database, timeout=30)) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        rows = {table: repr(database.execute(f"SELECT * FROM {table}").fetchall()) for table in tables}
    assert [table for table, text in rows.items() if REPORTER in text] == []
    assert rows["reports"] != "[]"
    log = server.log.read_text()
    assert REPORTER not in log
    assert "Quetzalcoatlus" not in log
