"""A case's file as blocks, to be printed: what case_file.py collected, in the order in which it is read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.casework.context import Context
from bot.domain.messages import Block, Callout, Facts, Heading, Paragraph, Quote, Tags

Item = Mapping[str, Any]
# What is printed of an entry's detail: what people wrote, and when. Its label has the rest.
_WRITTEN = frozenset(("at", "due", "their_reference", "text", "advice", "outcome", "reason", "answer"))


def title_of(context: Context, file: Item) -> str:
    """The title of the paper."""
    case = file["case"]
    return context.world.paper.case.title.fill(reference=case["reference"], kind=case["kind_label"])


def case_blocks(context: Context, file: Item) -> tuple[Block, ...]:
    """The whole file as blocks."""
    texts = context.world.paper.case
    return (
        Heading(title_of(context, file)),
        Callout("warning", texts.confidential),
        Tags(tuple(file["case"]["marks"])),
        Facts(_facts(context, file)),
        Paragraph(texts.images),
        Heading(texts.report),
        _facts_or_none(context, tuple((item["question"], item["answer"]) for item in file["answers"])),
        Heading(texts.clauses),
        *(_quotes(file) or (Paragraph(texts.none),)),
        Heading(texts.told),
        _facts_or_none(context, tuple((item["person"], item["role"]) for item in file["told"])),
        *_part(context, texts.referrals, file["referrals"]),
        *_part(context, texts.tasks, file["tasks"]),
        *_part(context, texts.notes, file["notes"]),
        *_part(context, texts.history, file["timeline"]),
    )


def _facts(context: Context, file: Item) -> tuple[tuple[str, str], ...]:
    texts, labels, case = context.world.paper.case, context.texts.labels, file["case"]
    exported = file["exported"]
    reporter = case["reporter"] or texts.hidden_reporter.fill(mode=case["mode_label"])
    rows = (
        (labels.reference, case["reference"]),
        (labels.school, case["school"]),
        (labels.received, _local(context, case["received_at"])),
        (labels.status, case["stage_label"]),
        (labels.reporter, reporter),
        (labels.holder, case["held_by"] or context.texts.nobody),
        (labels.outcome, case["outcome_label"] or ""),
        (
            texts.exported,
            texts.exported_by.fill(
                when=_local(context, exported["at"]),
                person=exported["on_request_of"],
                roles=", ".join(exported["roles"]),
            ),
        ),
    )
    return tuple(row for row in rows if row[1])


def _local(context: Context, moment: str) -> str:
    return context.local(datetime.fromisoformat(moment))


def _quotes(file: Item) -> tuple[Block, ...]:
    return tuple(
        Quote(item["id"], item["section"], (item["lines"][0], item["lines"][1]), item["quote"])
        for item in file["clauses"]
    )


def _facts_or_none(context: Context, items: tuple[tuple[str, str], ...]) -> Block:
    return Facts(items) if items else Paragraph(context.world.paper.case.none)


def _part(context: Context, title: str, items: list[Item]) -> tuple[Block, ...]:
    return (Heading(title), _facts_or_none(context, tuple(_line(context, item) for item in items)))


def _line(context: Context, item: Item) -> tuple[str, str]:
    """When and who; what, and each thing that was written with it."""
    roles = f" ({', '.join(item['roles'])})" if item["roles"] else ""
    mark = f"{context.world.paper.case.internal} · " if item["internal"] else ""
    label = f"{_local(context, item['at'])} · {item['actor']}{roles}"
    written = [_when(context, name, value) for name, value in item["detail"].items() if name in _WRITTEN]
    return label, "\n".join([f"{mark}{item['label']}", *written])


def _when(context: Context, name: str, value: str) -> str:
    if name not in ("at", "due"):
        return value
    try:
        return _local(context, value)
    except ValueError:
        return value
