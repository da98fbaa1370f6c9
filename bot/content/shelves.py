"""Lists of records read from YAML, each with its place in its file, so that a later check can name it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from bot.content.documents import DataFaults, Document, Fault, Location, Record
from bot.content.policy import Entry

EntryT = TypeVar("EntryT", bound=Entry)


@dataclass(frozen=True)
class Place(Generic[EntryT]):
    """A record, its file and its location there."""

    item: EntryT
    document: Document
    location: Location

    def fault(self, message: str, *within: str | int) -> Fault:
        """A fault at this record, or at `within` it."""
        return self.document.fault(f"{self.item.id}: {message}", (*self.location, *within))


@dataclass(frozen=True)
class Shelf(Generic[EntryT]):
    """The sound records of one kind, in the order of the files.

    `names` also holds the ids of records that could not be read, so that one fault does not bring others
    in its train; `missing` says that a whole file could not be read.
    """

    places: tuple[Place[EntryT], ...]
    names: frozenset[str]
    faults: tuple[Fault, ...]
    missing: bool

    def __iter__(self) -> Iterator[Place[EntryT]]:
        return iter(self.places)

    def items(self) -> dict[str, EntryT]:
        """The records by id, in the order of the files."""
        return {place.item.id: place.item for place in self.places}

    def unknown(self, name: str) -> bool:
        """Whether no record, sound or not, has this id."""
        return not self.missing and name not in self.names


def read_shelf(
    paths: Sequence[Path], file_model: type[Record], entry_model: type[EntryT], key: str
) -> Shelf[EntryT]:
    """The records under `key` of every file. An unsound one becomes faults and hides no other."""
    documents, faults = _open(paths)
    places: list[Place[EntryT]] = []
    names: set[str] = set()
    for document in documents:
        faults += _faults(document, file_model)
        for index, raw in enumerate(_entries(document.data, key)):
            names |= _name(raw)
            if (item := _sound(raw, entry_model)) is not None:
                places.append(Place(item, document, (key, index)))
    return Shelf(tuple(places), frozenset(names), tuple(faults), missing=len(documents) < len(paths))


def _open(paths: Sequence[Path]) -> tuple[list[Document], list[Fault]]:
    documents: list[Document] = []
    faults: list[Fault] = []
    for path in paths:
        try:
            documents.append(Document(path))
        except DataFaults as error:
            faults += error.faults
    return documents, faults


def _faults(document: Document, model: type[Record]) -> tuple[Fault, ...]:
    try:
        document.parse(model)
    except DataFaults as error:
        return error.faults
    return ()


def _entries(data: Any, key: str) -> list[Any]:
    found = data.get(key) if isinstance(data, dict) else None
    return found if isinstance(found, list) else []


def _name(raw: Any) -> set[str]:
    name = raw.get("id") if isinstance(raw, dict) else None
    return {name} if isinstance(name, str) else set()


def _sound(raw: Any, model: type[EntryT]) -> EntryT | None:
    try:
        return model.model_validate(raw)
    except ValidationError:
        return None
