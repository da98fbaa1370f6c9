"""A real server, really killed: what was received is delivered, once, after the restart."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.acceptance.reporting import Caller, report_accident
from tests.acceptance.server import Server

pytestmark = pytest.mark.process

_AT_LEAST, _AT_MOST = 3, 15


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server of its own."""
    found = Server(tmp_path)
    found.start()
    yield found
    found.stop()


def undelivered(server: Server) -> int:
    # Not read-only: a kill in the middle of a commit leaves a journal, which anybody who opens rolls back.
    with closing(sqlite3.connect(server.database, timeout=30)) as database:
        query = "SELECT count(*) FROM outbox WHERE recipient = 'flt_channel' AND state != 'sent'"
        return int(database.execute(query).fetchone()[0])


def cards(server: Server, references: list[str]) -> dict[str, int]:
    """How often each report's card stands in the FLT's channel, as a page that is opened shows it."""
    page = server.page()
    headings = re.findall(r'<h3 class="heading"[^>]*>(FED-[0-9A-Z]{4}) · ', page)
    return {reference: headings.count(reference) for reference in references}


def test_killed_between_received_and_delivered(server: Server) -> None:
    """After kill -9 at "received", each report's card is seen exactly once when the server is back."""
    references: list[str] = []
    cut_off = 0
    # The delivery follows the commit by milliseconds: kill until one of them was cut off.
    while len(references) < _AT_LEAST or (not cut_off and len(references) < _AT_MOST):
        references.append(report_accident(server))
        server.kill()
        cut_off += undelivered(server)
        server.start()
    server.wait_until(lambda: undelivered(server) == 0)
    assert cards(server, references) == dict.fromkeys(references, 1)
    # Without one report cut off before its delivery the test would have proved nothing.
    assert cut_off > 0


def test_half_a_report_survives_a_kill(server: Server) -> None:
    """A journey that was half-written when the server was killed goes on at the same question."""
    caller = Caller(server, "joe")
    caller.say("report")
    step = caller.press("No")
    server.kill()
    server.start()
    assert "Which school is this about?" in step
    assert "Which school is this about?" in caller.say("resume")
