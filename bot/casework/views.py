"""The whole of a case for those who may read it."""

from __future__ import annotations

from bot.casework import closing, proposals, work_done
from bot.casework.card import (
    buttons,
    event_name,
    moment_of,
    quotes,
    reporter_name,
    task_buttons,
    told_answers,
)
from bot.casework.context import Context
from bot.casework.press import CasePress, details_slot
from bot.domain.messages import Block, Button, Buttons, Facts, Heading, Message, Tags
from bot.storage.reports import Entry

_WRITTEN = ("reference", "text", "outcome", "reason", "answer")


def details(press: CasePress, entries: tuple[Entry, ...]) -> Message:
    """The whole report with its clauses and history, and each open task to be ticked.

    `entries` are those that the presser may have.
    """
    context, report = press.context, press.report
    labels = context.texts.labels
    mode = context.texts.modes.named(report.row.mode)
    who = [(labels.reporter, " · ".join(part for part in (reporter_name(context, report), mode) if part))]
    found = buttons(context, report, press.may, press.person.id)
    shown = tuple(item for item in found if item.action != "case.details")
    blocks: list[Block] = [
        Heading(f"{report.reference} · {labels.report}"),
        *([Tags((context.work.labels.held,))] if report.row.legal_hold else []),
        Facts((*who, *told_answers(context, report))),
        *proposals.shown(press),
        *_work(press, entries),
        *quotes(context, report),
        Heading(labels.history),
        Facts(tuple(history_line(context, entry) for entry in entries)),
        Buttons(shown),
    ]
    slot = details_slot(press)
    return Message(tuple(blocks), summary=report.reference, replaces=slot, ephemeral=True)


def _work(press: CasePress, entries: tuple[Entry, ...]) -> list[Block]:
    """The linked cases, and the open tasks with their buttons."""
    context, labels = press.context, press.context.work.labels
    links = dict.fromkeys(entry.detail["reference"] for entry in entries if entry.event == "link")
    lines = [(labels.linked, ", ".join(links))] if links else []
    found = work_done.open_tasks(entries)
    lines += [(labels.tasks, work_done.task_line(context, task, press.now)) for task in found]
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
    return f"{context.local(entry.at)} · {who}", _sentences(said)


def _sentences(said: list[str]) -> str:
    *first, last = said
    return " ".join([*(one if one.endswith((".", "!", "?")) else f"{one}." for one in first), last])


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
