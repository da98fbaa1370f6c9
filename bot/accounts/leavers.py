"""People who left: they run no account any more, and what follows from that (32)."""

from __future__ import annotations

from dataclasses import replace

from bot.accounts.acts import declined, not_taken_over, withdrawn
from bot.accounts.course import moved, stored, tell, under_two
from bot.accounts.people import holders, is_here
from bot.casework.context import Work
from bot.domain.accounts import REGISTERED, USER, AccountEvent, AccountStage, Runner, identity
from bot.domain.turns import Sender
from bot.storage.accounts import AccountEntry, all_accounts, find_account

_S = AccountStage
WATCHED = (_S.ATTESTING, _S.WITH_SBM, _S.WITH_FLT, _S.CREATING, *REGISTERED)


def account_gone(work: Work, sender: Sender) -> None:
    """Their account on a platform was closed: those known by it alone run nothing any more (32).

    Who is on the roster works here as long as the roster says so.
    """
    who = f"{USER}{sender.platform}:{sender.user}"
    for entry in all_accounts(work.tx, work.context.vault, WATCHED):
        see_who_is_left(work, entry.id, who)


def see_who_is_left(work: Work, entry_id: str, left: str = "") -> None:
    """People who left, and `left`, run no account any more: see what follows (32)."""
    entry = find_account(work.tx, work.context.vault, entry_id)
    if entry is None or entry.stage not in WATCHED:
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
    incoming = entry.details.incoming
    if entry.stage is _S.TRANSFERRING and (lost := _gone(work, incoming, has_left)):
        others = tuple(one for one in incoming if one not in lost)
        entry = not_taken_over(work, entry, AccountEvent.LEAVE, others)
    _flag(work, entry)


def _flag(work: Work, entry: AccountEntry) -> None:
    """The leadership team is told once that fewer than two members of staff run it."""
    few = under_two(work, entry)
    if few == entry.details.flagged:
        return
    entry = stored(work, replace(entry, details=replace(entry.details, flagged=few)))
    if few:
        tell(work, entry, holders(work.context, "flt", entry), "under_two")
