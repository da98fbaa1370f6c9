"""YAML files that a policy officer edits, read into pydantic models with file and line in every fault."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from pathlib import Path
from typing import Annotated, Any, TypeVar

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError

from bot.domain.faults import ToldFault

ModelT = TypeVar("ModelT", bound=BaseModel)
Location = tuple[str | int, ...]
# libyaml reads the same YAML some ten times as fast; a few platforms have PyYAML without it.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


# The longest file here has some ten thousand; a few lines of aliases of aliases may have millions.
_MOST_NODES = 200_000
_TIME = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")
_NUMBERS = ("tag:yaml.org,2002:int", "tag:yaml.org,2002:float")
# YAML 1.1 takes 8:30 for 510 and 0100 for 64.
_TRAP = re.compile(r"[-+]?(?:.*:.*|0\w+)")


def _time(value: Any) -> time:
    # A number would be taken for seconds, on UTC's clock.
    found = _TIME.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError('give a time of day in quotes, such as "08:30"')
    return time(int(found[1]), int(found[2]))


def _day(value: Any) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise ValueError(f"{value} is no date: write it as 2026-11-01") from None


ClockTime = Annotated[time, BeforeValidator(_time)]
Day = Annotated[date, BeforeValidator(_day)]


class Record(BaseModel):
    """A frozen record of a YAML file. A key that the model does not know is a fault."""

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True)
class Fault:
    """One thing wrong in a data file: which file, which line (from 1), what, and what to do."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class DataFaults(ToldFault):
    """Every fault found in the data files, so that all can be mended in one go."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = tuple(faults)


def unreadable(path: Path, error: OSError | UnicodeDecodeError) -> Fault:
    """A file that is not there, or is no text."""
    why = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
    return Fault(path, 1, f"cannot be read: {why}")


class Document:
    """A YAML file with the line of every node. Raises DataFaults where it is missing or not YAML."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._root = _compose(path)
        self.data: Any = _construct(path, self._root)

    def line(self, location: Location = ()) -> int:
        """The line (from 1) of the node at `location`, or of the nearest node above it."""
        return self._find(location)[1]

    def _find(self, location: Location) -> tuple[yaml.Node | None, int]:
        node = self._root
        line = 1 if node is None else node.start_mark.line + 1
        for step in location:
            child, child_line = _descend(node, step)
            # A step that is not in the file is pydantic's own: the form of a value that may have several.
            if child_line is not None:
                node, line = child, child_line
        return node, line

    def fault(self, message: str, location: Location = ()) -> Fault:
        """A fault at `location` of this file."""
        return Fault(self.path, self.line(location), message)

    def parse(self, model: type[ModelT]) -> ModelT:
        """The whole file as `model`. Raises DataFaults with a line for each fault."""
        try:
            return model.model_validate(self.data)
        except ValidationError as error:
            raise DataFaults([self._explain(dict(item)) for item in error.errors()]) from None

    def _explain(self, item: Mapping[str, Any]) -> Fault:
        location: Location = item["loc"]
        where = " > ".join(str(step) for step in location) or "the file"
        message = item["msg"].removeprefix("Value error, ")
        if item["type"] == "string_type" and isinstance(node := self._find(location)[0], yaml.ScalarNode):
            # A number, a date, yes or no, or nothing.
            quoted = f': put it in quotes, "{node.value}"' if node.value else ""
            message = f"text is needed here{quoted}"
        return self.fault(f"{where}: {message}", location)


def read_lines(path: Path) -> tuple[tuple[int, str], ...]:
    """The lines of a text file that hold something, each with its number from 1. Raises DataFaults.

    Only a line feed ends a line: JSON may hold the other signs that Unicode takes for one.
    """
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise DataFaults([unreadable(path, error)]) from None
    return tuple((number, line) for number, line in enumerate(lines, 1) if line.strip())


def load(path: Path, model: type[ModelT]) -> ModelT:
    """Read the YAML file at `path` as `model`. Raises DataFaults with file and line for each fault."""
    return Document(path).parse(model)


def _compose(path: Path) -> yaml.Node | None:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise DataFaults([unreadable(path, error)]) from None
    try:
        node = yaml.compose(text, Loader=_LOADER)
    except yaml.YAMLError as error:
        raise DataFaults([Fault(path, _error_line(error), f"not valid YAML: {_problem(error)}")]) from None
    if node is not None and _written_out(node, {}) > _MOST_NODES:
        message = "its aliases (*name) make it too long, or hold themselves: write out what they stand for"
        raise DataFaults([Fault(path, 1, message)])
    duplicate = _duplicate_key(node)
    if duplicate is not None:
        line = duplicate.start_mark.line + 1
        raise DataFaults([Fault(path, line, f"the key {duplicate.value!r} is given twice")])
    if traps := [
        _trapped(path, one) for one in _scalars(node) if one.tag in _NUMBERS and _TRAP.fullmatch(one.value)
    ]:
        raise DataFaults(traps)
    return node


def _written_out(node: yaml.Node, counted: dict[int, int]) -> int:
    """How many nodes there would be with every alias written out; too many where one holds itself."""
    if id(node) not in counted:
        counted[id(node)] = _MOST_NODES + 1
        children = node.value if isinstance(node, yaml.SequenceNode) else ()
        if isinstance(node, yaml.MappingNode):
            children = [one for pair in node.value for one in pair]
        counted[id(node)] = 1 + sum(_written_out(child, counted) for child in children)
    return counted[id(node)]


def _trapped(path: Path, node: yaml.ScalarNode) -> Fault:
    message = f'YAML reads {node.value} as another number: put it in quotes, "{node.value}"'
    return Fault(path, node.start_mark.line + 1, message)


def _scalars(node: yaml.Node | None) -> Iterator[yaml.ScalarNode]:
    if isinstance(node, yaml.ScalarNode):
        yield node
    elif isinstance(node, yaml.MappingNode):
        for pair in node.value:
            for one in pair:
                yield from _scalars(one)
    elif isinstance(node, yaml.SequenceNode):
        for one in node.value:
            yield from _scalars(one)


def _construct(path: Path, node: yaml.Node | None) -> Any:
    loader = yaml.SafeLoader("")
    try:
        return None if node is None else loader.construct_document(node)
    except yaml.YAMLError as error:
        raise DataFaults([Fault(path, _error_line(error), f"not valid YAML: {_problem(error)}")]) from None
    except ValueError as error:
        raise DataFaults([Fault(path, _no_day(node), f"no such day: {error}")]) from None
    finally:
        loader.dispose()


def _no_day(node: yaml.Node | None) -> int:
    """The line of a date such as 2024-13-45, which YAML takes for one."""
    for one in _scalars(node):
        try:
            yaml.SafeLoader("").construct_object(one)
        except ValueError:
            return one.start_mark.line + 1
    return 1


def _error_line(error: yaml.YAMLError) -> int:
    mark = getattr(error, "problem_mark", None)
    return 1 if mark is None else int(mark.line) + 1


def _problem(error: yaml.YAMLError) -> str:
    return str(getattr(error, "problem", None) or error).splitlines()[0]


def _duplicate_key(node: yaml.Node | None) -> yaml.ScalarNode | None:
    children: list[yaml.Node] = []
    if isinstance(node, yaml.MappingNode):
        if (repeated := _repeated([key for key, _ in node.value])) is not None:
            return repeated
        children = [value for _, value in node.value]
    elif isinstance(node, yaml.SequenceNode):
        children = node.value
    return next((found for child in children if (found := _duplicate_key(child)) is not None), None)


def _repeated(keys: Sequence[yaml.Node]) -> yaml.ScalarNode | None:
    seen: set[str] = set()
    for key in keys:
        if isinstance(key, yaml.ScalarNode):
            if key.value in seen:
                return key
            seen.add(key.value)
    return None


def _descend(node: yaml.Node | None, step: str | int) -> tuple[yaml.Node | None, int | None]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return value, key.start_mark.line + 1
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int) and step < len(node.value):
        child = node.value[step]
        return child, child.start_mark.line + 1
    return None, None
