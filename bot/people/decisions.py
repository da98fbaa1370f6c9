"""What takes two people: whether a proposal fits how things stand, its words, and what it does."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from bot.casework.context import Context, Work
from bot.domain.access import Decision
from bot.domain.roster import Change, Misfit, Roster, apply, role_name, unheld
from bot.people import holders
from bot.people.standing import ROSTER, as_of, change_of, stand_now
from bot.records.retention import due
from bot.storage import standing
from bot.storage.approvals import Approval


def objection(context: Context, kind: Decision, detail: dict[str, str]) -> str:
    """Why this cannot be done as things stand, in words; "" where it can."""
    refusals = context.roster_texts.refusals
    if kind == "pause":
        return refusals["already_paused"].fill() if context.paused else ""
    if kind == "resume":
        return "" if context.paused else refusals["not_paused"].fill()
    return _misfit(context, change_of(detail)) if kind == ROSTER else ""


def _misfit(context: Context, change: Change) -> str:
    texts, federation = context.roster_texts, context.world.federation
    schools = {school.id for school in federation.schools}
    after = apply(federation.roster, change, schools)
    if isinstance(after, Roster) and (unfit := _unfit_taker(after, change)):
        after = unfit
    if not isinstance(after, Roster):
        return texts.refusals["misfit"].fill(why=texts.misfits[after])
    lacking = set(unheld(after, federation.schools)) - set(unheld(federation.roster, federation.schools))
    for role, school, least in sorted(lacking, key=lambda item: (item[0], item[1].id)):
        return texts.refusals["unheld"].fill(role=role_name(role), school=school.name, least=least)
    if len(approvers(after, context.approvers[ROSTER])) < 2:
        return texts.refusals["too_few"].fill()
    return ""


def _unfit_taker(after: Roster, change: Change) -> Misfit | None:
    """Why nobody's cases can go to whom the change names: looked at when it is agreed, and not ever after."""
    if not change.to:
        return None
    if change.to == change.person:
        return "own_cover"
    return None if change.to in after.people else "no_cover"


def approvers(roster: Roster, roles: Iterable[str]) -> frozenset[str]:
    """Everyone who holds one of these roles in their own right; covers do not."""
    return frozenset(person for role in roles for person in roster.own_holders(role, ""))


# What is agreed to in the chat and done on the command line, once, within a day.
LATER: tuple[Decision, ...] = ("purge", "keys")


def noted(work: Work, kind: Decision) -> dict[str, str]:
    """What stands in a proposal of this kind beside what its proposer wrote."""
    return {"cases": str(len(due(work.tx, work.context.retention, work.now)))} if kind == "purge" else {}


def words(context: Context, approval: Approval) -> str:
    """What was proposed, as those who decide read it."""
    texts = context.roster_texts
    if approval.kind != ROSTER:
        detail = {"reason": "", "cases": "", **approval.detail}
        return texts.kinds.named(approval.kind).fill(**detail).strip()
    change = change_of(approval.detail)
    to = context.name(change.to) if change.to else ""
    cases = texts.kinds["cases_to"].fill(to=to) if to else texts.kinds["cases_back"].fill()
    return texts.changes[change.what].fill(
        who=context.name(change.person),
        person=change.person,
        name=change.name,
        accounts=", ".join(f"{user} ({platform})" for platform, user in change.accounts.items()),
        role=role_name(change.role) if change.role else "",
        school=_school(context, change.school),
        platform=change.platform,
        start=context.local(change.start) if change.start else "",
        end=context.local(change.end) if change.end else "",
        to=to,
        cases=cases,
    )


def _school(context: Context, school: str) -> str:
    return (
        context.world.federation.school_name(school) if school else context.roster_texts.labels.every_school
    )


def carry_out(work: Work, approval: Approval) -> None:
    """Do what was agreed to, with all that follows from it, in the transaction in which it was confirmed."""
    if approval.kind in ("pause", "resume"):
        standing.change(work.tx, paused=approval.kind == "pause")
    if approval.kind == ROSTER:
        standing.change(work.tx)
        after = replace(work, context=as_of(work.context, stand_now(work)))
        change = change_of(approval.detail)
        leaver = change.person if change.what in ("leave", "handover") and change.to else ""
        holders.hold(after, leaver)
        if leaver:
            holders.hand_over(after, leaver, change.to)
        holders.settle(after)
