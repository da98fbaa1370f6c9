"""The list of open cases: the asker's own first, each with its age, who holds it, and what is due or late."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.casework.card import kind_name
from bot.casework.context import Context
from bot.casework.state import open_tasks, overdue
from bot.domain.messages import Block, Button, Buttons, Callout, Heading, Message, Paragraph
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
        label = context.texts.buttons.open.fill(reference=reference)
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
