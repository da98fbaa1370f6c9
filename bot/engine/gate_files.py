"""What the gate of danger learns from (`intents/gate/*.jsonl`): texts with their grade, a file an author."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import ValidationError, model_validator

from bot.content.documents import DataFaults, Fault, Record, read_lines

Grade = Literal["harmless", "abuse", "concern", "danger"]
# What the readers say is weighed on an author whom they have not read.
_LEAST_AUTHORS = 2


class GateText(Record):
    """One text. `spans` are the stretches of a story in which what its grade is about is told, verbatim."""

    text: str
    grade: Grade
    spans: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _holds_its_spans(self) -> GateText:
        if not self.text.strip():
            raise ValueError("the text is empty")
        missing = [span for span in self.spans if span not in self.text]
        if missing:
            raise ValueError(f"not in the text: {missing[0]!r}")
        return self


@dataclass(frozen=True)
class GateExample:
    """A text of the gate and who wrote it: what one author wrote is learnt or tried together."""

    text: str
    grade: Grade
    spans: tuple[str, ...]
    author: str


def load_gate(folder: Path) -> tuple[GateExample, ...]:
    """Every text of the folder's files, in their order. Raises DataFaults with file and line."""
    examples: list[GateExample] = []
    faults: list[Fault] = []
    seen: dict[str, str] = {}
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in read_lines(path):
            try:
                found = GateText.model_validate(json.loads(line))
            except (ValidationError, ValueError) as error:
                faults.append(Fault(path, number, f"not a text of the gate: {_reason(error)}"))
                continue
            first = seen.setdefault(found.text.casefold(), f"{path.name}:{number}")
            if first != f"{path.name}:{number}":
                faults.append(Fault(path, number, f"this text is already at {first}"))
            examples.append(GateExample(found.text, found.grade, found.spans, path.stem))
    if not faults and len({example.author for example in examples}) < _LEAST_AUTHORS:
        faults.append(Fault(folder, 1, "the gate of danger needs texts of at least two authors, a file each"))
    if faults:
        raise DataFaults(faults)
    return tuple(examples)


def _reason(error: ValueError) -> str:
    if isinstance(error, ValidationError):
        first = error.errors()[0]
        where = " > ".join(str(part) for part in first["loc"])
        return f"{where}: {first['msg']}" if where else first["msg"].removeprefix("Value error, ")
    return str(error)
