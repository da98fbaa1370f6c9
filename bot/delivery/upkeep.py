"""What a worker does beside sending: roster, ladders, digest, channel, expiry, heartbeat."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from bot.accounts import reminders as account_reminders
from bot.campaigns.reminders import Rounds
from bot.casework.context import Context, Stand, Work
from bot.consulting import questions
from bot.delivery import announcements, ladder, redraw, reviews, undelivered
from bot.gaps import askers
from bot.gaps import reminders as gap_reminders
from bot.people import holders, standing
from bot.people.approvals import tell_of_run_out
from bot.replies import reminders as reply_reminders
from bot.staff.register import forget_left
from bot.storage import conversations, heartbeats, outbox
from bot.storage.database import StorageUnavailable

# Not at every poll: each write costs an fsync.
_CLEAR_EVERY = timedelta(seconds=10)
# What ran out while no worker was there is found at the next start.
_LONGEST_STOP = timedelta(days=30)


@dataclass
class Housekeeping:
    """One process's. Raises StorageUnavailable, and is due again in ten seconds."""

    _done: datetime | None = None
    # Of what has run out by then the buttons are gone, or owed.
    _run_out: datetime | None = None

    def look(self, context: Context, now: datetime) -> None:
        """Do it where the last time was long enough ago, or the clock was put back since."""
        if self._done is not None and timedelta() <= now - self._done < _CLEAR_EVERY:
            return
        self._done = now
        context.database.leave_no_trace()
        with context.database.transaction() as tx:
            tell_of_run_out(Work(tx, context, now), self._run_out or now - _LONGEST_STOP)
            reply_reminders.forget_old(Work(tx, context, now))
            askers.forget_old(Work(tx, context, now))
            account_reminders.forget_old(Work(tx, context, now))
            questions.forget_old(Work(tx, context, now))
            forget_left(tx, context.world.federation, now)
            conversations.forget_expired(tx, now)
            heartbeats.beat(tx, "worker", now)
        self._run_out = now


log = structlog.get_logger()

# Not at every look at the outbox: each commit of a report wakes every worker, and on PostgreSQL four of
# them that did all this each time were no faster than one.
_CHECK_EVERY = timedelta(seconds=1)
# A press that was under way when the roster changed is stored by then: longer than any may take.
_UNDER_WAY = timedelta(seconds=10)


@dataclass
class Upkeep:
    """The upkeep of one worker. What it leaves undone because of a fault, the next time does."""

    context: Context
    _done: datetime | None = None
    _was_withheld: bool = False
    # What was settled, and the digest that was owed, when this process last looked.
    _settled: Stand | None = None
    _settles_again: datetime | None = None
    _digested: str = ""
    _digest_broken: bool = False
    _alarmed: str = ""
    _accounts: account_reminders.Watch = field(default_factory=account_reminders.Watch)
    _owner_told: bool = False
    _housekeeping: Housekeeping = field(default_factory=Housekeeping)
    _campaigns: Rounds = field(default_factory=Rounds)
    _questions: questions.Watch = field(default_factory=questions.Watch)
    _drawings: redraw.Watch = field(default_factory=redraw.Watch)

    def at_once(self) -> None:
        """Next time it is due: what could not be sent may have brought a step of a ladder forward."""
        self._done = None

    def when_due(self, now: datetime) -> None:
        """Do all of it, where the last time was a second ago or the clock was put back since."""
        if self._done is not None and timedelta() <= now - self._done < _CHECK_EVERY:
            return
        self._follow_roster(now)
        ladder.climb_due(self.context, now)
        reply_reminders.remind_due(self.context, now)
        self._accounts.look(self.context, now)
        self._campaigns.look(self.context, now)
        gap_reminders.remind_due(self.context, now)
        self._questions.look(self.context, now)
        self._drawings.look(self.context, now)
        self._housekeeping.look(self.context, now)
        self._see_to_channel(now)
        self._done = now

    def _follow_roster(self, now: datetime) -> None:
        """See what has changed on the roster, and do what follows from it, before anything else."""
        with self.context.database.transaction() as tx:
            standing.refresh(Work(tx, self.context, now))
            stand = self.context.current.stand
        self._see_to_digest(now)
        self._tell_owner(now)
        if stand is not self._settled or self._is_due_again(now):
            holders.settle_safely(self.context, now)
            gap_reminders.lapse(self.context, now)
            # Cases are looked at without a lock: what somebody was just taking is seen the second time.
            self._settles_again = now + _UNDER_WAY if stand is not self._settled else None
            self._settled = stand

    def _see_to_digest(self, now: datetime) -> None:
        """Owe it where it is due. A fault in it holds up nothing else, and is logged once."""
        try:
            due = announcements.slot(self.context, now)
            if due and due != self._digested:
                with self.context.database.transaction() as tx:
                    announcements.owe(Work(tx, self.context, now), due)
        except StorageUnavailable:
            raise
        except Exception:
            if not self._digest_broken:
                log.exception("digest_broken")
            self._digest_broken = True
        else:
            self._digested, self._digest_broken = due, False

    def _tell_owner(self, now: datetime) -> None:
        """Once a process: what a policy holds back changes at a start alone."""
        if not self._owner_told:
            with self.context.database.transaction() as tx:
                reviews.owe(Work(tx, self.context, now))
            self._owner_told = True

    def _is_due_again(self, now: datetime) -> bool:
        again = self._settles_again
        # A clock that was put back holds it up no longer either.
        return again is not None and not now < again <= now + _UNDER_WAY

    def _see_to_channel(self, now: datetime) -> None:
        with self.context.database.transaction() as tx:
            withheld = bool(self.context.channel.reason)
            if self._was_withheld and not withheld:
                outbox.hasten_held(tx, now)
            self._alarmed = undelivered.look(Work(tx, self.context, now), self._alarmed)
            self._was_withheld = withheld
