"""The worker: climbs ladders, claims what is owed, sends it outside any transaction, records it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.delivery.metrics import NOTICES
from bot.delivery.retry import delay
from bot.delivery.sender import DeliveryFault, PassingFault, PermanentFault, Sender, Target, UnclearFault
from bot.services import deliveries, escalations
from bot.services.context import Context
from bot.services.deliveries import NowhereToSend, Outgoing
from bot.storage import conversations, outbox
from bot.storage.database import StorageUnavailable
from bot.storage.outbox import Claimed

log = structlog.get_logger()
LEASE = timedelta(seconds=30)
_BATCH = 10
_POLL_S = 1.0
_HOUSEKEEPING = timedelta(seconds=10)
# A send that takes longer is cut, well before its lease could pass to another worker.
_SEND_S = LEASE.total_seconds() * 0.8

Run = Callable[..., Awaitable[Any]]


@dataclass
class Worker:
    """One of any number. `run` takes a plain function off the event loop; `clock` is the time."""

    context: Context
    senders: Mapping[str, Sender]
    run: Run
    clock: Callable[[], datetime]
    jitter: Callable[[], float]
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    _housekeeping_due: datetime | None = None

    async def forever(self) -> None:
        """Work until cancelled. A fault of the database is logged and tried again, never fatal."""
        while True:
            try:
                busy = await self.once()
            except StorageUnavailable as error:
                log.error("worker_storage_unavailable", reason=str(error))
                busy = 0
            if not busy:
                await self._rest()

    async def _rest(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self.wake.wait(), _POLL_S)
        self.wake.clear()

    async def once(self) -> int:
        """Climb what is overdue, send what is due; returns how many rows were claimed."""
        claimed = await self.run(self._claim)
        for item in claimed:
            await self._deliver(item)
        return len(claimed)

    def _claim(self) -> tuple[Claimed, ...]:
        now = self.clock()
        escalations.climb_due(self.context, now)
        with self.context.database.transaction() as tx:
            if self._housekeeping_due is None or now >= self._housekeeping_due:
                # Not at every poll: each write costs an fsync.
                self._housekeeping_due = now + _HOUSEKEEPING
                conversations.forget_expired(tx, now)
                outbox.beat(tx, "worker", now)
            return outbox.claim(tx, self.context.vault.new_id(), now, LEASE, _BATCH)

    async def _deliver(self, claimed: Claimed) -> None:
        try:
            outgoing = await self.run(self._prepare, claimed)
            if outgoing is None:
                return
            message_id = await asyncio.wait_for(self._send(outgoing), _SEND_S)
        except (NowhereToSend, PermanentFault) as fault:
            await self.run(self._undeliverable, claimed, f"permanent: {fault}")
        except (PassingFault, UnclearFault, TimeoutError) as fault:
            await self.run(self._again, claimed, fault)
        except StorageUnavailable:
            raise
        except Exception:
            # One row that cannot be sent must not hold up the others; its lease brings it back.
            log.exception("notice_broken", action=claimed.notice.kind, attempts=claimed.attempts)
        else:
            await self.run(self._record, claimed, outgoing, message_id)

    async def _send(self, outgoing: Outgoing) -> str:
        sender = self.senders[outgoing.platform]
        target = Target(outgoing.platform, outgoing.conversation)
        # An earlier try may have been taken: look before sending again, so that it is seen once.
        found = (
            await sender.find(target, outgoing.key) if outgoing.unclear and not outgoing.rewrites else None
        )
        known = outgoing.rewrites or found
        if not known:
            return await sender.post(target, outgoing.message, outgoing.key)
        # What that try left there may show an older state than the one that is recorded now.
        await sender.edit(target, known, outgoing.message)
        return known

    def _prepare(self, claimed: Claimed) -> Outgoing | None:
        with self.context.database.transaction() as tx:
            outgoing = deliveries.prepare(tx, self.context, claimed)
            if outgoing is None:
                outbox.finish(tx, claimed, self.clock())
            return outgoing

    def _record(self, claimed: Claimed, outgoing: Outgoing, message_id: str) -> None:
        with self.context.database.transaction() as tx:
            deliveries.record(tx, self.context, claimed, outgoing, message_id, self.clock())
        NOTICES.labels("sent").inc()
        log.info("notice_sent", action=claimed.notice.kind, attempts=claimed.attempts)

    def _again(self, claimed: Claimed, fault: DeliveryFault | TimeoutError) -> None:
        passing = isinstance(fault, PassingFault)
        retry_after = fault.retry_after if isinstance(fault, PassingFault) else None
        wait = delay(claimed.attempts, retry_after, self.jitter())
        text = f"{'passing' if passing else 'unclear'}: {fault or 'timed out'}"
        with self.context.database.transaction() as tx:
            outbox.try_again(tx, claimed, self.clock() + timedelta(seconds=wait), text)
        NOTICES.labels("again").inc()
        log.warning(
            "notice_again", action=claimed.notice.kind, attempts=claimed.attempts, wait_s=round(wait, 1)
        )

    def _undeliverable(self, claimed: Claimed, fault: str) -> None:
        with self.context.database.transaction() as tx:
            deliveries.undeliverable(tx, self.context, claimed, fault, self.clock())
        NOTICES.labels("undeliverable").inc()
        log.error("notice_undeliverable", action=claimed.notice.kind)
