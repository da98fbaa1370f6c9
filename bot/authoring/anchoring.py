"""`policy anchor`: the lines in `clauses.yml` renewed, and changed sentences of the source taken over."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import yaml

from bot.content.documents import DataFaults, Fault
from bot.content.policy_load import read_draft


@dataclass(frozen=True)
class Renewed:
    """How many lines were renewed, and each changed clause with its words before and now.

    `faults` are what is left for the policy officer.
    """

    lines: int
    quotes: tuple[tuple[str, str, str], ...]
    faults: tuple[Fault, ...]


@dataclass(frozen=True)
class _Edit:
    """What stands between two marks of a file, and what is to stand there."""

    start: int
    end: int
    text: str


def renew(folder: Path, *, quotes: bool, today: date) -> Renewed:
    """Write where each clause stands now; with `quotes`, also what a changed sentence says now.

    A text that states no version is dated `today` then. Everything else in the files, comments and order,
    stays as it is. Raises DataFaults.
    """
    draft, _ = read_draft(folder)
    if draft.header is None or draft.source is None or draft.clauses.faults:
        raise DataFaults(read_draft(folder)[1])
    found, path = draft.anchored, folder / "clauses.yml"
    text = path.read_text(encoding="utf-8")
    nodes = _nodes(text)
    edits: list[_Edit] = []
    changed: list[tuple[str, str, str]] = []
    for place in draft.clauses:
        clause = place.item
        now = found.changed.get(clause.id) if quotes else None
        lines = now.lines if now else found.lines.get(clause.id, clause.lines)
        if lines != clause.lines:
            edits.append(_edit(nodes[clause.id, "lines"], f"[{lines[0]}, {lines[1]}]"))
        if now:
            edits.append(_edit(nodes[clause.id, "quote"], json.dumps(now.text, ensure_ascii=False)))
            changed.append((clause.id, clause.quote, now.text))
    for edit in sorted(edits, key=lambda one: -one.start):
        text = text[: edit.start] + edit.text + text[edit.end :]
    if edits:
        path.write_text(text, encoding="utf-8")
    if changed and draft.header.states_none:
        _date(folder / "policy.yml", today)
    return Renewed(len(edits) - len(changed), tuple(changed), tuple(read_draft(folder)[1]))


def _date(path: Path, today: date) -> None:
    text, dated = path.read_text(encoding="utf-8"), f"dated: {today}"
    renewed, found = re.subn(r"(?m)^dated:.*$", dated, text)
    path.write_text(renewed if found else re.sub(r"(?m)^review:", f"{dated}\nreview:", text), "utf-8")


def _nodes(text: str) -> dict[tuple[str, str], yaml.Node]:
    """The node of each value of each clause. The slower reader of YAML counts letters, not bytes."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    assert root is not None
    listed = next(value for key, value in root.value if key.value == "clauses")
    found: dict[tuple[str, str], yaml.Node] = {}
    for entry in listed.value:
        values = {key.value: value for key, value in entry.value}
        found |= {(values["id"].value, name): value for name, value in values.items()}
    return found


def _edit(node: yaml.Node, text: str) -> _Edit:
    start, end = node.start_mark.index, node.end_mark.index
    # A block ends where the next key begins.
    return _Edit(start, end, text if node.end_mark.column else f"{text}\n")
