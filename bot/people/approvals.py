"""What takes two people: one proposes, another confirms within a day; both are in the audit, all are told.

The two are told apart as people of the roster, never as accounts: somebody's second account is no second
person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot.casework.context import Context, Work
from bot.content.roster_texts import Refusal
from bot.domain.access import Decision
from bot.domain.messages import Button, Buttons, Callout, Message, Paragraph
from bot.domain.notices import NoticeKey, Recipient
from bot.domain.roster import Person
from bot.people import decisions
from bot.people.standing import ROSTER, as_of, stand_now
from bot.storage import approvals, audit
from bot.storage.approvals import APPROVED, PROPOSED, REFUSED, WITHDRAWN, Approval, Verdict
from bot.storage.audit import AuditEntry, entries_of
from bot.storage.database import Transaction
from bot.storage.outbox import Notice, enqueue
from bot.storage.vault import Vault

ANNOUNCED = "approval"
# That what was announced takes a decision no more: its buttons go.
SETTLED = "settled"
# Of what is about no case in the audit: more than any day holds.
_LATEST = 20_000
VERDICTS: Mapping[str, Verdict] = {
    "roster.confirm": APPROVED,
    "roster.refuse": REFUSED,
    "roster.withdraw": WITHDRAWN,
}


def may_decide(context: Context, person: str, kind: Decision = ROSTER) -> bool:
    """Whether this person is one of those of whom two are needed."""
    return person in decisions.approvers(context.world.federation.roster, context.approvers[kind])


def propose(
    work: Work,
    person: Person,
    kind: Decision,
    detail: Mapping[str, str],
) -> Message:
    """Store the proposal and tell the others, or say why it cannot be."""
    if not may_decide(work.context, person.id, kind):
        return refusal(work.context, "not_permitted")
    if why := decisions.objection(work.context, kind, dict(detail)):
        return _warning(why)
    detail = {**detail, **decisions.noted(work, kind)}
    approval = approvals.propose(work.tx, work.context.vault, kind, person.id, detail, work.now)
    _record(work, approval, PROPOSED, person.id)
    _tell(work, approval, PROPOSED)
    text = work.context.roster_texts.replies["proposed"].fill(what=decisions.words(work.context, approval))
    blocks = (Callout("success", text), Buttons((_withdraw(work.context, approval),)))
    return Message(blocks, summary=text, replaces=_slot(approval.id))


def agree(work: Work, person: Person, kind: Decision) -> Message:
    """Confirm what somebody else has proposed of this kind, or propose it: said by two, it is agreed to."""
    approvals.one_after_another(work.tx)
    waiting = [
        item
        for item in approvals.pending(work.tx, work.context.vault, work.now)
        if item.kind == kind and may_decide(work.context, item.proposed_by, kind)
    ]
    if waiting:
        others = [item for item in waiting if item.proposed_by != person.id]
        return decide(work, person, (others or waiting)[0].id, APPROVED)
    return propose(work, person, kind, {})


def agreed(tx: Transaction, vault: Vault, kind: Decision, now: datetime) -> Approval | None:
    """What two people have agreed to within a day and nobody has carried out; None where there is nothing.

    The audit must say so too, of both: somebody with the database alone could write the rest by hand.
    """
    found = approvals.approved(tx, vault, kind, now)
    if found is None or found.proposed_by == found.decided_by:
        return None
    told = [item for item in entries_of(tx, vault, "", _LATEST) if item.detail.get("approval") == found.id]
    both = {(f"{kind}.{PROPOSED}", found.proposed_by), (f"{kind}.{APPROVED}", found.decided_by)}
    return found if {(item.action, item.actor) for item in told} == both else None


def carry_out(
    tx: Transaction, vault: Vault, approval: Approval, action: str, now: datetime, **detail: str
) -> bool:
    """It is done: the agreement is used up, and `action` is in the audit. False where it was before."""
    if not approvals.carried_out(tx, approval, now):
        return False
    entry = AuditEntry(now, audit.HOST, "", action, detail={**detail, "approval": approval.id})
    audit.record(tx, vault, entry)
    return True


def decide(work: Work, person: Person, approval_id: str, verdict: Verdict) -> Message:
    """Confirm, refuse or withdraw a proposal, once, and do what was agreed to; or say why nothing changed."""
    approvals.one_after_another(work.tx)
    # What another process confirmed a moment ago counts already.
    work = replace(work, context=as_of(work.context, stand_now(work)))
    approval = approvals.find(work.tx, work.context.vault, approval_id)
    if person.id not in work.context.world.federation.roster.people or not may_decide(
        work.context, person.id
    ):
        return refusal(work.context, "not_permitted")
    if approval is None:
        return refusal(work.context, "unknown")
    if why := _objection(work.context, approval, person, verdict, work.now):
        return _warning(why)
    # In words that still know a person who leaves by this very change.
    what = decisions.words(work.context, approval)
    if not approvals.decide(work.tx, approval, verdict, person.id, work.now):
        return refusal(work.context, "decided")
    _record(work, approval, verdict, person.id)
    if verdict == APPROVED:
        decisions.carry_out(work, approval)
    _tell(work, approval, verdict)
    text = work.context.roster_texts.replies.named(_outcome(approval.kind, verdict)).fill(what=what)
    return Message((Callout("success", text),), summary=text, replaces=_slot(approval.id))


def _slot(approval_id: str) -> str:
    """The proposer who withdraws it in the same chat loses the button."""
    return f"proposal:{approval_id}"


def _objection(context: Context, approval: Approval, person: Person, verdict: Verdict, now: datetime) -> str:
    refusals = context.roster_texts.refusals
    kind = approval.kind
    own = approval.proposed_by == person.id
    first_fault: list[tuple[bool, Refusal]] = [
        (not may_decide(context, person.id, kind), "not_permitted"),
        (approval.state != PROPOSED, "decided"),
        (approval.expires_at <= now, "expired"),
        (verdict == WITHDRAWN and not own, "not_yours"),
        (verdict != WITHDRAWN and own, "same_person"),
        (verdict == APPROVED and not may_decide(context, approval.proposed_by, kind), "proposer_left"),
    ]
    why = next((refusals[name].fill() for wrong, name in first_fault if wrong), "")
    return why or (decisions.objection(context, kind, dict(approval.detail)) if verdict == APPROVED else "")


def _outcome(kind: Decision, event: str) -> str:
    return "approved_later" if event == APPROVED and kind in decisions.LATER else event


def _record(work: Work, approval: Approval, event: str, person: str) -> None:
    roles = work.context.world.federation.roster.every_role_of(person)
    detail = {"approval": approval.id, "kind": approval.kind, **approval.detail}
    entry = AuditEntry(work.now, person, ",".join(sorted(roles)), f"{approval.kind}.{event}", detail=detail)
    audit.record(work.tx, work.context.vault, entry)


def _tell(work: Work, approval: Approval, event: str) -> None:
    for person in _deciders(work, approval):
        _owe(work, NoticeKey.of(ANNOUNCED, approval.id, event, person), person)
    if event != PROPOSED:
        _settle_announced(work, approval)


def tell_of_run_out(work: Work, since: datetime) -> None:
    """Of what has run out since then the buttons go, where those who were asked stand."""
    for approval in approvals.run_out(work.tx, work.context.vault, since, work.now):
        _settle_announced(work, approval)


def _settle_announced(work: Work, approval: Approval) -> None:
    for person in _deciders(work, approval):
        _owe(work, NoticeKey.of(SETTLED, approval.id, person), person)


def _deciders(work: Work, approval: Approval) -> list[str]:
    roster = work.context.world.federation.roster
    return sorted(decisions.approvers(roster, work.context.approvers[approval.kind]))


def _owe(work: Work, key: NoticeKey, person: str) -> None:
    notice = Notice(key, "", key.kind, Recipient(person))
    enqueue(work.tx, work.context.vault.new_id(), notice, work.now)


def first_announcement(notice: Notice) -> NoticeKey:
    """The key of the message whose buttons go."""
    approval_id, person = notice.key.parts
    return NoticeKey.of(ANNOUNCED, approval_id, PROPOSED, person)


def announcement(work: Work, notice: Notice, person: Person) -> Message | None:
    """What became of a proposal, for one of those who decide; None where they do so no longer."""
    approval_id, event = notice.key.parts[:2]
    approval = approvals.find(work.tx, work.context.vault, approval_id)
    if approval is None or not may_decide(work.context, person.id, approval.kind):
        return None
    waits = approval.expires_at > work.now
    first = notice.kind == SETTLED or event == PROPOSED
    actor = approval.proposed_by if first else approval.decided_by
    # What became of it has a message of its own, and is not said twice.
    asked = "decided" if approval.state != PROPOSED else PROPOSED if waits else "ran_out"
    text = work.context.roster_texts.told.named(asked if first else _outcome(approval.kind, event)).fill(
        what=decisions.words(work.context, approval),
        person=work.context.name(actor),
        other=work.context.name(approval.proposed_by),
        until=work.context.local(approval.expires_at),
    )
    open_still = approval.state == PROPOSED and waits
    buttons = (Buttons(choices(work.context, approval, person)),) if open_still else ()
    return Message((Paragraph(text), *buttons), summary=text)


def choices(context: Context, approval: Approval, person: Person) -> tuple[Button, ...]:
    """What this person can do with a proposal that waits."""
    if approval.proposed_by == person.id:
        return (_withdraw(context, approval),)
    labels = context.roster_texts.buttons
    return (
        Button(labels.confirm, "roster.confirm", approval.id, "primary"),
        Button(labels.refuse, "roster.refuse", approval.id),
    )


def _withdraw(context: Context, approval: Approval) -> Button:
    return Button(context.roster_texts.buttons.withdraw, "roster.withdraw", approval.id)


def refusal(context: Context, why: Refusal) -> Message:
    """Why nothing has changed, in words."""
    return _warning(context.roster_texts.refusals[why].fill())


def _warning(text: str) -> Message:
    return Message((Callout("warning", text),), summary=text)
