"""What a code opens: one case, or what is held of one person, once. Each export is in the audit."""

from __future__ import annotations

from typing import Any

from bot.casework.case import Case
from bot.casework.context import Work
from bot.casework.history import entries_for
from bot.domain.roster import Person
from bot.records.case_file import ExportStamp, case_file
from bot.records.export_codes import Way, case_target, may_ask_for_subject, may_export, subject_target
from bot.records.register import may_lie_with_host
from bot.records.subject_access import subject_file
from bot.records.subjects import Subject
from bot.storage import audit
from bot.storage.audit import HOST, SIGNPOST, AuditEntry
from bot.storage.export_codes import use_code
from bot.storage.reports import report_by_reference


def export_case(
    work: Work, reference: str, wanted: str, code: str, by: Way = "command"
) -> dict[str, Any] | None:
    """The case's file, once, or None where the code does not fit or its asker may not have it any more.

    `by`: on the machine that Signpost runs on, or by a link to the person who asked.
    Raises nothing for a wrong code: the try has to be counted, so the transaction must stand.
    """
    person = _asker(work, case_target(reference, wanted, by), code)
    report = report_by_reference(work.tx, work.context.vault, reference)
    case = Case(work, report) if report else None
    if person is None or case is None or not _still_may(person, case, by):
        # By a link there is nobody who is known: Signpost refused it.
        _refused(work, "export_refused", HOST if by == "command" else SIGNPOST)
        return None
    case.enter("export", person.id, {"format": wanted})
    roles = tuple(sorted(work.context.actor(person.id, case.report).roles))
    taken, entries = (
        ExportStamp(person, roles, work.now, by == "link"),
        entries_for(work, person, case.report),
    )
    return case_file(work.context, case.report, case.told, entries, taken)


def export_subject(work: Work, subject: Subject, wanted: str, code: str) -> dict[str, Any] | None:
    """What is held of one person, once; None as above."""
    person = _asker(work, subject_target(subject, wanted), code)
    if person is None or not may_ask_for_subject(work.context, person):
        _refused(work, "subject_refused", HOST)
        return None
    roles = ",".join(sorted(work.context.world.federation.roster.every_role_of(person.id)))
    of = work.context.vault.blind("subject", subject.key)
    audit.record(
        work.tx,
        work.context.vault,
        AuditEntry(work.now, person.id, roles, "subject_export", detail={"of": of}),
    )
    return subject_file(work, subject, person)


def _still_may(person: Person, case: Case, by: Way) -> bool:
    # Checked again: roles change, and so does what a report says of whom it concerns.
    return may_export(person, case) and (by == "link" or may_lie_with_host(case.work.context, case.report))


def _asker(work: Work, target: tuple[str, ...], code: str) -> Person | None:
    asked = use_code(work.tx, work.context.vault, target, code, work.now)
    return work.context.world.federation.roster.people.get(asked) if asked else None


def _refused(work: Work, action: str, by: str) -> None:
    audit.record(work.tx, work.context.vault, AuditEntry(work.now, by, "", action))
