"""Reports, their people, marks and history; one held for a change, or several in one order."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from functools import cached_property
from typing import Any

from sqlalchemy import Connection, Row, Select, bindparam, func, insert, select, update

from bot.domain.cases import CaseState, Stage
from bot.domain.routing import Level, Told, Visibility
from bot.storage.audit import AuditEntry, record
from bot.storage.conversations import may_be_reference
from bot.storage.crypto import RecordKey, WrappedKey
from bot.storage.rows import insert_and_read
from bot.storage.schema import report_events, report_people, reports
from bot.storage.vault import Vault

Slots = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class SealedRoute:
    """The part of a report's route that would tell who is concerned: kept sealed."""

    rows: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()
    ladder: tuple[tuple[str, ...], ...] = ()
    excluded_people: tuple[str, ...] = ()
    excluded_roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reporter:
    """Who reported: never stored for an anonymous report. The same account is the same reporter."""

    platform: str
    user: str
    name: str = field(default="", compare=False)


@dataclass(frozen=True)
class NewReport:
    """Everything that submitting stores of a report. `reporter` is None where it is anonymous."""

    reference: str
    kind: str
    school: str
    mode: str
    visibility: Visibility
    urgent: bool
    child: bool
    accidental: bool
    received_at: datetime
    due_at: datetime | None
    receipt_hash: str
    answers: Slots
    route: SealedRoute
    reporter: Reporter | None
    drill: bool = False
    remind_at: datetime | None = None
    check_at: datetime | None = None
    work_at: datetime | None = None


@dataclass(frozen=True)
class ReportRow:
    """A row of the reports, each column by its name and type; `state` and `visibility` stand for several."""

    id: str
    reference: str
    kind: str
    school: str
    mode: str
    version: int
    state: CaseState
    visibility: Visibility
    urgent: bool
    child: bool
    accidental: bool
    drill: bool
    legal_hold: bool
    received_at: datetime
    due_at: datetime | None
    remind_at: datetime | None
    clock_from: datetime | None
    clock_level: int
    check_at: datetime | None
    work_at: datetime | None
    work_from: datetime | None
    closed_at: datetime | None
    receipt_hash: str
    sealed_answers: bytes
    sealed_route: bytes
    sealed_reporter: bytes | None


@dataclass(frozen=True)
class Report:
    """A stored report. What is sealed is opened when it is first asked for."""

    row: ReportRow
    key: RecordKey

    @property
    def id(self) -> str:
        """Its row's id."""
        return self.row.id

    @property
    def reference(self) -> str:
        """The random reference that people see, such as FED-7K3Q."""
        return self.row.reference

    @property
    def state(self) -> CaseState:
        """The part that events change."""
        return self.row.state

    @cached_property
    def answers(self) -> Slots:
        """What the reporter answered, slot by slot."""
        opened = json.loads(self.key.open("sealed_answers", self.row.sealed_answers))
        return {name: tuple(values) for name, values in opened.items()}

    @cached_property
    def route(self) -> SealedRoute:
        """Its route, with the people concerned."""
        opened = json.loads(self.key.open("sealed_route", self.row.sealed_route))
        ladder = tuple(tuple(step) for step in opened.pop("ladder"))
        return SealedRoute(ladder=ladder, **{name: tuple(values) for name, values in opened.items()})

    @cached_property
    def reporter(self) -> Reporter | None:
        """Who reported, or None where nobody knows."""
        if self.row.sealed_reporter is None:
            return None
        return Reporter(**json.loads(self.key.open("sealed_reporter", self.row.sealed_reporter)))


@dataclass(frozen=True)
class Entry:
    """One line of a report's history; `detail` is what was written with it (a note, a reason)."""

    at: datetime
    actor: str
    role: str
    event: str
    stage_after: str
    detail: Mapping[str, str]


# What a new report's row does not hold as it stands; and the columns of a row that are read by their names.
_NOT_AS_IT_IS = ("answers", "route", "reporter", "visibility")
_COLUMNS = tuple(item.name for item in fields(ReportRow) if item.name not in ("state", "visibility"))
OLDEST_FIRST = (reports.c.received_at, reports.c.id)
_PERSON = insert(report_people)
_NUMBER = select(func.coalesce(func.max(report_events.c.number), 0) + 1).where(
    report_events.c.report_id == bindparam("of")
)
_NEXT_EVENT = insert(report_events).values(number=_NUMBER.scalar_subquery())


def insert_report(connection: Connection, vault: Vault, new: NewReport) -> Report | None:
    """Store a new report. None where the reference is taken, also by the skeleton of a purged one."""
    report_id = vault.new_id()
    key, wrapped = vault.ring.new_record_key("reports", report_id)
    plain = {item.name: getattr(new, item.name) for item in fields(new) if item.name not in _NOT_AS_IT_IS}
    sealed = {
        "sealed_answers": key.seal(
            "sealed_answers", json.dumps({k: list(v) for k, v in new.answers.items()})
        ),
        "sealed_route": key.seal("sealed_route", json.dumps(asdict(new.route))),
        "reporter_hmac": new.reporter and _hidden(vault, new.reporter),
        "sealed_reporter": new.reporter and key.seal("sealed_reporter", json.dumps(asdict(new.reporter))),
    }
    row = insert_and_read(
        connection,
        reports,
        "reference",
        id=report_id,
        version=1,
        key_id=wrapped.key_id,
        wrapped_key=wrapped.wrapped,
        **plain,
        **state_columns(CaseState()),
        **visibility_columns(new.visibility),
        **sealed,
    )
    return None if row is None else Report(_read(row), key)


def state_columns(state: CaseState) -> dict[str, object]:
    """The state as the columns of its row."""
    return {**asdict(state), "stage": state.stage.value}


def visibility_columns(visibility: Visibility) -> dict[str, bool]:
    """Where a card may be seen, as the columns of its row."""
    return {"channel": visibility.in_channel, "restricted": visibility.restricted}


def _read(row: Row[Any]) -> ReportRow:
    return ReportRow(
        state=CaseState(Stage(row.stage), row.level, row.holder, row.acknowledged_by, row.outcome),
        visibility=Visibility.of(channel=row.channel, restricted=row.restricted),
        **{name: getattr(row, name) for name in _COLUMNS},
    )


def _one(connection: Connection, vault: Vault, report_id: str) -> Report:
    return opened(vault, connection.execute(_held().where(reports.c.id == report_id)).one())


def _held() -> Select[Any]:
    """Reports that nobody else changes until this transaction ends, nor adds to the history of."""
    # What was purged is a skeleton: it opens for nobody.
    return select(reports).where(reports.c.wrapped_key != b"").with_for_update(key_share=True)


def opened(vault: Vault, row: Row[Any]) -> Report:
    """A row of the reports with its key."""
    stored = WrappedKey(row.key_id, bytes(row.wrapped_key))
    return Report(_read(row), vault.ring.open_record_key("reports", row.id, stored))


def report_by_reference(connection: Connection, vault: Vault, reference: str) -> Report | None:
    """The report of a reference, or None. Ids are guessed here and permitted elsewhere."""
    if not may_be_reference(reference):
        return None
    row = connection.execute(_held().where(reports.c.reference == reference)).one_or_none()
    return None if row is None else opened(vault, row)


def report_by_id(connection: Connection, vault: Vault, report_id: str) -> Report:
    """The report of a row's id, as the outbox names it."""
    return _one(connection, vault, report_id)


def report_to_show(connection: Connection, vault: Vault, report_id: str) -> Report:
    """The same for reading only: others may change it meanwhile."""
    return opened(vault, connection.execute(select(reports).where(reports.c.id == report_id)).one())


# So many are opened at a time: what a list of thousands takes in memory is what these take.
_PART = 50


def open_in_parts(connection: Connection, vault: Vault) -> Iterator[tuple[Report, ...]]:
    """Every report that is not closed, urgent ones first, then the oldest; some at a time."""
    # Each by its name, and not all but one: only so the index serves, however many are closed.
    stages = [stage.value for stage in Stage if stage is not Stage.CLOSED]
    query = select(reports.c.id).where(reports.c.stage.in_(stages))
    ids = connection.execute(query.order_by(reports.c.urgent.desc(), *OLDEST_FIRST)).scalars().all()
    for start in range(0, len(ids), _PART):
        found = reports_to_show(connection, vault, ids[start : start + _PART])
        # Others may close one meanwhile.
        yield tuple(report for report in found if report.state.stage is not Stage.CLOSED)


def reports_to_show(connection: Connection, vault: Vault, ids: Sequence[str]) -> tuple[Report, ...]:
    """The reports of these row ids, in their order, for reading only; without those that were destroyed."""
    query = select(reports).where(reports.c.id.in_(ids), reports.c.wrapped_key != b"")
    found = {row.id: row for row in (connection.execute(query) if ids else ())}
    return tuple(opened(vault, found[row_id]) for row_id in ids if row_id in found)


def newest_closed(connection: Connection, vault: Vault, most: int) -> tuple[Report, ...]:
    """The reports that were closed last, newest first; none whose text was destroyed after its time."""
    closed = (reports.c.stage == Stage.CLOSED.value) & (reports.c.wrapped_key != b"")
    query = select(reports).where(closed).order_by(reports.c.closed_at.desc()).limit(most)
    return tuple(opened(vault, row) for row in connection.execute(query))


def reports_of(connection: Connection, vault: Vault, reporter: Reporter) -> tuple[Report, ...]:
    """The named and confidential reports of one person, newest first."""
    query = select(reports).where(reports.c.reporter_hmac == _hidden(vault, reporter))
    rows = connection.execute(query.order_by(reports.c.received_at.desc()))
    return tuple(opened(vault, row) for row in rows)


def newest_of(
    connection: Connection, vault: Vault, reporter: Reporter, start: int, most: int
) -> tuple[int, tuple[Report, ...]]:
    """How many named and confidential reports one person has; and `most` of them after the newest `start`."""
    mine = reports.c.reporter_hmac == _hidden(vault, reporter)
    count = connection.execute(select(func.count()).select_from(reports).where(mine)).scalar_one()
    query = select(reports).where(mine).order_by(reports.c.received_at.desc(), reports.c.id)
    rows = connection.execute(query.offset(start).limit(most))
    return int(count), tuple(opened(vault, row) for row in rows)


def _hidden(vault: Vault, reporter: Reporter) -> str:
    return vault.blind("reporter", reporter.platform, reporter.user)


def save_state(
    connection: Connection,
    report: Report,
    state: CaseState,
    due_at: datetime | None,
    closed_at: datetime | None,
) -> bool:
    """Store the state after an event. False where somebody else changed the report in between."""
    same = (reports.c.id == report.id) & (reports.c.version == report.row.version)
    values = {**state_columns(state), "due_at": due_at, "closed_at": closed_at}
    result = connection.execute(update(reports).where(same).values(version=reports.c.version + 1, **values))
    return result.rowcount == 1


def add_entry(connection: Connection, vault: Vault, report: Report, entry: Entry) -> None:
    """Append to the history, and so to the audit."""
    record(connection, vault, AuditEntry(entry.at, entry.actor, entry.role, f"case.{entry.event}", report.id))
    detail = json.dumps(dict(entry.detail)) if entry.detail else None
    entry_id = vault.new_id()
    row = {
        "id": entry_id,
        "report_id": report.id,
        "at": entry.at,
        "actor": entry.actor,
        "role": entry.role,
        "event": entry.event,
        "stage_after": entry.stage_after,
        "sealed_detail": detail and report.key.seal(f"detail:{entry_id}", detail),
    }
    connection.execute(_NEXT_EVENT, {**row, "of": report.id})


def history(connection: Connection, report: Report) -> tuple[Entry, ...]:
    """The history, oldest first."""
    return histories(connection, (report,))[report.id]


def histories(connection: Connection, found: Iterable[Report]) -> dict[str, tuple[Entry, ...]]:
    """The history of each, oldest first, by the report's id: read in one go."""
    known = {report.id: report for report in found}
    entries: dict[str, list[Entry]] = {report_id: [] for report_id in known}
    query = select(report_events).where(report_events.c.report_id.in_(known)).order_by(report_events.c.number)
    for row in connection.execute(query) if known else ():
        entries[row.report_id].append(_entry(known[row.report_id], row))
    return {report_id: tuple(items) for report_id, items in entries.items()}


def _entry(report: Report, row: Row[Any]) -> Entry:
    sealed = row.sealed_detail
    detail = {} if sealed is None else json.loads(report.key.open(f"detail:{row.id}", sealed))
    return Entry(row.at, row.actor, row.role, row.event, row.stage_after, detail)


def add_people(
    connection: Connection, report: Report, people: Iterable[Told], via: str, at: datetime
) -> None:
    """Remember that a route or the ladder brought the case to these people; once each."""
    known = set(people_of(connection, report))
    add_first_people(connection, report, [told for told in people if told not in known], via, at)


def add_first_people(
    connection: Connection, report: Report, people: Iterable[Told], via: str, at: datetime
) -> None:
    """The same where none of them has been told before, as of a report that was stored just now."""
    same = {"report_id": report.id, "via": via, "at": at}
    rows = [{**same, **asdict(told)} for told in dict.fromkeys(people)]
    if rows:
        connection.execute(_PERSON, rows)


def people_of(connection: Connection, report: Report) -> tuple[Told, ...]:
    """Everyone whom a route or the ladder brought the case to."""
    return people_of_each(connection, (report,))[report.id]


def people_of_each(connection: Connection, found: Iterable[Report]) -> dict[str, tuple[Told, ...]]:
    """Everyone whom each case was brought to, by the report's id: read in one go."""
    people: dict[str, list[Told]] = {report.id: [] for report in found}
    query = select(report_people).where(report_people.c.report_id.in_(people))
    levels: dict[str, Level] = {"N": "N", "C": "C", "D": "D"}
    # Sorted here: databases do not agree on the order of letters and dashes.
    rows = sorted(
        connection.execute(query) if people else (),
        key=lambda row: (row.at, row.person, row.role, row.level),
    )
    for row in rows:
        people[row.report_id].append(Told(row.person, row.role, levels[row.level]))
    return {report_id: tuple(told) for report_id, told in people.items()}


@dataclass(frozen=True)
class Named:
    """A report's reference, and whether it is restricted."""

    reference: str
    restricted: bool


def mark(connection: Connection, report: Report, **marks: bool) -> None:
    """Set marks of the report (urgent, child, legal_hold), whose row this transaction holds."""
    connection.execute(update(reports).where(reports.c.id == report.id).values(**marks))


def named(connection: Connection, ids: Collection[str]) -> tuple[Named, ...]:
    """The references of these rows, in the order of the ids."""
    query = select(reports.c.id, reports.c.reference, reports.c.restricted).where(reports.c.id.in_(ids))
    found = {row.id: Named(row.reference, row.restricted) for row in connection.execute(query)}
    return tuple(found[row_id] for row_id in ids if row_id in found)


def look_up(connection: Connection, vault: Vault, reference: str) -> Report | None:
    """The report of a reference, or None, for reading only: others may change it meanwhile."""
    if not may_be_reference(reference):
        return None
    query = select(reports).where(reports.c.reference == reference, reports.c.wrapped_key != b"")
    row = connection.execute(query).one_or_none()
    return None if row is None else opened(vault, row)


def hold_in_order(connection: Connection, ids: Collection[str]) -> None:
    """Hold several reports, the oldest first, as everybody does who changes more than one.

    Two that lock them in different orders would each wait for what the other one holds.
    """
    wanted = select(reports.c.id).where(reports.c.id.in_(ids)).order_by(*OLDEST_FIRST)
    connection.execute(wanted.with_for_update(key_share=True)).all()
