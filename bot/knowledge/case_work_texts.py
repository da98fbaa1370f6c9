"""What the FLT reads while it works a case (policy_kb/case-work.yml), checked at start."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import AfterValidator, Field

from bot.knowledge.case_texts import Notice
from bot.knowledge.documents import Record

Text = Annotated[str, Field(min_length=1)]
Texts = dict[str, Text]
Work = Literal[
    "assess", "advice", "investigate", "task", "done", "urgent", "calm", "link", "restrict", "recuse",
    "hold", "release",
]  # fmt: skip
WORK: tuple[Work, ...] = get_args(Work)
FORMS = (
    *("assess", "advice", "investigate", "task", "urgent", "calm", "link", "restrict", "hold", "release"),
)
_FIELDS = (
    *("category", "child", "crime", "nature", "note", "adviser", "who", "at", "advice", "advised"),
    *("first_step", "task", "task_hint", "person", "due", "why", "why_hint", "restrict_hint"),
    *("concerned", "concerned_hint", "reference", "reference_hint"),
)
_LABELS = (
    *("assessed", "assessed_yes", "investigated", "investigated_yes", "tasks", "task", "overdue", "linked"),
    "held",
)
_REFUSALS = (
    *("advice_first", "investigated", "restricted_already", "nobody_left", "no_such_task", "linked_already"),
    *("on_hold", "not_on_hold", "already_urgent", "not_urgent"),
)
_ERRORS = ("choice", "text", "why", "date", "past", "unknown", "duplicate_first", "referred_first")


def _just(*names: str) -> AfterValidator:
    """Exactly these names: one that is missing, or that nothing reads, is a fault."""

    def check(value: dict[str, object]) -> dict[str, object]:
        if missing := sorted(set(names) - value.keys()):
            raise ValueError(f"missing: {', '.join(missing)}")
        if unknown := sorted(value.keys() - set(names)):
            raise ValueError(f"nothing reads: {', '.join(unknown)}")
        return value

    return AfterValidator(check)


class FormTexts(Record):
    """A form's title and its button."""

    title: Text
    submit: Text


class Closing(Record):
    """What is asked before a case is closed, beside its outcome and the reason."""

    agencies: Text
    agencies_hint: Text
    evidence: Text
    evidence_answers: Texts = Field(min_length=2)
    record: Text
    lessons: Text
    gap: Text
    gap_answers: Annotated[Texts, _just("yes", "no")]
    kept: Annotated[Texts, _just("agencies", "evidence", "record", "lessons", "gap")]


class CaseWork(Record):
    """Every text of the work on a case."""

    buttons: Annotated[Texts, _just("more", *WORK, "recuse_yes", "export")]
    more_title: Text
    more_none: Text
    events: Annotated[Texts, _just(*WORK)]
    forms: Annotated[dict[str, FormTexts], _just(*FORMS)]
    fields: Annotated[Texts, _just(*_FIELDS)]
    categories: Texts = Field(min_length=2)
    answers: Annotated[Texts, _just("yes", "no", "unsure")]
    natures: Annotated[Texts, _just("allegation", "low_level", "neither")]
    advisers: Texts = Field(min_length=1)
    labels: Annotated[Texts, _just(*_LABELS)]
    tags: Annotated[Texts, _just("allegation", "do_not_investigate", "low_level", "crime")]
    replies: Annotated[Texts, _just(*WORK, "assess_restrict", "assess_told")]
    refusals: Annotated[Texts, _just(*_REFUSALS)]
    recuse_question: Text
    removed: Text
    notices: Annotated[dict[str, Notice], _just("task", "urgent", "given_back")]
    closing: Closing
    cases: Annotated[Texts, _just("own", "others", "next", "late", "task", "overdue")]
    errors: Annotated[Texts, _just(*_ERRORS)]
