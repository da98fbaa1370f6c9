"""Training examples in Rasa's own format (`intents/`), read and checked without Rasa.

`domain.yml` lists every intent; `nlu/*.yml` (and `nlu.yml`, where there is one) hold their examples.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from bot.content.documents import DataFaults, Document, Fault, Record, load

_ENTITY = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")
POLICY_PREFIX = "policy_"


@dataclass(frozen=True)
class Example:
    """One training sentence, its intent, and where it was written."""

    text: str
    intent: str
    path: Path
    line: int


@dataclass(frozen=True)
class Training:
    """Every example, in file order, and the intents in the order of `domain.yml`."""

    intents: tuple[str, ...]
    examples: tuple[Example, ...]

    @cached_property
    def counts(self) -> Counter[str]:
        """How many examples each intent has."""
        return Counter(example.intent for example in self.examples)

    def of(self, intent: str) -> tuple[str, ...]:
        """The examples of one intent."""
        return tuple(example.text for example in self.examples if example.intent == intent)


class _Group(Record):
    intent: str
    examples: str


class _Examples(Record):
    version: str
    nlu: tuple[_Group, ...]


class _Domain(Record):
    version: str
    intents: tuple[str, ...]


def intent_of(topic: str) -> str:
    """The intent of a topic: `policy_follow_former_student` for `follow-former-student`."""
    return POLICY_PREFIX + topic.replace("-", "_")


def topic_of(intent: str) -> str:
    """The topic of a policy intent; empty for any other intent."""
    return intent.removeprefix(POLICY_PREFIX).replace("_", "-") if intent.startswith(POLICY_PREFIX) else ""


def load_training(folder: Path) -> Training:
    """Read `domain.yml` and the examples in `folder`. Raises DataFaults with every fault at once."""
    domain = load(folder / "domain.yml", _Domain)
    examples: list[Example] = []
    faults: list[Fault] = []
    for path in example_files(folder):
        try:
            examples.extend(_read(path))
        except DataFaults as found:
            faults.extend(found.faults)
    training = Training(domain.intents, tuple(examples))
    faults.extend(_check(training, folder / "domain.yml"))
    if faults:
        raise DataFaults(faults)
    return training


def example_files(folder: Path) -> tuple[Path, ...]:
    """The files of `folder` that hold examples, in reading order."""
    single = folder / "nlu.yml"
    return (*((single,) if single.exists() else ()), *sorted((folder / "nlu").glob("*.yml")))


def _read(path: Path) -> Iterator[Example]:
    document = Document(path)
    groups = document.parse(_Examples).nlu
    return (example for number, group in enumerate(groups) for example in _lines(document, number, group))


def _lines(document: Document, number: int, group: _Group) -> Iterator[Example]:
    first = document.line(("nlu", number, "examples")) + 1
    for offset, line in enumerate(group.examples.split("\n")):
        if line.strip():
            yield Example(
                _sentence(line, document, first + offset), group.intent, document.path, first + offset
            )


def _sentence(line: str, document: Document, number: int) -> str:
    if not line.startswith("- ") or not line[2:].strip():
        raise DataFaults([Fault(document.path, number, "an example starts with '- ' and holds words")])
    return _ENTITY.sub(r"\1", line[2:]).strip()


def _check(training: Training, domain: Path) -> Iterator[Fault]:
    yield from _unknown(training)
    yield from _repeated(training.examples)
    for intent in training.intents:
        if not training.counts[intent]:
            yield Fault(domain, 1, f"the intent {intent} has no examples: write some, or take it out")


def _unknown(training: Training) -> Iterator[Fault]:
    known = set(training.intents)
    reported: set[str] = set()
    for example in training.examples:
        if example.intent not in known | reported:
            reported.add(example.intent)
            yield Fault(example.path, example.line, f"the intent {example.intent} is not in domain.yml")


def _repeated(examples: Sequence[Example]) -> Iterator[Fault]:
    seen: dict[str, Example] = {}
    for example in examples:
        first = seen.setdefault(example.text.casefold(), example)
        if first is not example:
            where = f"{first.path.name}:{first.line} ({first.intent})"
            yield Fault(example.path, example.line, f"the example {example.text!r} is already at {where}")
