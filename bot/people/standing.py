"""How things stand at this moment: the roster of the configuration with the changes that two people made.

Read at the start of each event and of each of the worker's turns; as long as nothing has changed it costs
one short look.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot.casework.context import Context, CurrentWorld, Stand, Work
from bot.domain.access import Decision, has_duty
from bot.domain.accounts import REGISTERED, AccountStage, with_register
from bot.domain.gaps import Live, in_force
from bot.domain.roster import WHATS, Change, Folded, Roster, at, fold, holds_until
from bot.storage import standing
from bot.storage.accounts import all_accounts
from bot.storage.approvals import confirmed
from bot.storage.database import Transaction
from bot.storage.gaps import live_answers

ROSTER: Decision = "roster"
_ACCOUNT = "account."


def refresh(work: Work) -> None:
    """See what another process, or time, has changed since the last look."""
    version, _ = standing.read(work.tx)
    held = work.context.current.stand
    # Never back to what another thread has seen to be out of date.
    if version >= held.version and not held.is_of(version, work.now):
        work.context.current.stand = stand_now(work)


def stand_now(work: Work) -> Stand:
    """How things stand in this very transaction."""
    version, paused = standing.read(work.tx)
    roster = folded(work.tx, work.context).roster
    passed = [turn for item in roster.absences for turn in (item.start, item.end) if turn <= work.now]
    world = work.context.current.at_start
    federation = replace(world.federation, roster=at(roster, work.now))
    entries = all_accounts(work.tx, work.context.vault, (*REGISTERED, AccountStage.CLOSED))
    federation = with_register(federation, [(entry.stage, entry.details) for entry in entries])
    since, until = max(passed, default=None), holds_until(roster, work.now)
    live = _in_force(work, federation.roster)
    return Stand(replace(world, federation=federation, live=live), version, paused, since, until)


def _in_force(work: Work, roster: Roster) -> tuple[Live, ...]:
    """The signed answers whose signer may sign still, and whose clause is as it was signed."""
    duties = work.context.current.at_start.duties
    signers = {
        one for one in roster.people if has_duty(duties, "sign_gap", roster.every_role_of(one), runs=False)
    }
    answers = live_answers(work.tx, work.context.vault)
    clauses = work.context.current.at_start.policy.clauses
    quotes = {clause.id: clause.quote for clause in clauses.values()}
    return tuple(one for one in answers if in_force(one.answer, signers, quotes))


def as_of(context: Context, stand: Stand) -> Context:
    """The same context for things as they stand there, whatever other threads see meanwhile."""
    current = CurrentWorld(context.current.at_start)
    current.stand = stand
    return replace(context, current=current)


def folded(tx: Transaction, context: Context) -> Folded:
    """The configuration's roster after every change, and the changes that do not fit it any more."""
    federation = context.current.at_start.federation
    schools = {school.id for school in federation.schools}
    changes = [change_of(item.detail) for item in confirmed(tx, context.vault, ROSTER)]
    return fold(federation.roster, changes, schools)


def change_of(detail: Mapping[str, str]) -> Change:
    """The change that is stored so."""
    plain = {name: detail.get(name, "") for name in ("person", "name", "role", "school", "platform", "to")}
    what = next(what for what in WHATS if what == detail["what"])
    accounts = {name.removeprefix(_ACCOUNT): user for name, user in detail.items() if _ACCOUNT in name}
    start, end = (
        datetime.fromisoformat(detail[name]) if name in detail else None for name in ("start", "end")
    )
    return Change(what, accounts=accounts, start=start, end=end, **plain)


def detail_of(change: Change) -> dict[str, str]:
    """A change as it is stored."""
    plain = ("what", "person", "name", "role", "school", "platform", "to")
    kept = {name: str(getattr(change, name)) for name in plain}
    times = {"start": change.start, "end": change.end}
    kept |= {name: moment.isoformat() for name, moment in times.items() if moment}
    kept |= {f"{_ACCOUNT}{platform}": user for platform, user in change.accounts.items()}
    return {name: value for name, value in kept.items() if value}
