"""The buttons of a case: those that its card bears, and the rarer ones behind "More"."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from bot.casework.context import Context
from bot.casework.state import is_investigated, open_tasks
from bot.content.case_work_texts import WorkButton
from bot.domain.access import Action
from bot.domain.cases import Stage
from bot.domain.messages import Block, Button, Buttons, Heading, Message, Paragraph
from bot.domain.presses import CasePart
from bot.storage.reports import Entry, Report

May = Callable[[Action], bool]
_ANY = tuple(Stage)
_OPEN = tuple(stage for stage in Stage if stage is not Stage.CLOSED)
# What each of the rarer ones needs, and at which stages of a case it makes sense; in the order of the work.
_RARE: tuple[tuple[WorkButton, Action, tuple[Stage, ...]], ...] = (
    ("advice", "assess", _OPEN),
    ("investigate", "assess", (Stage.ACKNOWLEDGED,)),
    ("task", "assess", _OPEN),
    ("urgent", "assess", _OPEN),
    ("calm", "assess", _OPEN),
    ("link", "assess", _OPEN),
    ("restrict", "restrict", _ANY),
    ("hold", "restrict", _ANY),
    ("release", "restrict", _ANY),
    ("export", "export", _ANY),
    ("recuse", "list", _OPEN),
)
_TASKS_SHOWN, _TASK_WORDS = 10, 40


def on_card(context: Context, report: Report, quotes: bool) -> tuple[Button, ...]:
    """Those that a card bears: everyone who has it sees the same ones, and each press is checked again."""
    texts, work, reference = context.texts.buttons, context.work.buttons, report.reference
    details = Button(texts.details, "case.details", reference)
    clauses = (Button(texts.clauses, "case.clauses", reference),) if quotes else ()
    more = Button(work["more"].fill(), "case.more", reference)
    if report.state.stage is Stage.CLOSED:
        return (details, *clauses, Button(texts.reopen, "case.reopen", reference), more)
    if report.state.stage is Stage.ACKNOWLEDGED:
        first = Button(texts.take, "case.take", reference)
    else:
        first = Button(texts.acknowledge, "case.acknowledge", reference, "primary")
    return (
        first,
        details,
        Button(work["assess"].fill(), "case.assess", reference),
        Button(texts.assign, "case.assign", reference),
        Button(texts.note, "case.note", reference),
        Button(texts.ask, "case.ask", reference),
        Button(texts.refer, "case.refer", reference),
        *clauses,
        Button(texts.close, "case.close", reference),
        more,
    )


def more(context: Context, report: Report, entries: Sequence[Entry], may: May) -> Message:
    """The rarer ones that make sense now and that the presser may press."""
    title = context.work.more_title.fill(reference=report.reference)
    shown = tuple(_rare(context, report, entries, may))
    blocks: tuple[Block, ...] = (Heading(title), Buttons(shown))
    if not shown:
        blocks = (Heading(title), Paragraph(context.work.more_none))
    return Message(blocks, summary=title, replaces=f"more:{report.reference}", ephemeral=True)


def _rare(context: Context, report: Report, entries: Sequence[Entry], may: May) -> Iterator[Button]:
    row = report.row
    senseless = {
        "urgent": row.urgent,
        "calm": not row.urgent,
        "restrict": row.visibility.restricted,
        "hold": row.legal_hold,
        "release": not row.legal_hold,
        "investigate": is_investigated(entries),
    }
    for name, action, stages in _RARE:
        if report.state.stage in stages and not senseless.get(name, False) and may(action):
            yield Button(context.work.buttons[name].fill(), f"case.{name}", report.reference)


def task_buttons(context: Context, report: Report, entries: Sequence[Entry]) -> tuple[Button, ...]:
    """One button for each open task, that ticks it; who may not is told so."""
    if report.state.stage is Stage.CLOSED:
        return ()
    found = open_tasks(entries)[:_TASKS_SHOWN]
    return tuple(_tick(context, report, task.number, task.text) for task in found)


def _tick(context: Context, report: Report, number: str, text: str) -> Button:
    words = text if len(text) <= _TASK_WORDS else f"{text[: _TASK_WORDS - 1]}…"
    label = context.work.buttons["done"].fill(task=words)
    return Button(label, "case.done", str(CasePart(report.reference, number)))
