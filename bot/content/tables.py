"""The tables of policy_kb/: permissions, routes, retention, outcomes; checked at start."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Literal, get_args

from pydantic import Field, field_validator

from bot.content.documents import DataFaults, Document, Fault, Record
from bot.content.journeys import SlotCondition
from bot.domain.access import (
    ACTIONS,
    DECISIONS,
    DUTIES,
    DUTY_ROLES,
    Action,
    Condition,
    Decision,
    Duties,
    Duty,
    DutyCondition,
    Permissions,
)
from bot.domain.closing import CLOSING_KINDS, ClosingKind
from bot.domain.retention import CASE_CLASSES, CaseClass, Periods
from bot.domain.roster import OFFICE_ROLES, ROLES
from bot.domain.routing import FLT_CHANNEL, Level, RouteRow


class PermissionTable(Record):
    """For each action, the roles that may and the condition. Every action must stand in it.

    `two_people`: for each decision that takes two people, the roles of which both must hold one.
    `workflows`: the same as the actions, for what the policy has people do beside reports.
    """

    permissions: dict[Action, dict[str, Condition]]
    two_people: dict[Decision, frozenset[str]]
    workflows: dict[Duty, dict[str, DutyCondition]]

    @field_validator("workflows")
    @classmethod
    def _all_duties(cls, value: Duties) -> Duties:
        missing = [name for name in DUTIES if name not in value]
        unknown = sorted(
            {role for roles in value.values() for role in roles} - {*ROLES, *OFFICE_ROLES, *DUTY_ROLES}
        )
        if missing or unknown:
            raise ValueError(f"duties missing: {missing}; no such role: {unknown}")
        return value

    @field_validator("permissions")
    @classmethod
    def _whole(cls, value: Permissions) -> Permissions:
        missing = [action for action in ACTIONS if action not in value]
        if missing:
            raise ValueError(f"the actions {', '.join(missing)} are missing")
        known = {*ROLES, "reporter"}
        unknown = sorted({role for roles in value.values() for role in roles} - known)
        if unknown:
            raise ValueError(f"no such role: {', '.join(unknown)}")
        return value

    @field_validator("two_people")
    @classmethod
    def _all_decisions(cls, value: dict[Decision, frozenset[str]]) -> dict[Decision, frozenset[str]]:
        missing = [name for name in DECISIONS if name not in value]
        unknown = sorted({role for roles in value.values() for role in roles} - set(ROLES))
        if missing or unknown:
            raise ValueError(f"decisions missing: {missing}; no such role: {unknown}")
        return value


class Outcome(Record):
    """How a case can be closed: its code, what the FLT picks, and what the reporter sees.

    `kinds`: the cases that it is offered for. `needs`: what must be on record for it to be true. `file`:
    what it means for the personnel file and for references; kept with the case.
    """

    code: str = Field(pattern=r"^[a-z_]{1,32}$")
    label: str = Field(min_length=1)
    reporter: str = Field(min_length=1)
    kinds: tuple[ClosingKind, ...] = Field(("other",), alias="for")
    needs: Literal["", "link", "referral", "withdrawal"] = ""
    file: str = ""
    offered: bool = True


class Agency(Record):
    """A body outside the Federation that a case can be referred to."""

    code: str = Field(pattern=r"^[a-z_]{1,32}$")
    label: str = Field(min_length=1)
    # Its advice, recorded with a referral, is what an investigation waits for.
    advises: bool = False


# The five of "Keeping children safe in education", part four: no others, and none of them left out.
ALLEGATION_OUTCOMES = frozenset(("substantiated", "malicious", "false", "unsubstantiated", "unfounded"))


def _offered_for(outcome: Outcome) -> tuple[ClosingKind, ...]:
    return outcome.kinds if outcome.offered else ()


class Outcomes(Record):
    """The outcomes and the outside bodies, each in the order in which they are offered."""

    outcomes: tuple[Outcome, ...] = Field(min_length=1)
    agencies: tuple[Agency, ...] = Field(min_length=1)

    @field_validator("outcomes", "agencies")
    @classmethod
    def _once_each(cls, value: tuple[Outcome | Agency, ...]) -> tuple[Outcome | Agency, ...]:
        codes = [item.code for item in value]
        if len(set(codes)) != len(codes):
            raise ValueError("each code may stand only once")
        return value

    @field_validator("outcomes")
    @classmethod
    def _for_each_kind(cls, value: tuple[Outcome, ...]) -> tuple[Outcome, ...]:
        codes = {kind: [item.code for item in value if kind in _offered_for(item)] for kind in CLOSING_KINDS}
        if missing := [kind for kind, found in codes.items() if not found]:
            raise ValueError(f"nothing is offered for {', '.join(missing)}")
        if set(codes["allegation"]) != ALLEGATION_OUTCOMES:
            raise ValueError(f"an allegation has the outcomes {', '.join(sorted(ALLEGATION_OUTCOMES))}")
        if len(codes["question"]) > 1:
            raise ValueError("a question has one outcome: it is answered")
        return value

    def offered(self, kind: ClosingKind) -> tuple[Outcome, ...]:
        """What a case of this kind can be closed with."""
        return tuple(item for item in self.outcomes if kind in _offered_for(item))

    def find(self, code: str) -> Outcome | None:
        """The outcome of a code, or None."""
        return next((item for item in self.outcomes if item.code == code), None)

    def agency(self, code: str) -> str:
        """What the body of a code is called; the code itself where there is none."""
        return next((item.label for item in self.agencies if item.code == code), code)


class Period(Record):
    """Days from the closing, and why so many. Empty keeps them; left out it could be a slip of the pen."""

    days: int | None = Field(ge=1)
    why: str = Field(min_length=1)


Register = Literal[
    "replies", "accounts_refused", "accounts_closed", "attestations", "campaigns", "gaps",
    "asked_before_posting", "gap_askers",
]  # fmt: skip
REGISTERS: tuple[Register, ...] = get_args(Register)


class RegisterPeriod(Record):
    """Days after which Signpost deletes an entry by itself, and why so many."""

    days: int = Field(ge=1)
    why: str = Field(min_length=1)


class Retention(Record):
    """The whole file. Every class must stand in it."""

    cases: dict[CaseClass, Period]
    registers: dict[Register, RegisterPeriod]

    @field_validator("registers")
    @classmethod
    def _every_register(cls, value: dict[Register, RegisterPeriod]) -> dict[Register, RegisterPeriod]:
        if missing := [name for name in REGISTERS if name not in value]:
            raise ValueError(f"the registers {', '.join(missing)} are missing")
        return value

    @field_validator("cases")
    @classmethod
    def _whole(cls, value: dict[CaseClass, Period]) -> dict[CaseClass, Period]:
        if missing := [name for name in CASE_CLASSES if name not in value]:
            raise ValueError(f"the classes {', '.join(missing)} are missing")
        return value

    @property
    def periods(self) -> Periods:
        """The period of each class."""
        days = {name: self.cases[name].days for name in CASE_CLASSES}
        return {name: None if count is None else timedelta(days=count) for name, count in days.items()}


RECIPIENTS = frozenset({FLT_CHANNEL, *ROLES, *(f"deputy_{role}" for role in ROLES)})
Values = Mapping[str, frozenset[str] | None]


class ToldRecord(Record):
    """One recipient of a row; `from: policy` names the clauses that ask for it, `local` is a setting."""

    to: str
    levels: tuple[Level, ...] = Field(min_length=1)
    source: Literal["policy", "local"] = Field(alias="from")
    clauses: tuple[str, ...] = ()

    @field_validator("to")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in RECIPIENTS:
            raise ValueError(f"there is no role {value!r}")
        return value


class RowRecord(Record):
    """One row of the table, as `bot.domain.routing.RouteRow` describes it.

    `clauses`: what the policy says of such a case, beside why it asks for somebody to be told.
    """

    id: str
    when: SlotCondition = Field(min_length=1)
    unless: SlotCondition = Field(default_factory=dict)
    told: tuple[ToldRecord, ...]
    restricted: bool = False
    urgent: bool = False
    child: bool = False
    accidental: bool = False
    keep: bool = False
    own: bool = False
    closing: ClosingKind | None = None
    advice_first: bool = False
    tags: tuple[str, ...] = ()
    clauses: tuple[str, ...] = ()

    def row(self) -> RouteRow:
        """The row that decides."""
        return RouteRow(
            id=self.id,
            when=_values(self.when),
            unless=_values(self.unless),
            told=tuple((told.to, level) for told in self.told for level in told.levels),
            restricted=self.restricted,
            urgent=self.urgent,
            child=self.child,
            accidental=self.accidental,
            # What the policy asks somebody to be told of is not taken back by a reporter alone.
            keep=self.keep or any(told.source == "policy" for told in self.told),
            own=self.own,
            closing=self.closing,
            advice_first=self.advice_first,
            tags=self.tags,
            clauses=tuple(
                dict.fromkeys((*(one for told in self.told for one in told.clauses), *self.clauses))
            ),
        )


def _values(condition: SlotCondition) -> Mapping[str, frozenset[str]]:
    return {slot: frozenset(values) for slot, values in condition.items()}


class RoutesFile(Record):
    """The whole table."""

    rows: tuple[RowRecord, ...]


def load_rows(
    path: Path, values: Values | None, clauses: Mapping[str, object], kinds: frozenset[str]
) -> tuple[tuple[RouteRow, ...], list[Fault]]:
    """The rows of `path`, and every fault: an unknown slot, value or clause, or a kind that tells nobody.

    `values` is None where the steps have faults of their own: then their slots are not looked at.
    """
    try:
        document = Document(path)
        records = document.parse(RoutesFile).rows
    except DataFaults as error:
        return (), list(error.faults)
    faults = [*_unknown_clauses(document, records, clauses), *_unread_by_the_flt(document, records)]
    if values is not None:
        faults += _unknown_slots(document, records, values)
        faults += _untold(document, records, kinds)
    return tuple(record.row() for record in records), faults


def _unread_by_the_flt(document: Document, records: tuple[RowRecord, ...]) -> Iterator[Fault]:
    """Rows that the permissions (`open_details`) would read otherwise than they say."""
    for index, record in enumerate(records):
        levels = {(told.to, level) for told in record.told for level in told.levels}
        shown, opened = (FLT_CHANNEL, "C") in levels, ("flt", "D") in levels
        if opened != (shown and not record.accidental):
            wanted = "needs `flt` at level D" if shown and not record.accidental else "gives `flt` level D"
            rule = "the FLT opens what its channel is told, unless `accidental`"
            yield document.fault(f"row {record.id!r} {wanted}: {rule}", ("rows", index))


def _unknown_slots(document: Document, records: tuple[RowRecord, ...], values: Values) -> Iterator[Fault]:
    for index, record in enumerate(records):
        yield from _faults(document, index, record, values)


def _faults(document: Document, index: int, record: RowRecord, values: Values) -> Iterator[Fault]:
    asked = [("when", *item) for item in record.when.items()]
    for name, slot, wanted in [*asked, *(("unless", *item) for item in record.unless.items())]:
        where = ("rows", index, name, slot)
        if slot not in values:
            yield document.fault(f"row {record.id!r}: no step fills the slot {slot!r}", where)
        elif (known := values[slot]) is not None and (strange := set(wanted) - known):
            yield document.fault(
                f"row {record.id!r}: {slot!r} never holds {', '.join(sorted(strange))}", where
            )


def _unknown_clauses(
    document: Document, records: tuple[RowRecord, ...], clauses: Mapping[str, object]
) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, record in enumerate(records):
        if record.id in seen:
            yield document.fault(f"the row {record.id!r} is given twice", ("rows", index))
        seen.add(record.id)
        for position, told in enumerate(record.told):
            if told.source == "policy" and not told.clauses:
                where = ("rows", index, "told", position)
                yield document.fault(
                    f"row {record.id!r}: `from: policy` needs the clauses that say so", where
                )
        for place, clause in _cited(record):
            if clause not in clauses:
                yield document.fault(
                    f"row {record.id!r}: there is no clause {clause!r}", ("rows", index, *place)
                )


def _cited(record: RowRecord) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Each clause that a row names, with its place in the row."""
    for position, told in enumerate(record.told):
        yield from ((("told", position), clause) for clause in told.clauses)
    yield from ((("clauses",), clause) for clause in record.clauses)


def _untold(document: Document, records: tuple[RowRecord, ...], kinds: frozenset[str]) -> Iterator[Fault]:
    reached = {kind for record in records if record.told for kind in record.when.get("kind", ())}
    for kind in sorted(kinds - reached):
        yield document.fault(f"no row tells anybody of a report of kind {kind!r}")
