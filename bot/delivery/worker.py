"""The worker: claim what is owed under a lease, send it outside any transaction, record it, retry."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.campaigns.reminders import ASK
from bot.casework.context import Context, Work
from bot.delivery import announcements, answers, asks, notices, redraw, undelivered
from bot.delivery.metrics import NOTICES
from bot.delivery.notices import NotBefore, NotYet, NowhereToSend, Outgoing
from bot.delivery.send import MOST_REFUSALS, Shown, reason_of, refusals, send
from bot.delivery.sender import (
    AbsentFault,
    DeliveryFault,
    LostFault,
    MessageSender,
    OutageFault,
    PassingFault,
    PermanentFault,
    RefusedFault,
    WithheldFault,
)
from bot.delivery.upkeep import Upkeep
from bot.domain.notices import REPORTER, Recipient
from bot.people import standing
from bot.storage import outbox
from bot.storage.answers import ANSWER, HIDE, SEALED, forget
from bot.storage.database import StorageUnavailable, Transaction
from bot.storage.drawings import REDRAW
from bot.storage.outbox import Claimed

# A dead worker's rows are anyone's after this long; a living one renews in time, three times over.
LEASE = timedelta(seconds=12)
RENEWED_EVERY_S = 3.0
# What is on its way is cut before the lease ends: its rescuer must find everything that it did.
_SHARE = 0.8


@dataclass
class _Held:
    ends: float
    sends: set[tuple[asyncio.Timeout, float]] = field(default_factory=set)


class Leases:
    """One worker's leases, by token. Times are those of the event loop, in seconds."""

    def __init__(self) -> None:
        self._held: dict[str, _Held] = {}

    @property
    def tokens(self) -> tuple[str, ...]:
        """Those that are held now."""
        return tuple(self._held)

    def take(self, token: str, began: float) -> None:
        """A claim that was begun at `began` succeeded under this token."""
        self._held[token] = _Held(_end(began))

    def drop(self, token: str) -> None:
        """Nothing is left to do under it."""
        self._held.pop(token, None)

    def renewed(self, tokens: Iterable[str], began: float) -> None:
        """A renewal that was begun at `began` succeeded: what is on its way has longer."""
        for held in filter(None, map(self._held.get, tokens)):
            held.ends = _end(began)
            for timeout, latest in held.sends:
                if not timeout.expired():
                    timeout.reschedule(min(latest, held.ends))

    @asynccontextmanager
    async def sending(self, token: str, longest_s: float) -> AsyncIterator[None]:
        """At most `longest_s` seconds, and not beyond the lease. Raises TimeoutError when it is cut."""
        now = asyncio.get_running_loop().time()
        latest, held = now + longest_s, self._held[token]
        if now >= held.ends:
            # We stood still for so long that it may be another's by now: nothing is begun under it.
            raise TimeoutError("the lease has ended")
        async with asyncio.timeout_at(min(latest, held.ends)) as timeout:
            entry = (timeout, latest)
            held.sends.add(entry)
            try:
                yield
            finally:
                held.sends.discard(entry)


def _end(began: float) -> float:
    return began + _SHARE * LEASE.total_seconds()


_FIRST_S = 2.0
# A report that nobody has must not wait long once its platform is back.
_LONGEST_S = 60.0
_LONGEST_ASKED_S = 3600.0


def delay(attempts: int, retry_after: float | None, jitter: float) -> float:
    """Seconds until the next try, after `attempts` tries (from 1). `jitter` is in [0, 1).

    What the platform asked for is honoured to the second, up to an hour; our own pace doubles up to a
    minute.
    """
    if retry_after is not None:
        return min(max(retry_after, 0.0), _LONGEST_ASKED_S)
    # The exponent is capped before it is used: 2 ** attempts must not outgrow a float.
    ours = min(_FIRST_S * 2.0 ** min(attempts - 1, 16), _LONGEST_S)
    return ours * (0.75 + 0.5 * jitter)


log = structlog.get_logger()
_BATCH = 20
_POLL_S = 1.0
_SOON_S = 0.05
# Nothing of a conversation is begun later than this after it was claimed: what was not is given back, so
# that what is newer and more urgent does not wait behind a long queue.
_SHARE_S = 5.0
# One send that takes longer is cut, and sooner where the lease could pass to another worker.
_SEND_S = 15.0
# A conversation that hangs occupies one of them; the others go on with the rest.
_HANDS = 3
# An old card that cannot be reached is tried again so often, for a week.
_UNREACHED, _UNREACHED_TRIES = timedelta(hours=1), 168
# What waits for another message is brought forward when that has gone out.
_WAIT = timedelta(minutes=1)

Run = Callable[..., Awaitable[Any]]


@dataclass
class Worker:
    """One of any number. `run` takes a plain function off the event loop; `clock` is the time."""

    context: Context
    senders: Mapping[str, MessageSender]
    run: Run
    clock: Callable[[], datetime]
    jitter: Callable[[], float]
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    _busy: frozenset[Recipient] = frozenset()
    _looks: int = 0
    _claiming: asyncio.Lock = field(default_factory=asyncio.Lock)
    _listening: asyncio.Lock = field(default_factory=asyncio.Lock)
    _leases: Leases = field(default_factory=Leases)
    _upkeep: Upkeep = field(init=False)
    # When it began to work, and the answers that it found: whatever is older may have been sent by a
    # process that knew more. Its database may be a backup that was put back.
    _began: datetime | None = None
    _found: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self._upkeep = Upkeep(self.context)

    async def forever(self) -> None:
        """Work until cancelled. A fault of the database is logged and tried again, never fatal."""
        await asyncio.gather(self._heart(), *(self._hand() for _ in range(_HANDS)))

    async def _heart(self) -> None:
        while True:
            await asyncio.sleep(RENEWED_EVERY_S)
            try:
                await self.renew()
            except StorageUnavailable as error:
                log.error("leases_not_renewed", reason=str(error))

    async def renew(self) -> None:
        """Say of every lease that is held that its holder lives."""
        if tokens := self._leases.tokens:
            began = asyncio.get_running_loop().time()
            await self.run(self._renew, tokens)
            self._leases.renewed(tokens, began)

    def _renew(self, tokens: tuple[str, ...]) -> None:
        with self.context.database.transaction() as tx:
            outbox.renew(tx, tokens, self.clock() + LEASE)

    async def _hand(self) -> None:
        while True:
            try:
                busy = await self.once()
            except StorageUnavailable as error:
                log.error("worker_storage_unavailable", reason=str(error))
                busy = 0
            if not busy:
                await self._rest()

    async def _rest(self) -> None:
        # One hand listens for all that rest: each look at the outbox costs as much as a turn.
        async with self._listening:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.wake.wait(), _POLL_S)
            self.wake.clear()

    async def once(self) -> int:
        """Climb what is overdue, send what is due; returns how many rows were claimed.

        Conversations side by side, so that a slow one holds up no other; each in the order of its rows.
        """
        async with self._claiming:
            began = asyncio.get_running_loop().time()
            self._looks += 1
            claimed: tuple[Claimed, ...] = await self.run(self._claim)
            owed: defaultdict[Recipient, list[Claimed]] = defaultdict(list)
            for item in claimed:
                owed[item.notice.recipient].append(item)
            # A new set each time: the old one may be read in a thread at this moment.
            self._busy = self._busy | owed.keys()
        if claimed:
            if len(claimed) == _BATCH:
                # Perhaps there is more than one hand can carry: the next one looks too.
                self.wake.set()
            self._leases.take(claimed[0].token, began)
            try:
                await _every(self._to(recipient, items) for recipient, items in owed.items())
            finally:
                self._leases.drop(claimed[0].token)
        return len(claimed)

    async def _to(self, recipient: Recipient, items: list[Claimed]) -> None:
        # Each reporter is somebody else, as far as the outbox knows.
        lanes: defaultdict[str, list[Claimed]] = defaultdict(list)
        for item in items:
            lanes[item.notice.report_id if recipient == REPORTER else ""].append(item)
        try:
            await _every(self._in_order(lane) for lane in lanes.values())
        finally:
            self._busy = self._busy - {recipient}
            asyncio.get_running_loop().call_later(_SOON_S, self._wake_unless_looked, self._looks)

    def _wake_unless_looked(self, looks: int) -> None:
        # A hand looks again when all that it carries is done. Where one of these is slow another looks for
        # recipients that are free by now: their messages were passed over meanwhile.
        if self._looks == looks:
            self.wake.set()

    async def _in_order(self, lane: list[Claimed]) -> None:
        began = asyncio.get_running_loop().time()
        for item in lane:
            if asyncio.get_running_loop().time() - began < _SHARE_S:
                await self._deliver(item)
            else:
                await self.run(self._give_back, item)

    def _claim(self) -> tuple[Claimed, ...]:
        now = self.clock()
        self._upkeep.when_due(now)
        with self.context.database.transaction() as tx:
            if self._began is None:
                self._began, self._found = now, outbox.waiting_ids(tx, ANSWER)
            return outbox.claim(tx, self.context.vault.new_id(), now, LEASE, _BATCH, self._busy)

    async def _deliver(self, claimed: Claimed) -> None:
        outgoing: Outgoing | None = None
        try:
            outgoing = await self.run(self._prepare, claimed)
            if outgoing is None:
                return
            async with self._leases.sending(claimed.token, _SEND_S):
                last = refusals(claimed.fault) >= MOST_REFUSALS
                shown = await send(self.senders[outgoing.platform], outgoing, last=last)
        except NotYet as why:
            await self.run(self._wait, claimed, str(why), self.clock() + _WAIT)
        except NotBefore as why:
            await self.run(self._wait, claimed, str(why), why.at)
        except (NowhereToSend, DeliveryFault, TimeoutError) as fault:
            await self.run(self._not_sent, claimed, outgoing, fault)
        except StorageUnavailable:
            raise
        except Exception as error:
            log.exception("notice_broken", action=claimed.notice.kind, attempts=claimed.attempts)
            await self._broken(claimed, outgoing, error)
        else:
            await self.run(self._record, claimed, outgoing, shown)

    async def _broken(self, claimed: Claimed, outgoing: Outgoing | None, error: Exception) -> None:
        """A fault of our own: the row waits like any other that failed, and holds up no other."""
        try:
            await self.run(self._not_sent, claimed, outgoing, error)
        except StorageUnavailable:
            raise
        except Exception:
            # Not even that: a report that cannot be opened. Its lease brings the row back.
            log.exception("notice_stuck", action=claimed.notice.kind, attempts=claimed.attempts)

    def _prepare(self, claimed: Claimed) -> Outgoing | None:
        with self.context.database.transaction() as tx:
            # Between the claim and this moment somebody may have left.
            work = Work(tx, self.context, self.clock())
            standing.refresh(work)
            outgoing = _prepared(work, claimed)
            if outgoing is None:
                outbox.finish(tx, claimed, self.clock())
                return None
            return replace(outgoing, look=self._may_be_there(claimed, outgoing))

    def _may_be_there(self, claimed: Claimed, outgoing: Outgoing) -> bool:
        """Whether the platform may have it though no row says that it was tried."""
        assert self._began is not None
        return claimed.id in self._found or (outgoing.since is not None and outgoing.since < self._began)

    def _record(self, claimed: Claimed, outgoing: Outgoing, shown: Shown) -> None:
        with self.context.database.transaction() as tx:
            work = Work(tx, self.context, self.clock())
            if claimed.notice.kind in SEALED:
                forget(tx, claimed)
            elif claimed.notice.kind == REDRAW:
                redraw.record(work, claimed, outgoing)
            else:
                notices.record(work, claimed, outgoing, shown.message_id, again=shown.again)
        self._is_up(outgoing.platform, up=True)
        NOTICES.labels("sent").inc()
        log.info("notice_sent", action=claimed.notice.kind, attempts=claimed.attempts)

    def _wait(self, claimed: Claimed, why: str, until: datetime) -> None:
        with self.context.database.transaction() as tx:
            # What is further off would look as if a clock had been put back: it is asked again on the way.
            undelivered.wait(tx, claimed, min(until, self.clock() + outbox.LONGEST), why)

    def _give_back(self, claimed: Claimed) -> None:
        with self.context.database.transaction() as tx:
            outbox.give_back(tx, claimed)

    def _is_up(self, platform: str, *, up: bool) -> None:
        outages = self.context.outages
        if (platform in outages.platforms) == up:
            outages.platforms = outages.platforms - {platform} if up else outages.platforms | {platform}

    def _not_sent(self, claimed: Claimed, outgoing: Outgoing | None, fault: Exception) -> None:
        platform = outgoing.platform if outgoing else ""
        if isinstance(fault, OutageFault):
            self._is_up(platform, up=False)
        with self.context.database.transaction() as tx:
            outcome = self._settle(tx, claimed, platform, fault)
        self._upkeep.at_once()
        NOTICES.labels(outcome).inc()
        level = log.warning if outcome == "again" else log.error
        level(f"notice_{outcome}", action=claimed.notice.kind, attempts=claimed.attempts)

    def _settle(self, tx: Transaction, claimed: Claimed, platform: str, fault: Exception) -> str:
        """Store what came of it, and what follows from it; its outcome in a word."""
        work = Work(tx, self.context, self.clock())
        if claimed.notice.kind in SEALED and _is_for_good(claimed, fault):
            forget(tx, claimed)
            return "undeliverable"
        if claimed.notice.kind == REDRAW and _is_for_good(claimed, fault):
            return self._not_redrawn(work, claimed, fault)
        match fault:
            case NowhereToSend() | PermanentFault():
                undelivered.undeliverable(work, claimed, platform, f"permanent: {fault}")
                return "undeliverable"
            case RefusedFault() if _is_for_good(claimed, fault):
                undelivered.undeliverable(work, claimed, platform, f"refused: {fault}")
                return "undeliverable"
            case OutageFault():
                undelivered.outage(work, claimed, platform, str(fault))
                return "outage"
            case WithheldFault():
                undelivered.withheld(work, claimed, str(fault))
                return "withheld"
        self._again(work, claimed, platform, fault)
        return "again"

    def _not_redrawn(self, work: Work, claimed: Claimed, fault: Exception) -> str:
        """Whether a card stands there says nothing of the next message: nobody is told of it."""
        if isinstance(fault, LostFault | AbsentFault) or claimed.attempts >= _UNREACHED_TRIES:
            outbox.finish(work.tx, claimed, work.now)
            return "undeliverable"
        # Where Signpost was taken out of the channel, or its platform is switched off at this start, the name
        # on the card would stand for good otherwise.
        undelivered.wait(work.tx, claimed, work.now + _UNREACHED, str(fault))
        return "again"

    def _again(self, work: Work, claimed: Claimed, platform: str, fault: Exception) -> None:
        retry_after = fault.retry_after if isinstance(fault, PassingFault) else None
        due_at = work.now + timedelta(seconds=delay(claimed.attempts, retry_after, self.jitter()))
        alone = claimed.notice.recipient == REPORTER or claimed.notice.kind in (*SEALED, REDRAW)
        if retry_after and not alone:
            # The platform speaks of the whole conversation: what else is owed there waits as well.
            outbox.pause(work.tx, claimed.notice.recipient, due_at)
        undelivered.again(work, claimed, due_at, reason_of(fault, claimed.fault), platform)


def _prepared(work: Work, claimed: Claimed) -> Outgoing | None:
    if claimed.notice.kind == ANSWER:
        return answers.prepare(work, claimed)
    if claimed.notice.kind == HIDE:
        return answers.prepare_hiding(work, claimed)
    if claimed.notice.kind == ASK:
        return asks.prepare(work, claimed)
    if claimed.notice.kind == REDRAW:
        return redraw.prepare(work, claimed)
    prepare = notices.prepare if claimed.notice.report_id else announcements.prepare
    return prepare(work, claimed)


def _is_for_good(claimed: Claimed, fault: Exception) -> bool:
    if isinstance(fault, RefusedFault):
        return refusals(claimed.fault) >= MOST_REFUSALS
    return isinstance(fault, NowhereToSend | PermanentFault)


async def _every(work: Iterable[Awaitable[None]]) -> None:
    """Wait for all of it, and only then raise the first fault."""
    for fault in await asyncio.gather(*work, return_exceptions=True):
        if fault is not None:
            raise fault
