"""Purging: what has outlived its period loses its key and its text, after two people have agreed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.conversation.turns import Sender
from bot.domain.messages import Callout, Message
from bot.domain.retention import CaseClass, class_of, may_go
from bot.knowledge.retention_file import Approval, Retention
from bot.services import auditing
from bot.services.context import Context
from bot.storage.audit import HOST, AuditEntry, entries_of, record
from bot.storage.database import Database, Transaction
from bot.storage.shredding import closed_reports, kept, shred
from bot.storage.vault import Vault

APPROVE, PURGE = "purge.approve", "purge"
_LATEST = 500


@dataclass(frozen=True)
class Going:
    """A case whose period has passed: its row id, its reference and its class."""

    id: str
    reference: str
    case_class: CaseClass


def due(tx: Transaction, retention: Retention, now: datetime) -> tuple[Going, ...]:
    """What a purge at this moment would destroy, the longest closed first."""
    found = ((report_id, reference, kept(tx, report_id)) for report_id, reference in closed_reports(tx))
    return tuple(
        Going(report_id, reference, class_of(case))
        for report_id, reference, case in found
        if case is not None and may_go(case, retention.periods, now)
    )


def purge(database: Database, vault: Vault, retention: Retention, now: datetime) -> Iterator[Going]:
    """Destroy each, in a transaction of its own that looks once more; killed, it is simply run again."""
    with database.transaction() as tx:
        going = due(tx, retention, now)
    for item in going:
        with database.transaction() as tx:
            case = kept(tx, item.id)
            if case is None or not may_go(case, retention.periods, now):
                # Opened again, held or purged in between.
                continue
            shred(tx, item.id)
            record(tx, vault, AuditEntry(now, HOST, "", "case.purge", item.id))
        yield item


def approvers(tx: Transaction, vault: Vault, approval: Approval, now: datetime) -> frozenset[str]:
    """Who has agreed to the next purge, as the audit has it: for one purge, and for some hours."""
    agreed: set[str] = set()
    for entry in entries_of(tx, vault, "", _LATEST):
        if entry.action == PURGE:
            agreed.clear()
        elif entry.action == APPROVE and timedelta() <= now - entry.at <= timedelta(hours=approval.hours):
            agreed.add(entry.actor)
    return frozenset(agreed)


def approve(
    tx: Transaction, context: Context, sender: Sender, retention: Retention, now: datetime
) -> Message:
    """Agree to the next purge, for those whose role may."""
    texts, approval = context.texts.purge, retention.approval
    roster = context.world.federation.roster
    person = roster.by_account(sender.platform, sender.user)
    if person is None or not roster.every_role_of(person.id) & set(approval.roles):
        auditing.note(tx, context, person, "refused", now, pressed=APPROVE)
        return Message((Callout("warning", texts.refused),), summary=texts.refused)
    auditing.note(tx, context, person, APPROVE, now)
    agreed = approvers(tx, context.vault, approval, now) | {person.id}
    text = texts.approved.format(
        cases=len(due(tx, retention, now)), count=len(agreed), needed=approval.people, hours=approval.hours
    )
    return Message((Callout("success", text),), summary=text, ephemeral=True)
