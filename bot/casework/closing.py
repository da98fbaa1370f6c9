"""Closing a case: what has to be said first, and only what this case demands."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, get_args

from bot.casework.links import has_links
from bot.casework.press import Press
from bot.content.case_texts import Kept
from bot.domain.messages import Field, Option

_TEXT, _SHORT = 4000, 200
# Answers that tell of a sexual picture, or of one that may be; `child_image` is of an older version.
_PICTURES = {"category": {"child_image", "sexual_image"}, "shows_child": {"sexual", "unsure"}}
_DUPLICATE, _REFERRED = "duplicate", "referred"
# What is kept of the closing beside outcome, reason and answer, in the order in which it is read.
KEPT: tuple[Kept, ...] = get_args(Kept)


def fields(press: Press, people: tuple[str, ...]) -> tuple[Field, ...]:
    """Outcome and reason, always; the rest where this case demands it, or where it need not be filled in."""
    texts, closing, context = press.context.texts.forms, press.context.work.closing, press.context
    options = tuple(Option(item.code, item.label) for item in context.outcomes.outcomes if item.offered)
    owners = tuple(Option(person, context.name(person)) for person in people)
    found = [
        Field("outcome", texts.close_outcome, "choice", options=options),
        Field("answer", texts.close_answer, "long_text", max_length=_TEXT),
        Field("reason", texts.close_reason, "long_text", max_length=_TEXT),
        Field("agencies", closing.agencies, "text", hint=closing.agencies_hint, max_length=_SHORT),
        Field("evidence", closing.evidence, "choice", options=_options(closing.evidence_answers)),
        Field("record", closing.record, "text", required=False, max_length=_SHORT),
        Field("lessons", closing.lessons, "choice", required=False, options=owners),
        Field("gap", closing.gap, "choice", required=False, options=_options(closing.gap_answers)),
    ]
    unasked = _unasked(press)
    return tuple(field for field in found if field.name not in unasked)


def _options(texts: Mapping[Any, str]) -> tuple[Option, ...]:
    return tuple(Option(value, label) for value, label in texts.items())


def _unasked(press: Press) -> frozenset[str]:
    row, answers = press.report.row, press.report.answers
    pictured = any(values & set(answers.get(slot, ())) for slot, values in _PICTURES.items())
    shows_picture = row.kind == "image" or pictured
    was_told = any(entry.event == "refer" for entry in press.case.entries)
    not_asked = {"answer": row.kind != "question", "agencies": was_told, "evidence": not shows_picture}
    return frozenset(name for name, holds in not_asked.items() if holds)


def errors(press: Press, values: Mapping[str, str]) -> dict[str, str]:
    """What an outcome says must have happened: a referral that was logged, a link to the other case."""
    entries, texts = press.case.entries, press.context.work.errors
    if values.get("outcome") == _DUPLICATE and not has_links(entries):
        return {"outcome": texts.duplicate_first}
    if values.get("outcome") == _REFERRED and not any(entry.event == "refer" for entry in entries):
        return {"outcome": texts.referred_first}
    return {}


def detail(press: Press, values: Mapping[str, str]) -> dict[str, str]:
    """What is kept of it, in words for people to read."""
    closing = press.context.work.closing
    kept = {
        "agencies": values.get("agencies", ""),
        "evidence": closing.evidence_answers.get(values.get("evidence", ""), ""),
        "record": values.get("record", ""),
        "lessons": press.context.name(values["lessons"]) if values.get("lessons") else "",
        "gap": closing.gap_answers.find(values.get("gap", "")) or "",
    }
    return {name: value for name, value in kept.items() if value}
