"""From the commit of a report to its card at a platform that takes it at once, with one worker and more."""

from __future__ import annotations

import asyncio
import multiprocessing
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread
from typing import Any

from sqlalchemy import func, select

from bench.measures import percentiles
from bot.app import new_tokens
from bot.delivery.sender import Target
from bot.delivery.worker import Worker
from bot.domain.messages import Message
from bot.storage.schema import outbox, reports
from tests.support.desk import Desk, Notebook

_APART_S = 0.05
_PATIENCE_S = 60.0
_WARM = 40
Wake = Callable[[], None]


class Nobody(Notebook):
    """A platform that takes everything at once, and keeps nothing."""

    async def post(self, target: Target, message: Message, key: str, thread: str = "") -> str:  # noqa: ARG002
        return key[:64]

    async def edit(self, target: Target, message_id: str, message: Message) -> None: ...


@dataclass(frozen=True)
class Times:
    """From the commit to the record that a report's card was taken; and how fast a heap of them goes."""

    database: str
    workers: int
    reports: int
    p50_ms: float
    p99_ms: float
    a_second: float


def measure_times(name: str, url: str, workers: int, rounds: int) -> Times:
    """Reports one by one while the workers wait for them; then as many at once before they start."""
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk.open(Path(folder), database_url=url)
        with _working(desk, url, workers) as wake:
            # A worker's first messages cost what it reads and compiles once in its life.
            _one_by_one(desk, _WARM, wake)
            late = _one_by_one(desk, rounds, wake)
        _submit(desk, rounds)
        owed = _left(desk)
        with _working(desk, url, workers):
            began = time.perf_counter()
            _wait_until_none(desk)
            took = time.perf_counter() - began
        desk.close()
    half, high = percentiles(late)
    return Times(name, workers, rounds, half, high, owed / took)


@contextmanager
def _working(desk: Desk, url: str, workers: int) -> Iterator[Wake]:
    """Workers in processes of their own, or the one of SQLite in a thread of this one."""
    if not desk.product.database.is_shared:
        with _thread(desk) as wake:
            yield wake
        return
    fork = multiprocessing.get_context("fork")
    ready, stop = fork.Barrier(workers + 1), fork.Event()
    processes = [fork.Process(target=_process, args=(url, ready, stop)) for _ in range(workers)]
    for process in processes:
        process.start()
    ready.wait(_PATIENCE_S)
    # They hear of a commit from PostgreSQL.
    yield lambda: None
    stop.set()
    for process in processes:
        process.join()


def _process(url: str, ready: Any, stop: Any) -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk.open(Path(folder), database_url=url)
        with _thread(desk):
            ready.wait(_PATIENCE_S)
            stop.wait()
        desk.close()


@contextmanager
def _thread(desk: Desk) -> Iterator[Wake]:
    """One worker with everything that wakes it, until the end."""
    loop = asyncio.new_event_loop()
    worker = Worker(desk.product.context, {"playground": Nobody()}, asyncio.to_thread, _now, lambda: 0.5)

    def wake() -> None:
        loop.call_soon_threadsafe(worker.wake.set)

    listener = desk.product.database.listener()
    threads = [Thread(target=listener.listen, args=(wake,))] if listener else []
    task = loop.create_task(worker.forever())
    threads.append(Thread(target=loop.run_forever))
    for thread in threads:
        thread.start()
    yield wake
    if listener:
        listener.end()
    loop.call_soon_threadsafe(task.cancel)
    time.sleep(0.2)
    loop.call_soon_threadsafe(loop.stop)
    for thread in threads:
        thread.join()
    loop.close()


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - what is measured is real time


def _submit(desk: Desk, count: int) -> dict[str, datetime]:
    """As many reports, and when the commit of each had returned."""
    committed = {}
    for _ in range(count):
        desk.now = _now()
        reference = desk.report("ana", new_tokens(), kind="colleague").reference
        committed[reference] = _now()
    return committed


def _one_by_one(desk: Desk, count: int, wake: Wake) -> list[float]:
    committed: dict[str, datetime] = {}
    for _ in range(count):
        committed |= _submit(desk, 1)
        wake()
        time.sleep(_APART_S)
    _wait_until_none(desk)
    query = select(reports.c.reference, outbox.c.sent_at).join(outbox, outbox.c.report_id == reports.c.id)
    cards = query.where(outbox.c.key.like("card:%:flt_channel:1"))
    with desk.product.database.transaction() as tx:
        sent = {row.reference: row.sent_at for row in tx.execute(cards)}
    return [max(0.0, (sent[name] - at).total_seconds()) for name, at in committed.items()]


def _left(desk: Desk) -> int:
    waiting = select(func.count()).where(outbox.c.state.in_(("pending", "sending")))
    with desk.product.database.transaction() as tx:
        return int(tx.execute(waiting).scalar_one())


def _wait_until_none(desk: Desk) -> None:
    ends = time.monotonic() + _PATIENCE_S
    while _left(desk) and time.monotonic() < ends:
        time.sleep(0.02)
