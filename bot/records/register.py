"""The register: which reports there were and what became of them, without a word of what they say."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.casework.card import kind_name, status_line
from bot.casework.context import Context, Work
from bot.domain.roster import ROLES
from bot.storage.audit import HOST, AuditEntry, record
from bot.storage.crypto import KeyFault
from bot.storage.registers import open_route_reports
from bot.storage.reports import Report

# Who runs the machine that this is made on.
_HOST_ROLE = "it"


def register(work: Work, first: date | None, last: date | None) -> tuple[dict[str, str], ...]:
    """A row for each report received from `first` to `last` (Federation's time), oldest first; audited.

    Left out: restricted cases, drills, and cases that the host's administrator may not know of.
    """
    since = _midnight(work.context, first) if first else None
    before = _midnight(work.context, last + timedelta(days=1)) if last else None
    period = {"from": str(first or ""), "to": str(last or "")}
    record(work.tx, work.context.vault, AuditEntry(work.now, HOST, "", "register", detail=period))
    found = open_route_reports(work.tx, work.context.vault, since, before)
    return tuple(_row(work.context, report) for report in found if host_may_know(work.context, report))


def _midnight(context: Context, day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(context.world.federation.timezone))


def host_may_know(context: Context, report: Report) -> bool:
    """Whether a file that the host's administrator can read may list the report: it is not about them."""
    try:
        route = report.route
    except KeyFault:
        # Nobody can say any more whom it concerns.
        return False
    return _HOST_ROLE not in route.excluded_roles and not _hosts(context) & set(route.excluded_people)


def may_lie_with_host(context: Context, report: Report) -> bool:
    """The same for a case that somebody who may see it decides to export: not if it may be about them.

    Where the chair alone has it because of another role, every role is out of it, and the chair decides.
    """
    named = set(report.answers.get("conflict", ()))
    told_whom = bool(named) and named <= set(ROLES) and _HOST_ROLE not in named
    return host_may_know(context, report) or (told_whom and not _hosts(context) & _named_people(report))


def _hosts(context: Context) -> set[str]:
    holders = context.world.federation.roster.roles.get(_HOST_ROLE, {})
    return {person for ids in holders.values() for person in ids}


def _named_people(report: Report) -> set[str]:
    return set(report.answers.get("conflict_people", ()))


def _row(context: Context, report: Report) -> dict[str, str]:
    texts, row = context.world.paper.register_, report.row
    outcome = context.outcomes.find(report.state.outcome)
    return {
        "reference": report.reference,
        "kind": kind_name(context, report),
        "school": context.world.federation.school_name(row.school),
        "received": _local(context, row.received_at),
        "urgent": texts.yes if row.urgent else texts.no,
        "stage": status_line(context, report),
        "closed": _local(context, row.closed_at),
        "outcome": outcome.label if outcome else report.state.outcome,
    }


def _local(context: Context, moment: datetime | None) -> str:
    if moment is None:
        return ""
    there = moment.astimezone(ZoneInfo(context.world.federation.timezone))
    return there.isoformat(sep=" ", timespec="minutes")
