"""The journeys, the routes and the fixed phrases, read once from `policy_kb/` and checked as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar

from bot.content.conditions import merged
from bot.content.contact import ContactFile, check_contact
from bot.content.contacts import load_contacts
from bot.content.documents import DataFaults, Document, Fault, Record
from bot.content.journey_checks import Placed, check_steps, most_screens, options_for, slot_values, walk
from bot.content.journey_texts import Texts
from bot.content.journeys import (
    FieldRecord,
    JourneyFile,
    OptionRecord,
    OrderFile,
    PlatformRecord,
    PrivacyFile,
    StepRecord,
)
from bot.content.tables import load_rows
from bot.domain.routing import RouteRow


class HasClauses(Protocol):
    """Whatever knows the clauses of the policy by id."""

    @property
    def clauses(self) -> Mapping[str, object]:
        """Every clause by id."""


# The kind of what is sent by the button of danger: nobody chooses it, and it has no journey of its own.
ALERT = "danger"


@dataclass(frozen=True)
class Playbook:
    """Steps in the order of asking, the rows of the routing table, and every fixed phrase.

    `mandatory` is the largest number of mandatory answers on any path of each kind of report,
    the questions that stand around every journey not counted. `screens` is the most that any path has.
    """

    steps: Mapping[str, StepRecord]
    rows: tuple[RouteRow, ...]
    texts: Texts
    platforms: tuple[PlatformRecord, ...]
    tracking: tuple[str, ...]
    mandatory: Mapping[str, int]
    screens: int
    contact: ContactFile
    not_names: frozenset[str] = frozenset()

    @property
    def contacts(self) -> frozenset[str]:
        """Every contact that some step shows: the Federation's settings should have each of them."""
        return frozenset(key for step in self.steps.values() for key in step.contacts)

    @property
    def kinds(self) -> frozenset[str]:
        """Every kind that a report can have."""
        return frozenset((*self.mandatory, ALERT))

    def field(self, slot: str) -> FieldRecord | None:
        """The form field that fills `slot`, or None where a choice fills it or nothing does."""
        fields = (field for step in self.steps.values() for field in step.fields)
        return next((field for field in fields if field.name == slot), None)

    def options(self, slot: str) -> tuple[OptionRecord, ...]:
        """Every option, of any step, that can stand in `slot`."""
        return tuple(option for step in self.steps.values() for option in options_for(step, slot))


def load_playbook(folder: Path, policy: HasClauses) -> Playbook:
    """Read `policy_kb/` at `folder`. Raises DataFaults with file and line for every fault found."""
    faults: list[Fault] = []
    contacts = _contacts(folder, faults)
    order = _read(folder / "journeys" / "order.yml", OrderFile, faults)
    texts = _read(folder / "texts.yml", Texts, faults)
    privacy = _read(folder / "privacy.yml", PrivacyFile, faults)
    placed = _placed(folder / "journeys", order.files if order else (), faults)
    steps = [item.step for item in placed]
    values = None if faults else slot_values(steps)
    if not faults:
        faults += check_steps(placed, policy.clauses, contacts)
    rows, wrong = load_rows(folder / "routes.yml", values, policy.clauses, _kinds(steps))
    contact = _contact(folder / "contact.yml", values, contacts, wrong)
    if faults or wrong or order is None or texts is None or privacy is None or contact is None:
        raise DataFaults(faults + wrong)
    return Playbook(
        steps={step.id: step for step in steps},
        rows=rows,
        texts=texts,
        platforms=order.platforms,
        tracking=order.tracking,
        mandatory=walk(steps).mandatory,
        screens=most_screens(steps, frozenset(), {}),
        contact=contact,
        not_names=privacy.words,
    )


RecordT = TypeVar("RecordT", bound=Record)


def _read(path: Path, model: type[RecordT], faults: list[Fault]) -> RecordT | None:
    try:
        return Document(path).parse(model)
    except DataFaults as error:
        faults.extend(error.faults)
        return None


def _contacts(folder: Path, faults: list[Fault]) -> frozenset[str]:
    try:
        return load_contacts(folder)
    except DataFaults as error:
        faults.extend(error.faults)
        return frozenset()


def _contact(
    path: Path,
    values: Mapping[str, frozenset[str] | None] | None,
    contacts: frozenset[str],
    faults: list[Fault],
) -> ContactFile | None:
    found = _read(path, ContactFile, faults)
    if found is not None and values is not None:
        faults.extend(check_contact(Document(path), found, values, contacts))
    return found


def _placed(folder: Path, files: tuple[str, ...], faults: list[Fault]) -> list[Placed]:
    found: list[Placed] = []
    for name in files:
        try:
            document = Document(folder / name)
            found += _steps(document, document.parse(JourneyFile))
        except DataFaults as error:
            faults.extend(error.faults)
    return found


def _steps(document: Document, file: JourneyFile) -> list[Placed]:
    return [
        Placed(step.model_copy(update={"when": merged(file.when, step.when)}), document, index)
        for index, step in enumerate(file.steps)
    ]


def _kinds(steps: list[StepRecord]) -> frozenset[str]:
    """The kinds of report that can be sent: those that no later question replaces by another."""
    asked = {option.value for step in steps for option in options_for(step, "kind")}
    replaced = {
        value
        for step in steps
        if step.redirects
        for condition in step.when
        for value in condition.get("kind", ())
    }
    return frozenset(asked - replaced)
