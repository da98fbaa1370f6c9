"""The routing table as data: `routes.yml`, read into the rows that `bot.domain.routing` decides by."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from bot.content.documents import DataFaults, Document, Fault, Record
from bot.content.journeys import Condition
from bot.domain.roster import ROLES
from bot.domain.routing import FLT_CHANNEL, Level, Row

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
    """One row of the table, as `bot.domain.routing.Row` describes it."""

    id: str
    when: Condition = Field(min_length=1)
    told: tuple[ToldRecord, ...]
    restricted: bool = False
    urgent: bool = False
    child: bool = False
    accidental: bool = False
    keep: bool = False
    advice_first: bool = False
    tags: tuple[str, ...] = ()

    def row(self) -> Row:
        """The row that decides."""
        return Row(
            id=self.id,
            when={slot: frozenset(values) for slot, values in self.when.items()},
            told=tuple((told.to, level) for told in self.told for level in told.levels),
            restricted=self.restricted,
            urgent=self.urgent,
            child=self.child,
            accidental=self.accidental,
            keep=self.keep,
            advice_first=self.advice_first,
            tags=self.tags,
            clauses=tuple(dict.fromkeys(clause for told in self.told for clause in told.clauses)),
        )


class RoutesFile(Record):
    """The whole table."""

    rows: tuple[RowRecord, ...]


def load_rows(
    path: Path, values: Values | None, clauses: Mapping[str, object], kinds: frozenset[str]
) -> tuple[tuple[Row, ...], list[Fault]]:
    """The rows of `path`, and every fault: an unknown slot, value or clause, or a kind that tells nobody.

    `values` is None where the steps have faults of their own: then their slots are not looked at.
    """
    try:
        document = Document(path)
        records = document.parse(RoutesFile).rows
    except DataFaults as error:
        return (), list(error.faults)
    faults = list(_unknown_clauses(document, records, clauses))
    if values is not None:
        faults += _unknown_slots(document, records, values)
        faults += _untold(document, records, kinds)
    return tuple(record.row() for record in records), faults


def _unknown_slots(document: Document, records: tuple[RowRecord, ...], values: Values) -> Iterator[Fault]:
    for index, record in enumerate(records):
        yield from _faults(document, index, record, values)


def _faults(document: Document, index: int, record: RowRecord, values: Values) -> Iterator[Fault]:
    for slot, wanted in record.when.items():
        where = ("rows", index, "when", slot)
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
            where = ("rows", index, "told", position)
            if told.source == "policy" and not told.clauses:
                yield document.fault(
                    f"row {record.id!r}: `from: policy` needs the clauses that say so", where
                )
            for clause in told.clauses:
                if clause not in clauses:
                    yield document.fault(f"row {record.id!r}: there is no clause {clause!r}", where)


def _untold(document: Document, records: tuple[RowRecord, ...], kinds: frozenset[str]) -> Iterator[Fault]:
    reached = {kind for record in records if record.told for kind in record.when.get("kind", ())}
    for kind in sorted(kinds - reached):
        yield document.fault(f"no row tells anybody of a report of kind {kind!r}")
