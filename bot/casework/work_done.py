"""What the history of a case says of the work on it: assessed, advised, investigated, tasks, links."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.casework.context import Context
from bot.casework.told_before import lost_by
from bot.domain.cases import UNACKNOWLEDGED, Stage
from bot.domain.names import Read
from bot.storage.reports import Entry, Report

# After these somebody holds the case: whom its entry names, else who did it.
_TAKES = ("acknowledge", "assign", "reopen")
# Nobody holds it afterwards.
_FREES = ("vacate", "misdirect", "endanger")


@dataclass(frozen=True)
class Task:
    """Something that somebody on the roster is to do by a time. `number` tells the tasks of a case apart."""

    number: str
    text: str
    person: str
    due: datetime


def assessment(entries: Iterable[Entry]) -> Entry | None:
    """The newest assessment, or None."""
    return next((entry for entry in reversed(tuple(entries)) if entry.event == "assess"), None)


def is_allegation(context: Context, report: Report, entries: Sequence[Entry]) -> bool:
    """Whether the report's route or any of its assessments says that it is an allegation against an adult."""
    if _was_called_allegation(entries):
        return True
    waits = {row.id for row in context.world.playbook.rows if row.advice_first}
    return bool(waits.intersection(report.route.rows))


def _was_called_allegation(entries: Iterable[Entry]) -> bool:
    """One that says less later takes nothing back: one person alone would get round the advice."""
    return any(entry.event == "assess" and entry.detail.get("nature") == "allegation" for entry in entries)


def advice(context: Context, entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """What was recorded of the advice that an investigation waits for: asked for, or with a referral."""
    return tuple(
        entry
        for entry in entries
        if entry.event == "advice"
        or (entry.event == "refer" and _from_adviser(context, entry) and entry.detail.get("advice"))
    )


def _from_adviser(context: Context, entry: Entry) -> bool:
    advisers = {item.label for item in context.outcomes.agencies if item.advises}
    return entry.detail.get("agency", "") in advisers


def must_wait_for_advice(context: Context, report: Report, entries: Sequence[Entry]) -> bool:
    """Whether nobody may investigate yet: an allegation, with no advice of LADO or DSL on record."""
    return is_allegation(context, report, entries) and not advice(context, entries)


def is_investigated(entries: Iterable[Entry]) -> bool:
    """Whether somebody has started to investigate."""
    return any(entry.event == "investigate" for entry in entries)


# Of a task: it belongs to the case's holder, and passes on with the case.
HOLDERS = "holder"


def tasks(entries: Iterable[Entry]) -> tuple[Task, ...]:
    """Every task that was given, oldest first."""
    entries = tuple(entries)
    holder = _last_holder(entries)
    return tuple(
        Task(
            detail["task"],
            detail["text"],
            holder if holder and detail.get("whose") == HOLDERS else detail["to"],
            datetime.fromisoformat(detail["due"]),
        )
        for detail in (entry.detail for entry in entries if entry.event == "task")
    )


def _last_holder(entries: Iterable[Entry]) -> str:
    """Who held the case last; where it was moved to restricted, who did that, unless its holder kept it."""
    holder, holds = "", False
    for entry in entries:
        if entry.event in _TAKES:
            holder, holds = entry.detail.get("to", entry.actor), True
        elif entry.event in _FREES or (entry.event == "recuse" and entry.actor == holder):
            holds = False
        elif entry.event == "restrict" and (not holds or holder in lost_by(entry)):
            holder, holds = entry.actor, True
    return holder


def open_tasks(entries: Iterable[Entry]) -> tuple[Task, ...]:
    """Those that are not done, the one that is due first first."""
    entries = tuple(entries)
    done = {entry.detail.get("task") for entry in entries if entry.event == "done"}
    # What was decided of those that were still open when the case was closed.
    done |= {number for entry in entries for number in entry.detail.get("tasks_decided", "").split()}
    left = (task for task in tasks(entries) if task.number not in done)
    return tuple(sorted(left, key=lambda task: task.due))


def is_late(report: Report, entries: Sequence[Entry], now: datetime) -> bool:
    """Whether nobody has it, and a step of its ladder has come since somebody had it last, if anybody did.

    Where the ladder has no step left it stays late until somebody has it.
    """
    due_at, climbed = report.row.due_at, report.state.level > 0
    if report.state.stage not in UNACKNOWLEDGED:
        return False
    if due_at is None or not climbed:
        return climbed or (due_at is not None and due_at <= now)
    if due_at <= now:
        return True
    climbs = (number for number, entry in enumerate(entries) if entry.event == "deadline")
    last = max(climbs, default=-1)
    return not any(entry.stage_after == Stage.ACKNOWLEDGED for entry in entries[last + 1 :])


# What may follow on a proposal to close without changing what was agreed to. Anything else voids it.
_HARMLESS = frozenset(
    ("view", "hold", "release", "undelivered", "check_back", "export_code", "export", "recuse")
)


def proposal(entries: Sequence[Entry]) -> Entry | None:
    """That somebody asks for the closing, where another one may still agree; None where nothing waits.

    Whatever is added, asked, decided or changed after it voids it, and so does that its author steps back.
    """
    later: list[Entry] = []
    for entry in reversed(entries):
        if entry.event == "propose":
            return None if any(_voids(one, entry) for one in later) else entry
        later.append(entry)
    return None


def _voids(later: Entry, proposed: Entry) -> bool:
    own_recusal = later.event == "recuse" and later.actor == proposed.actor
    return own_recusal or later.event not in _HARMLESS


def facts(context: Context, entries: Sequence[Entry]) -> list[tuple[str, str]]:
    """For the card: what was assessed, advised and begun, and how many tasks are open.

    Not a word of any.
    """
    labels, found = context.work.labels, list[tuple[str, str]]()
    if (made := assessment(entries)) is not None:
        found.append((labels.assessed, labels.assessed_yes.fill(when=context.local(made.at))))
    if advised := advice(context, entries):
        found.append((labels.advised, labels.advised_yes.fill(when=context.local(advised[-1].at))))
    if is_investigated(entries):
        started = next(entry for entry in entries if entry.event == "investigate")
        found.append((labels.investigated, labels.investigated_yes.fill(when=context.local(started.at))))
    if named := [entry.at for entry in entries if entry.event == "contact"]:
        found.append((labels.contact, labels.contact_yes.fill(when=context.local(named[-1]))))
    if waiting := open_tasks(entries):
        found.append((labels.tasks, str(len(waiting))))
    return found


def contact(entries: Sequence[Entry]) -> str:
    """The contact of the person concerned, as it was last named; "" where nobody was."""
    named = (entry.detail["contact"] for entry in reversed(entries) if entry.event == "contact")
    return next(named, "")


def is_contact(entries: Sequence[Entry], name: str) -> bool:
    """Whether this is the name of the contact, however it is written: then they do not handle the case."""
    return any(Read(contact(entries)).places(name))


def task_line(context: Context, task: Task, now: datetime) -> str:
    """A task for those who may read the case: what, who, by when, and whether that is over."""
    labels = context.work.labels
    line = labels.task.fill(task=task.text, person=context.name(task.person), when=context.local(task.due))
    return f"{labels.overdue} · {line}" if task.due < now else line


def tags(context: Context, entries: Sequence[Entry]) -> tuple[str, ...]:
    """What the assessments add to the marks of the report itself: the newest, and an allegation of any."""
    found = assessment(entries)
    if found is None:
        return ()
    texts, detail, allegation = context.work.tags, found.detail, _was_called_allegation(entries)
    marks = (
        (texts.crime, detail.get("crime") in ("yes", "unsure")),
        (texts.allegation, allegation),
        (texts.do_not_investigate, allegation and not advice(context, entries)),
        (texts.low_level, not allegation and detail.get("nature") == "low_level"),
    )
    return tuple(text for text, holds in marks if holds)
