"""The list of open cases, and the whole of one for those who may read it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.casework import closing, state
from bot.casework.card import buttons, event_name, kind_name, moment_of, quotes, reporter_name, task_buttons
from bot.casework.context import Context
from bot.casework.press import Press
from bot.casework.state import open_tasks, overdue
from bot.domain.messages import Block, Button, Buttons, Callout, Facts, Heading, Message, Paragraph, Tags
from bot.reporting.review import answered
from bot.storage.reports import Entry, Report


@dataclass(frozen=True)
class Listed:
    """A case that the asker may see, with its history."""

    report: Report
    entries: tuple[Entry, ...]

    def is_of(self, person: str) -> bool:
        """Whether this person holds it, or has a task in it."""
        return self.report.state.holder == person or any(
            task.person == person for task in open_tasks(self.entries)
        )


def age(context: Context, since: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that fits."""
    passed = max(now - since, timedelta())
    ages = context.texts.ages
    if passed < timedelta(hours=1):
        return ages.minutes.fill(count=int(passed.total_seconds() // 60))
    if passed < timedelta(days=2):
        return ages.hours.fill(count=int(passed.total_seconds() // 3600))
    return ages.days.fill(count=passed.days)


def case_list(context: Context, listed: Iterable[Listed], person: str, now: datetime) -> Message:
    """How many open cases the asker may see, and each: their own, then the urgent, then the oldest."""
    texts = context.texts.cases
    found = sorted(listed, key=lambda item: (not item.report.row.urgent, item.report.row.received_at))
    counted = texts.one if len(found) == 1 else texts.many.fill(count=len(found))
    blocks: list[Block] = [Heading(texts.title)]
    if why := context.channel.reason:
        blocks.append(Callout("warning", texts.withheld.fill(why=why)))
    blocks.append(Paragraph(counted if found else texts.none))
    own = [item for item in found if item.is_of(person)]
    others = [item for item in found if not item.is_of(person)]
    if own:
        blocks += [Heading(context.work.cases.own), *_lines(context, own, now)]
        blocks += [Heading(context.work.cases.others)] if others else []
    blocks += _lines(context, others, now)
    return Message(tuple(blocks), summary=texts.title, replaces="cases")


def _lines(context: Context, listed: Sequence[Listed], now: datetime) -> list[Block]:
    blocks: list[Block] = []
    for item in listed:
        reference = item.report.reference
        label = context.texts.buttons["open"].fill(reference=reference)
        blocks.append(Paragraph(_case_line(context, item, now)))
        blocks.append(Buttons((Button(label, "case.show", reference),)))
    return blocks


def _case_line(context: Context, item: Listed, now: datetime) -> str:
    texts, report = context.texts.cases, item.report
    line = texts.line.fill(
        reference=report.reference,
        kind=kind_name(context, report),
        age=age(context, report.row.received_at, now),
        holder=context.name(report.state.holder) if report.state.holder else context.texts.nobody,
    )
    line = " · ".join((line, *_due(context, item, now)))
    return texts.urgent.fill(urgent=context.texts.tags.urgent, line=line) if report.row.urgent else line


def _due(context: Context, item: Listed, now: datetime) -> Iterator[str]:
    """What is due next, and what is late: the ladder's step while nobody has it, then the tasks."""
    texts, row, level = context.work.cases, item.report.row, item.report.state.level
    waiting = open_tasks(item.entries)
    if row.visibility.restricted:
        yield context.texts.tags.restricted
    if row.due_at is not None:
        late = level > 0 or row.due_at <= now
        yield texts.late if late else texts.next.fill(when=context.local(row.due_at))
    if waiting:
        yield texts.task.fill(count=len(waiting), when=context.local(waiting[0].due))
    if late_tasks := overdue(item.entries, now):
        yield texts.overdue.fill(count=late_tasks)


_WRITTEN = ("reference", "text", "outcome", "reason", "answer")


def details(press: Press, entries: tuple[Entry, ...]) -> Message:
    """The whole report with its clauses and history, and each open task to be ticked.

    `entries` are those that the presser may have.
    """
    context, report = press.context, press.report
    labels = context.texts.labels
    who = [(labels.reporter, reporter_name(context, report))] if report.reporter else []
    shown = tuple(item for item in buttons(context, report) if item.action != "case.details")
    blocks: list[Block] = [
        Heading(f"{report.reference} · {labels.report}"),
        *([Tags((context.work.labels.held,))] if report.row.legal_hold else []),
        Facts((*who, *answered(context.world, report.answers, card=False))),
        *_work(press, entries),
        *quotes(context, report),
        Heading(labels.history),
        Facts(tuple(history_line(context, entry) for entry in entries)),
        Buttons(shown),
    ]
    slot = f"details:{report.reference}"
    return Message(tuple(blocks), summary=report.reference, replaces=slot, ephemeral=True)


def _work(press: Press, entries: tuple[Entry, ...]) -> list[Block]:
    """The linked cases, and the open tasks with their buttons."""
    context, labels = press.context, press.context.work.labels
    links = dict.fromkeys(entry.detail["reference"] for entry in entries if entry.event == "link")
    lines = [(labels.linked, ", ".join(links))] if links else []
    found = state.open_tasks(entries)
    lines += [(labels.tasks, state.task_line(context, task, press.now)) for task in found]
    ticks: tuple[Button, ...] = task_buttons(context, press.report, entries)
    return [*([Facts(tuple(lines))] if lines else []), *([Buttons(ticks)] if ticks else [])]


def history_line(context: Context, entry: Entry) -> tuple[str, str]:
    """One entry of the history: when and who, and what was done and written."""
    to = context.name(entry.detail["to"]) if "to" in entry.detail else ""
    what = event_name(context, entry.event).fill(to=to, agency=entry.detail.get("agency", ""))
    actors = {"reporter": context.texts.labels.reporter, "signpost": "Signpost"}
    who = actors.get(entry.actor) or context.name(entry.actor)
    written = [entry.detail[key] for key in _WRITTEN if entry.detail.get(key)]
    said = [what, *_timed(context, entry), *written, *_closing(context, entry)]
    return f"{context.local(entry.at)} · {who}", ". ".join(said)


def _timed(context: Context, entry: Entry) -> list[str]:
    """The moment that was given with a referral or an advice, and what a referral says of itself."""
    if entry.event not in ("refer", "advice"):
        return []
    labels, detail = context.texts.labels, entry.detail
    named = ((labels.their_reference, "their_reference"), (labels.advice, "advice"))
    found = [f"{label}: {detail[key]}" for label, key in named if detail.get(key)]
    return [moment_of(context, entry), *found]


def _closing(context: Context, entry: Entry) -> list[str]:
    labels = context.work.closing.kept
    return [f"{labels[key]}: {entry.detail[key]}" for key in closing.KEPT if entry.detail.get(key)]
