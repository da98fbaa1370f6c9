"""What the database holds of each case, opened with the Federation's keys once everything has ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select

from bot.domain.notices import NoticeKey
from bot.storage.crypto import KeyRing
from bot.storage.database import Database, Transaction
from bot.storage.reports import Report, history, people_of, report_by_id
from bot.storage.schema import outbox
from bot.storage.vault import Vault, open_vault


@dataclass(frozen=True)
class Reminder:
    """That nobody has the case, for one person: the moment that it is of, and when it was sent, if it was."""

    person: str
    slot: datetime
    sent_at: datetime | None


@dataclass(frozen=True)
class Added:
    """That the reporter added something, for one person: the key, and of which addition."""

    person: str
    key: str
    which: str


@dataclass(frozen=True)
class Case:
    """One of them. `deadlines`: when the ladder climbed a step; `taken_after`: after how many it was taken.

    Which came first is the order in which they were stored. A press is timed when it comes in, so one that
    had to wait for the ladder's transaction is stored after it with an earlier time.
    """

    reference: str
    kind: str
    marker: str
    received_at: datetime
    stage: str
    in_channel: bool
    carded: frozenset[str]
    noticed: frozenset[str]
    deadlines: tuple[datetime, ...]
    acknowledged_at: datetime | None
    taken_after: int | None
    reminders: tuple[Reminder, ...] = ()
    added: frozenset[Added] = frozenset()


def stored(url: str, keys: str) -> list[Case]:
    """All that are stored."""
    database, ring = Database(url), KeyRing.parse(keys, bytes)
    try:
        with database.transaction() as tx:
            vault = open_vault(tx, ring)
            ids = [row[0] for row in tx.exec_driver_sql("SELECT id FROM reports ORDER BY received_at")]
            return [_case(tx, vault, report_id) for report_id in ids]
    finally:
        database.close()


def _case(tx: Transaction, vault: Vault, report_id: str) -> Case:
    report = report_by_id(tx, vault, report_id)
    told, entries = people_of(tx, report), history(tx, report)
    carded = frozenset(item.person for item in told if item.level == "C")
    events = [entry.event for entry in entries]
    taken = events.index("acknowledge") if "acknowledge" in events else None
    return Case(
        reference=report.reference,
        kind=_kind(report),
        marker="".join(report.answers.get("question_text", ())),
        received_at=report.row.received_at,
        stage=report.state.stage.value,
        in_channel=report.row.visibility.in_channel,
        carded=carded,
        noticed=frozenset(item.person for item in told if item.level == "N") - carded,
        deadlines=tuple(entry.at for entry in entries if entry.event == "deadline"),
        acknowledged_at=None if taken is None else entries[taken].at,
        taken_after=None if taken is None else events[:taken].count("deadline"),
        reminders=_reminders(tx, report_id),
        added=_added(tx, report_id),
    )


def _reminders(tx: Transaction, report_id: str) -> tuple[Reminder, ...]:
    mine = (outbox.c.report_id == report_id) & (outbox.c.kind == "reminder")
    return tuple(
        Reminder(row.recipient.person, _slot(str(row.key)), row.sent_at)
        for row in tx.execute(select(outbox).where(mine))
    )


def _added(tx: Transaction, report_id: str) -> frozenset[Added]:
    mine = (outbox.c.report_id == report_id) & (outbox.c.kind == "added")
    return frozenset(
        Added(row.recipient.person, str(row.key), str(row.key).replace(str(row.recipient), ""))
        for row in tx.execute(select(outbox).where(mine))
        if row.recipient.person
    )


def _slot(key: str) -> datetime:
    return datetime.strptime(NoticeKey.parse(key).parts[-1], "%Y%m%d%H%M%S").replace(tzinfo=UTC)


def _kind(report: Report) -> str:
    if report.row.kind == "danger":
        return "alert"
    return "urgent" if report.answers.get("danger") == ("yes",) else "question"
