"""Reminders of accounts: of an application, the yearly review, leavers, what is old, the first entries."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from bot.accounts.acts import declined, not_taken_over, withdrawn
from bot.accounts.course import moved, pending, review_of, stored, tell, timer, under_two
from bot.accounts.people import holders, is_here
from bot.casework.context import Context, Work
from bot.content.account_texts import Timed
from bot.domain.accounts import (
    LEAST_STAFF,
    PERSON,
    REGISTERED,
    USER,
    AccountEvent,
    AccountStage,
    Details,
    Runner,
    identity,
)
from bot.domain.roster import Account
from bot.domain.turns import Sender
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
_WATCHED = (_S.ATTESTING, _S.WITH_SBM, _S.WITH_FLT, _S.CREATING, *REGISTERED)
_SEED_ID = 32
# Nobody waits for it by the minute that somebody has left.
_WATCH_EVERY = timedelta(minutes=1)
log = structlog.get_logger()


@dataclass(frozen=True)
class AccountCounts:
    """How many accounts are there, run by fewer than two members of staff, and with a review overdue."""

    live: int
    under_two: int
    overdue: int


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
            watched = [one.id for one in all_accounts(tx, context.vault, _WATCHED)]
        _safely(context, now, watched, _see_who_is_left)


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


def account_gone(work: Work, sender: Sender) -> None:
    """Their account on a platform was closed: those known by it alone run nothing any more (32).

    Who is on the roster works here as long as the roster says so.
    """
    who = f"{USER}{sender.platform}:{sender.user}"
    for entry in all_accounts(work.tx, work.context.vault, _WATCHED):
        _see_who_is_left(work, entry.id, who)


def _see_who_is_left(work: Work, entry_id: str, left: str = "") -> None:
    """People who left, and `left`, run no account any more: see what follows (32)."""
    entry = find_account(work.tx, work.context.vault, entry_id)
    if entry is None or entry.stage not in _WATCHED:
        return
    entry = _by_roster(work, entry)
    if entry.stage in REGISTERED:
        _settle_live(work, entry, left)
    elif _gone(work, (Runner(entry.details.applicant, ""),), left):
        withdrawn(work, entry)
    elif gone := _gone(work, entry.details.runners, left):
        declined(work, entry, tuple(one for one in entry.details.runners if one not in gone))


def _by_roster(work: Work, entry: AccountEntry) -> AccountEntry:
    """It with runners who joined the roster named by their roster id: from then on their leaving is seen."""
    roster, details = work.context.world.federation.roster, entry.details
    known = replace(
        details,
        applicant=identity(roster, details.applicant),
        runners=tuple(replace(one, who=identity(roster, one.who)) for one in details.runners),
        incoming=tuple(replace(one, who=identity(roster, one.who)) for one in details.incoming),
    )
    return entry if known == details else stored(work, replace(entry, details=known))


def _gone(work: Work, runners: tuple[Runner, ...], left: str) -> tuple[Runner, ...]:
    return tuple(one for one in runners if one.who == left or not is_here(work, one))


def _settle_live(work: Work, entry: AccountEntry, has_left: str) -> None:
    details, gone = entry.details, _gone(work, entry.details.runners, has_left)
    left = tuple(one for one in details.runners if one not in gone)
    if gone:
        lead_gone, details = details.runners[0] in gone, replace(details, runners=left, seed=False)
        if lead_gone and entry.stage in (_S.LIVE, _S.REVIEW_DUE):
            entry = moved(work, entry, AccountEvent.LEAVE, details)
        else:
            stays = details.lead_stays and not lead_gone
            entry = stored(work, replace(entry, details=replace(details, lead_stays=stays)))
    if entry.stage is _S.TRANSFERRING and _gone(work, entry.details.incoming, has_left):
        entry = not_taken_over(work, entry, AccountEvent.LEAVE)
    _flag(work, entry)


def _flag(work: Work, entry: AccountEntry) -> None:
    """The leadership team is told once that fewer than two members of staff run it."""
    few = under_two(work, entry)
    if few == entry.details.flagged:
        return
    entry = stored(work, replace(entry, details=replace(entry.details, flagged=few)))
    if few:
        tell(work, entry, holders(work.context, "flt", entry), "under_two")


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


def figures(work: Work) -> AccountCounts:
    """The accounts in numbers, as the governors' report wants them; no name stands in it."""
    found = all_accounts(work.tx, work.context.vault, REGISTERED)
    overdue = [one for one in found if one.stage is _S.REVIEW_DUE and one.reminded]
    return AccountCounts(len(found), sum(under_two(work, one) for one in found), len(overdue))
