"""What a code opens: one case, or what is held of one person, once. Each export is in the audit."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.casework.context import Context
from bot.casework.history import entries_for
from bot.domain.roster import Person
from bot.domain.routing import Told
from bot.records.case_file import Taken, case_file
from bot.records.codes import case_target, may_ask_for_subject, may_export, subject_target
from bot.records.register import may_lie_with_host
from bot.records.subject_access import subject_file
from bot.records.subjects import Subject
from bot.storage import audit
from bot.storage.audit import HOST, AuditEntry
from bot.storage.database import Transaction
from bot.storage.export_codes import use_code
from bot.storage.reports import Entry, Report, add_entry, people_of, report_by_reference


def export_case(
    tx: Transaction, context: Context, reference: str, wanted: str, code: str, now: datetime
) -> dict[str, Any] | None:
    """The case's file, once, or None where the code does not fit or its asker may not have it any more.

    Raises nothing for a wrong code: the try has to be counted, so the transaction must stand.
    """
    person = _asker(tx, context, case_target(reference, wanted), code, now)
    report = report_by_reference(tx, context.vault, reference)
    told = people_of(tx, report) if report else ()
    if person is None or report is None or not _still_may(context, person, report, told):
        _refused(tx, context, "export_refused", now)
        return None
    roles = tuple(sorted(context.actor(person, report).roles))
    stage = report.state.stage.value
    entry = Entry(now, person.id, ",".join(roles), "export", stage, {"format": wanted})
    add_entry(tx, context.vault, report, entry)
    return case_file(
        context, report, told, entries_for(tx, context, person, report), Taken(person, roles, now)
    )


def export_subject(
    tx: Transaction, context: Context, subject: Subject, wanted: str, code: str, now: datetime
) -> dict[str, Any] | None:
    """What is held of one person, once; None as above."""
    person = _asker(tx, context, subject_target(subject, wanted), code, now)
    if person is None or not may_ask_for_subject(context, person):
        _refused(tx, context, "subject_refused", now)
        return None
    roles = ",".join(sorted(context.world.federation.roster.every_role_of(person.id)))
    of = context.vault.blind("subject", subject.key)
    audit.record(tx, context.vault, AuditEntry(now, person.id, roles, "subject_export", detail={"of": of}))
    return subject_file(tx, context, subject, person, now)


def _still_may(context: Context, person: Person, report: Report, told: tuple[Told, ...]) -> bool:
    # Checked again: roles change, and so does what a report says of whom it concerns.
    return may_export(context, person, report, told) and may_lie_with_host(context, report)


def _asker(
    tx: Transaction, context: Context, target: tuple[str, ...], code: str, now: datetime
) -> Person | None:
    asked = use_code(tx, context.vault, target, code, now)
    return context.world.federation.roster.people.get(asked) if asked else None


def _refused(tx: Transaction, context: Context, action: str, now: datetime) -> None:
    audit.record(tx, context.vault, AuditEntry(now, HOST, "", action))
