"""Reminders of accounts: of an application, the yearly review; what is old, and the first entries."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.accounts.course import moved, pending, review_of, stored, tell, timer
from bot.accounts.leavers import WATCHED, see_who_is_left
from bot.accounts.people import holders
from bot.casework.context import Context, Work
from bot.content.account_texts import Timed
from bot.domain.accounts import (
    LEAST_STAFF,
    PERSON,
    REGISTERED,
    AccountEvent,
    AccountStage,
    Details,
    Runner,
)
from bot.domain.roster import Account
from bot.storage.accounts import (
    AccountEntry,
    add_account,
    all_accounts,
    due_account,
    due_accounts,
    find_account,
    forget_account,
    older_than,
)
from bot.storage.database import StorageUnavailable

_S = AccountStage
_SEED_ID = 32
# Nobody waits for it by the minute that somebody has left.
_WATCH_EVERY = timedelta(minutes=1)
log = structlog.get_logger()


@dataclass
class Watch:
    """One worker's look at accounts. A fault in one of them is logged and holds up no other."""

    _seeded: bool = False
    _watched: datetime | None = None

    def look(self, context: Context, now: datetime) -> None:
        """Do all that is due. Raises StorageUnavailable."""
        if not self._seeded:
            _safely(context, now, sorted(context.current.at_start.federation.accounts), _seed)
            self._seeded = True
        if not context.paused:
            # Those who were reminded could do nothing: their presses are not taken.
            with context.database.transaction() as tx:
                due = due_accounts(tx, now)
            _safely(context, now, due, _remind)
        if self._watched is not None and timedelta() <= now - self._watched < _WATCH_EVERY:
            return
        self._watched = now
        with context.database.transaction() as tx:
            watched = [one.id for one in all_accounts(tx, context.vault, WATCHED)]
        _safely(context, now, watched, see_who_is_left)


def _safely(context: Context, now: datetime, names: Iterable[str], do: Callable[[Work, str], None]) -> None:
    """Do it with each, in a transaction of its own."""
    for name in names:
        try:
            with context.database.transaction() as tx:
                do(Work(tx, context, now), name)
        except StorageUnavailable:
            raise
        except Exception:
            log.exception("account_broken")


def _seed(work: Work, name: str) -> None:
    """An account of federation.yml is on the register: as it stands there, until Signpost changes it."""
    account = work.context.current.at_start.federation.account(name)
    known = [one for one in all_accounts(work.tx, work.context.vault) if one.name == name]
    if any(one.stage in (*REGISTERED, _S.CLOSED) and not one.details.seed for one in known):
        return
    own = work.context.vault.blind("account", name)[:_SEED_ID]
    details = _details_of(work, account)
    entry = AccountEntry(own, _S.LIVE, work.now, details, remind_at=datetime.fromisoformat(details.review_at))
    if add_account(work.tx, work.context.vault, entry):
        return
    before = find_account(work.tx, work.context.vault, own)
    if before is not None and before.stage is _S.LIVE and before.details.seed:
        kept = replace(details, review_at=before.details.review_at)
        if kept != before.details:
            stored(work, replace(before, details=kept))


def _details_of(work: Work, account: Account) -> Details:
    count = len(work.context.world.accounts.rules)
    review = work.now + timedelta(days=work.context.world.accounts.review_days)
    answers = {"name": (account.name,), **({"school": (account.school,)} if account.school else {})}
    return Details(
        answers=answers,
        runners=tuple(
            Runner(f"{PERSON}{one}", work.context.name(one), confirmed=count) for one in account.runners
        ),
        seed=True,
        # Known from the beginning: nobody is told of it because of an upgrade.
        flagged=len(account.runners) < LEAST_STAFF,
        page=account.page,
        live_since=account.since.isoformat() if account.since else "",
        review_at=review.isoformat(),
    )


def _remind(work: Work, entry_id: str) -> None:
    """Remind the people it waits for, each time one more; a live account falls due for its review."""
    entry = due_account(work.tx, work.context.vault, entry_id, work.now)
    if entry is None:
        return
    if entry.stage is _S.LIVE and review_of(work, entry) <= work.now:
        moved(work, entry, AccountEvent.FALL_DUE)
        return
    target = work.context.world.accounts.targets.find(entry.stage.value)
    if target is None:
        return
    entry = replace(entry, reminded=entry.reminded + 1)
    entry = stored(work, replace(entry, remind_at=timer(work, entry)))
    whom = [who for role in target.to[: entry.reminded] for who in _chased(work, entry, role)]
    kind: Timed = next(name for name in work.context.world.accounts.targets if name == entry.stage.value)
    tell(work, entry, whom, kind)


def _chased(work: Work, entry: AccountEntry, role: str) -> tuple[str, ...]:
    if role == "runners":
        left = pending(work, entry)
        paper = holders(work.context, "sbm", entry) if any(one.on_paper for one in left) else ()
        return (*(one.who for one in left), *paper)
    if role == "applicant":
        return (entry.details.applicant,)
    return holders(work.context, role, entry)


def forget_old(work: Work) -> None:
    """Delete what has outlived its period; a closed account not while federation.yml names it still."""
    registers, federation = work.context.retention.registers, work.context.current.at_start.federation
    refused, closed = registers["accounts_refused"].days, registers["accounts_closed"].days
    days = {
        _S.REJECTED: refused,
        _S.WITHDRAWN: refused,
        _S.CLOSED: closed,
        _S.DRAFT: federation.session_days,
    }
    for stage, kept in days.items():
        for entry_id in older_than(work.tx, stage, work.now - timedelta(days=kept)):
            entry = find_account(work.tx, work.context.vault, entry_id)
            if entry is None or (stage is _S.CLOSED and entry.name in federation.accounts):
                continue
            forget_account(work.tx, entry_id)
