"""What the history of a case says of the work on it: assessed, advised, tasks, links."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.services.context import Context
from bot.storage.reports import Entry, Report

# As routes.yml tags it: an adult who may be a risk to a child.
ALLEGATION = "ALLEGATION"
_LADO = "lado"


@dataclass(frozen=True)
class Task:
    """Something that somebody on the roster is to do by a time."""

    number: str
    text: str
    person: str
    due: datetime


def assessment(entries: Iterable[Entry]) -> Entry | None:
    """The newest assessment, or None."""
    return next((entry for entry in reversed(tuple(entries)) if entry.event == "assess"), None)


def is_allegation(report: Report, entries: Sequence[Entry]) -> bool:
    """Whether the report or its newest assessment says that it is an allegation against an adult."""
    found = assessment(entries)
    if found is not None and found.detail.get("nature") == "allegation":
        return True
    return ALLEGATION in report.route.tags


def must_wait_for_advice(report: Report, entries: Sequence[Entry]) -> bool:
    """Whether nobody may investigate yet: an allegation, with no advice of LADO or DSL on record."""
    advised = any(
        entry.event == "advice" or (entry.event == "refer" and _is_lados(entry)) for entry in entries
    )
    return is_allegation(report, entries) and not advised


def _is_lados(entry: Entry) -> bool:
    return entry.detail.get("agency_code") == _LADO and bool(entry.detail.get("advice"))


def tasks(entries: Iterable[Entry]) -> tuple[Task, ...]:
    """Every task that was given, oldest first."""
    return tuple(
        Task(detail["task"], detail["text"], detail["to"], datetime.fromisoformat(detail["due"]))
        for detail in (entry.detail for entry in entries if entry.event == "task")
    )


def open_tasks(entries: Iterable[Entry]) -> tuple[Task, ...]:
    """Those that are not done."""
    entries = tuple(entries)
    done = {entry.detail.get("task") for entry in entries if entry.event == "done"}
    return tuple(task for task in tasks(entries) if task.number not in done)


def facts(
    context: Context, report: Report, entries: Sequence[Entry], now: datetime | None = None
) -> list[tuple[str, str]]:
    """For the card: that it was assessed, how many tasks are open. Not a word of either."""
    labels, found = context.work.labels, list[tuple[str, str]]()
    if (made := assessment(entries)) is not None:
        found.append((labels["assessed"], labels["assessed_yes"].format(when=context.local(made.at))))
    if waiting := open_tasks(entries):
        late = sum(now is not None and task.due < now for task in waiting)
        overdue = f", {late} {labels['overdue']}" if late else ""
        found.append((labels["tasks"], f"{len(waiting)}{overdue}"))
    if report.row.legal_hold:
        found.append((labels["held"], labels["held_yes"]))
    return found


def details(context: Context, entries: Sequence[Entry]) -> list[tuple[str, str]]:
    """For those who may read the case: each open task, and the cases that it is linked to."""
    labels = context.work.labels
    found = [
        (
            labels["tasks"],
            labels["task"].format(
                task=task.text, person=context.name(task.person), when=context.local(task.due)
            ),
        )
        for task in open_tasks(entries)
    ]
    links = dict.fromkeys(entry.detail["reference"] for entry in entries if entry.event == "link")
    return [*found, *((labels["linked"], reference) for reference in links)]


def tags(context: Context, entries: Sequence[Entry]) -> tuple[str, ...]:
    """What the newest assessment adds to the marks of the report itself."""
    found = assessment(entries)
    if found is None:
        return ()
    texts, detail = context.work.tags, found.detail
    shown = [texts["child"]] if detail.get("child") == "yes" else []
    shown += [texts["crime"]] if detail.get("crime") == "yes" else []
    if detail.get("nature") == "allegation":
        shown += [texts["allegation"], texts["do_not_investigate"]]
    return (*shown, texts["low_level"]) if detail.get("nature") == "low_level" else tuple(shown)
