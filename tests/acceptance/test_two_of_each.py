"""Two webs and two workers on one PostgreSQL, one of them killed and the database restarted under load."""

from __future__ import annotations

import re
import secrets
import threading
import urllib.error
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest

from bot.storage.crypto import new_key
from tests.acceptance.reporting import Caller, report_accident
from tests.acceptance.server import Server
from tests.support.postgres import Cluster

pytestmark = pytest.mark.postgres
_REPORTS = 200
_STAFF = ("ana", "joe", "priya")
_PATIENCE = 300


class House:
    """Two of each, on one database."""

    def __init__(self, folder: Path, url: str) -> None:
        self._url = url.replace("+psycopg", "")
        keys = new_key("2026-11-22", secrets.token_bytes)
        names = ("web-1", "web-2", "worker-1", "worker-2")
        for name in names:
            (folder / name).mkdir()
        processes = [Server(folder / name, name[:-2], DATABASE_URL=url, SIGNPOST_KEYS=keys) for name in names]
        self.webs, self.workers = processes[:2], processes[2:]

    def start(self) -> None:
        """Start all four at once, on an empty database."""
        with ThreadPoolExecutor() as together:
            list(together.map(Server.start, (*self.webs, *self.workers)))

    def stop(self) -> None:
        """Ask all four to stop."""
        for process in (*self.webs, *self.workers):
            process.stop()

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """What the database says."""
        with psycopg.connect(self._url) as connection:
            return connection.execute(query.encode()).fetchall()


@pytest.fixture
def house(tmp_path: Path, cluster: Cluster) -> Iterator[House]:
    """Two webs and two workers, all started at once on a database without any table."""
    with ExitStack() as ending, cluster.new_database("template0") as url:
        found = House(tmp_path, url)
        ending.callback(found.stop)
        found.start()
        yield found
        found.stop()


class Staff:
    """People who report one case after another, at either web, and try again where it is not saved."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._lock = threading.Lock()
        self._left = _REPORTS
        self.received: list[str] = []
        self.told_not: int = 0

    def report(self, user: str) -> None:
        """Until all are received."""
        while self._take():
            server = self._house.webs[self._left % 2]
            while True:
                try:
                    self.received.append(report_accident(server, user))
                    break
                except (AssertionError, urllib.error.URLError, OSError):
                    # Told that it is not saved, in the middle of the restart: begin again.
                    self.told_not += 1
                    assert self.told_not < _PATIENCE
                    self._begin_again(server, user)

    def _begin_again(self, server: Server, user: str) -> None:
        threading.Event().wait(0.1)
        with suppress(AssertionError, urllib.error.URLError, OSError):
            caller = Caller(server, user)
            caller.say("cancel")
            caller.press("Yes, cancel it")

    def _take(self) -> bool:
        with self._lock:
            self._left -= 1
            return self._left >= 0

    def wait_for(self, share: float) -> None:
        """Wait until so much of them is received."""
        tick = threading.Event()
        while len(self.received) < share * _REPORTS:
            tick.wait(0.05)


def test_under_load_nothing_is_lost_or_doubled(house: House, cluster: Cluster) -> None:
    """Of 200 reports each one received is told of once, though a worker dies and the database restarts."""
    staff = Staff(house)
    with ThreadPoolExecutor() as together:
        people = [together.submit(staff.report, user) for user in _STAFF]
        staff.wait_for(0.3)
        house.workers[0].kill()
        staff.wait_for(0.5)
        house.workers[0].start()
        cluster.stop()
        cluster.start()
        for person in people:
            person.result()
    owed = "SELECT count(*) FROM outbox WHERE state <> 'sent'"
    house.webs[0].wait_until(lambda: house.ask(owed) == [(0,)])
    stored = {reference for (reference,) in house.ask("SELECT reference FROM reports")}
    assert len(staff.received) == len(set(staff.received)) == _REPORTS
    assert set(staff.received) <= stored
    # Anybody who was told that it is not saved began again: at most that many are there unasked for.
    assert len(stored) <= _REPORTS + staff.told_not
    deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    assert house.ask(deadlocks) == [(0,)]
    page = house.webs[1].page()
    headings = Counter(re.findall(r'<h3 class="heading"[^>]*>(FED-[0-9A-Z]{4}) · ', page))
    assert headings == Counter(stored)
