"""The cases that somebody may see, as a table: open, their own, urgent or closed; and one by its name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from bot.casework import card
from bot.casework.cases_seen import AT_ONCE, CasesSeen, ListedCase
from bot.casework.context import Context
from bot.casework.second_person import Closers
from bot.casework.work_done import is_late, open_tasks
from bot.content.case_texts import CaseFilter
from bot.domain.cases import Stage
from bot.domain.messages import (
    Block,
    Button,
    Buttons,
    Callout,
    Field,
    Form,
    Heading,
    Message,
    Paragraph,
    Row,
    Table,
)
from bot.domain.presses import ListPart
from bot.reporting.review import answered
from bot.storage.reports import Report

# What the buttons above the table carry, and the form that asks for a reference.
LIST, FIND = "case.list", "case.find"
_REFERENCE = 40
# Where it is and what it is: short answers that stand on the card.
_TELLS_APART = ("account", "abuse_place", "platform", "category")


def age(context: Context, since: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that fits."""
    passed = max(now - since, timedelta())
    ages = context.texts.ages
    if passed < timedelta(hours=1):
        return ages.minutes.fill(count=int(passed.total_seconds() // 60))
    if passed < timedelta(days=2):
        return ages.hours.fill(count=int(passed.total_seconds() // 3600))
    return ages.days.fill(count=passed.days)


def case_list(context: Context, seen: CasesSeen, now: datetime) -> Message:
    """How many cases the asker may see, a part of them, and the way to those before and after."""
    texts = context.texts.cases
    counted = (
        texts.counts[seen.which].one
        if seen.count == 1
        else texts.counts[seen.which].many.fill(count=seen.count)
    )
    blocks: list[Block] = [Heading(texts.titles[seen.which])]
    if why := context.channel.reason:
        blocks.append(Callout("warning", texts.withheld.fill(why=why)))
    blocks += [
        Paragraph(counted if seen.count else texts.none),
        Buttons(tuple(_filters(context, seen.which))),
    ]
    if seen.own:
        blocks += [Heading(context.work.cases.own), _table(context, seen.own, now)]
        blocks += [Heading(context.work.cases.others)] if seen.others else []
    if seen.others:
        blocks.append(_table(context, seen.others, now))
    return Message((*blocks, *_around(context, seen)), summary=texts.titles[seen.which], replaces="cases")


def _around(context: Context, seen: CasesSeen) -> Iterator[Block]:
    """Which of the list these are, and the buttons for those before and after."""
    texts, after = context.texts.cases, seen.start + AT_ONCE
    if seen.count <= AT_ONCE:
        return
    yield Paragraph(
        texts.part.fill(first=seen.start + 1, last=min(after, seen.count), count=seen.count), muted=True
    )
    left = min(AT_ONCE, seen.count - after)
    parts = (
        (texts.before, AT_ONCE, seen.start - AT_ONCE, seen.start > 0),
        (texts.after, left, after, left > 0),
    )
    yield Buttons(
        tuple(
            Button(label.fill(count=many), LIST, str(ListPart(seen.which, at)))
            for label, many, at, there in parts
            if there
        )
    )


def find_form(context: Context, typed: str = "", error: str = "") -> Message:
    """Asks for the reference of one case, whatever its stage."""
    texts = context.texts.cases
    value = (typed,) if typed else ()
    field = Field("reference", texts.find_reference, "text", value=value, error=error, max_length=_REFERENCE)
    blocks = (Heading(texts.find), Form(FIND, "", (field,), texts.find_submit))
    return Message(blocks, summary=texts.find, replaces=FIND, ephemeral=True)


def _ended(item: ListedCase) -> datetime:
    return item.report.row.closed_at or item.report.row.received_at


def _filters(context: Context, which: CaseFilter) -> Iterator[Button]:
    texts = context.texts.cases
    for name, label in texts.filters.items():
        yield Button(label, LIST, name, "primary" if name == which else "default")
    yield Button(texts.find, FIND)


def _table(context: Context, listed: Sequence[ListedCase], now: datetime) -> Table:
    texts = context.texts.cases
    *first, _holder, due = texts.columns
    closed = listed[0].report.state.stage is Stage.CLOSED
    columns = (*first, texts.outcome, due) if closed else texts.columns
    return Table(columns, tuple(_row(context, item, now) for item in listed))


def _row(context: Context, item: ListedCase, now: datetime) -> Row:
    report, texts = item.report, context.texts.cases
    reference = report.reference
    label = context.texts.buttons["open"].fill(reference=reference)
    urgent = context.texts.tags.urgent if report.row.urgent else ""
    restricted = context.texts.tags.restricted if report.row.visibility.restricted else ""
    if not item.carded:
        return _bare_row(context, report, urgent, card.kind_name(context, report))
    kind = " · ".join((card.kind_name(context, report), *_about(context, report)))
    waited, holder = _age(context, item, now), _holder(context, report)
    line = texts.line.fill(reference=reference, kind=kind, age=waited, holder=holder)
    due = tuple(_due(context, item, now))
    text = " · ".join((line, *filter(None, (restricted,)), *due))
    return Row(
        (reference, " · ".join(filter(None, (urgent, restricted))), kind, waited, holder, " · ".join(due)),
        texts.urgent.fill(urgent=urgent, line=text) if urgent else text,
        Button(label, "case.show", reference),
    )


def _bare_row(context: Context, report: Report, urgent: str, kind: str) -> Row:
    """What a notice says (level N): reference, kind and urgency."""
    reference = report.reference
    open_it = Button(context.texts.buttons["open"].fill(reference=reference), "case.show", reference)
    text = " · ".join(filter(None, (urgent, reference, kind)))
    return Row((reference, urgent, kind, "", "", ""), text, open_it)


def _about(context: Context, report: Report) -> tuple[str, ...]:
    """What tells cases of one kind apart, where many report the same: nothing that the card does not say."""
    schools = context.world.federation.schools
    own = report.row.school
    school = context.world.federation.school_name(own) if own and len(schools) > 1 else ""
    told = {name: values for name, values in report.answers.items() if name in _TELLS_APART}
    words = (value for _, value in answered(context.world, told, card=True, by_others=True))
    return tuple(filter(None, (school, *words)))


def _age(context: Context, item: ListedCase, now: datetime) -> str:
    row, texts = item.report.row, context.texts.cases
    if item.report.state.stage is not Stage.CLOSED:
        return age(context, row.received_at, now)
    return texts.closed.fill(age=age(context, _ended(item), now))


def _holder(context: Context, report: Report) -> str:
    if report.state.stage is Stage.CLOSED:
        outcome = context.outcomes.find(report.state.outcome)
        return outcome.label if outcome else report.state.outcome
    return context.name(report.state.holder) if report.state.holder else context.texts.nobody


def _due(context: Context, item: ListedCase, now: datetime) -> Iterator[str]:
    """What is due next, and what is late: the ladder's step while nobody has it, a closing, the tasks.

    A ladder that has come to its end has no next step: nobody has the case, and it is late.
    """
    texts, report = context.work.cases, item.report
    row = report.row
    waiting = open_tasks(item.entries)
    if is_late(report, item.entries, now):
        yield texts.late
    elif row.due_at is not None:
        yield texts.next.fill(when=context.local(row.due_at))
    closers = Closers(context, report, item.told, item.entries)
    if asked := closers.pending():
        said = texts.closing if closers.seconds(asked.actor) else texts.closing_alone
        yield said.fill(person=context.name(asked.actor), when=context.local(asked.at))
    late_tasks = [task.due for task in waiting if task.due < now]
    ahead = [task.due for task in waiting if task.due >= now]
    if ahead:
        yield texts.task.fill(count=len(waiting), when=context.local(ahead[0]))
    if late_tasks:
        yield texts.overdue.fill(count=len(late_tasks), when=context.local(late_tasks[0]))
