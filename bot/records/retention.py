"""Purging: what has outlived its period loses its key and its text, after two people have agreed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.content.tables import Retention
from bot.domain.retention import CaseClass, class_of, may_go
from bot.storage.audit import HOST, AuditEntry, record
from bot.storage.database import Database, Transaction
from bot.storage.shredding import closed_reports, kept, shred
from bot.storage.vault import Vault


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
