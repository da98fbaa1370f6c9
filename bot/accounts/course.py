"""The course of an application and its account: what happens to it is stored, timed and told in one step."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal, get_args

from bot.accounts.people import (
    SIGNPOST,
    AccountActor,
    actor_named,
    deciders,
    holders,
    is_here,
    may,
    note,
    owe,
)
from bot.casework.context import Work
from bot.content.account_texts import AccountTold, Timed
from bot.domain.accounts import (
    ACCOUNT_TABLE,
    ACTS,
    LEAST_STAFF,
    REGISTERED,
    AccountEvent,
    AccountStage,
    Details,
    Runner,
    identity,
    staff_among,
)
from bot.domain.messages import Button, Buttons, Heading, Message, Paragraph, Tags
from bot.domain.roster import Person
from bot.storage import standing
from bot.storage.accounts import AccountEntry, find_account, save_account
from bot.storage.outbox import Notice

Released = Literal["handed_over", "not_needed"]
_RELEASED: frozenset[str] = frozenset(get_args(Released))
_TIMED: frozenset[str] = frozenset(get_args(Timed))
_S = AccountStage


def moved(
    work: Work,
    entry: AccountEntry,
    event: AccountEvent,
    details: Details | None = None,
    by: AccountActor | None = None,
) -> AccountEntry:
    """It after this event, stored, with its timer; those who must act next are told, but for `by`.

    The event fits its stage: the caller has looked at the table.
    """
    after = ACCOUNT_TABLE[entry.stage, event]
    assert isinstance(after, AccountStage)
    changed = replace(entry, stage=after, details=details or entry.details)
    if after is entry.stage:
        return stored(work, changed)
    begun = replace(changed, since=work.now, reminded=0, remind_at=None)
    begun = stored(work, replace(begun, remind_at=timer(work, begun)))
    tell_next(work, begun, by)
    return begun


def stored(work: Work, entry: AccountEntry) -> AccountEntry:
    """A change that is no event of the table. Every process reads again what forms offer."""
    before = find_account(work.tx, work.context.vault, entry.id)
    if entry.stage in REGISTERED or (before is not None and before.stage in REGISTERED):
        standing.change(work.tx)
    return save_account(work.tx, work.context.vault, entry)


def timer(work: Work, entry: AccountEntry) -> datetime | None:
    """When somebody is reminded next: at the target, then on each working day; None for never."""
    rules, hours = work.context.world.accounts, work.context.world.federation.working_time
    target = rules.targets.find(entry.stage.value)
    if target is None:
        return None
    due = hours.end_of_day(work.now, 1 if entry.reminded else target.days)
    if entry.stage is not _S.LIVE:
        return due
    review = review_of(work, entry)
    return min(due, review) if pending(work, entry) else review


def review_of(work: Work, entry: AccountEntry) -> datetime:
    """When a live account is to be looked at again."""
    if entry.details.review_at:
        return datetime.fromisoformat(entry.details.review_at)
    return work.now + timedelta(days=work.context.world.accounts.review_days)


def unconfirmed(work: Work, entry: AccountEntry) -> tuple[Runner, ...]:
    """The runners who have rules to confirm still."""
    count = len(work.context.world.accounts.rules)
    return tuple(one for one in entry.details.runners if one.confirmed < count)


def pending(work: Work, entry: AccountEntry) -> tuple[Runner, ...]:
    """The runners who are still to do something at this stage."""
    match entry.stage:
        case _S.ATTESTING | _S.TRANSFERRING:
            return tuple(one for one in entry.asked if not one.attested)
        case _S.LIVE:
            return unconfirmed(work, entry)
        case _S.REVIEW_DUE:
            return entry.details.runners
    return ()


def _has_it_before_them(work: Work, entry: AccountEntry, actor: AccountActor) -> bool:
    """Whether what is to be done now stands on the screen of somebody who has just pressed."""
    acts = (act for act in ACTS.values() if entry.stage in act.at)
    return any(may(work.context, actor, act.duty, entry) for act in acts)


def tell_next(work: Work, entry: AccountEntry, by: AccountActor | None = None) -> None:
    """Tell those who must act now that it has come to this stage; not `by`, who has it on the screen."""
    kind = next((name for name in get_args(Timed) if name == entry.stage.value), None)
    if kind is None:
        return
    waiting = pending(work, entry)
    match entry.stage:
        case _S.ATTESTING | _S.LIVE | _S.TRANSFERRING:
            # The sender reads so on the screen.
            applied = entry.details.applicant if entry.stage is _S.ATTESTING else ""
            tell(work, entry, (one.who for one in waiting if one.who != applied), kind)
            if any(one.on_paper for one in waiting):
                tell(work, entry, holders(work.context, "sbm", entry), "paper")
        case _S.REVIEW_DUE:
            tell(
                work,
                entry,
                (one.who for one in waiting) if waiting else holders(work.context, "sbm", entry),
                kind,
            )
        case _:
            role = work.context.world.accounts.targets[kind].to[0]
            seen = by.who if by and _has_it_before_them(work, entry, by) else ""
            tell(work, entry, (who for who in holders(work.context, role, entry) if who != seen), kind)


def on_with_it(work: Work, entry: AccountEntry) -> AccountEntry:
    """Once everybody has attested: on to the business manager, or past one who cannot act (X21)."""
    if entry.stage is not _S.ATTESTING or pending(work, entry):
        return entry
    if deciders(work.context, "sbm", entry):
        return moved(work, entry, AccountEvent.PRESENT)
    note(work, SIGNPOST, "account.direct", entry)
    return moved(work, entry, AccountEvent.COMPLETE, replace(entry.details, direct=True))


def tell(work: Work, entry: AccountEntry, whom: Iterable[str], kind: AccountTold) -> None:
    """Owe each of them this message."""
    for who in dict.fromkeys(whom):
        if who:
            owe(work, entry, who, kind, message(work, entry, kind))


def tell_released(work: Work, entry: AccountEntry, before: Iterable[Runner], kind: Released) -> None:
    """Tell those of `before` who work here and have no part in running it any more."""
    roster, details = work.context.world.federation.roster, entry.details
    kept = {identity(roster, one.who) for one in (*details.runners, *details.incoming)}
    released = (one for one in before if identity(roster, one.who) not in kept and is_here(work, one))
    tell(work, entry, (one.who for one in released), kind)


def message(work: Work, entry: AccountEntry, kind: AccountTold) -> Message:
    """The name of the account, its school, what is to be done; nothing that was typed beside the name."""
    texts = work.context.world.accounts
    said, labels = texts.notices[kind], texts.labels
    school = work.context.world.federation.school_name(entry.school)
    late = (Tags((labels.overdue,)),) if kind in _TIMED and entry.reminded else ()
    text = said.text.fill(name=entry.name, school=school)
    # Who has no part in it any more has nothing to open.
    ways = () if kind in _RELEASED else (Button(texts.buttons.open, "account.open", entry.id, "primary"),)
    opened = (Buttons(ways),) if ways else ()
    return Message((Heading(said.title), *late, Paragraph(text), *opened), summary=said.title)


def notice(work: Work, owed: Notice, person: Person) -> Message | None:
    """What somebody on the roster reads; None where it was overtaken, or is not their business any more."""
    entry_id, name = owed.key.parts[0], owed.key.parts[1]
    kind = next((one for one in work.context.world.accounts.notices if one == name), None)
    entry = find_account(work.tx, work.context.vault, entry_id)
    if entry is None or kind is None:
        return None
    if kind in _TIMED and entry.stage.value != kind:
        return None
    released = kind in _RELEASED
    if not released and not may(work.context, actor_named(person), "see_account", entry):
        return None
    return message(work, entry, kind)


def under_two(work: Work, entry: AccountEntry) -> bool:
    """Whether fewer than two members of staff who are here run it."""
    staff = staff_among(entry.details.runners)
    return sum(is_here(work, one) for one in staff) < LEAST_STAFF
