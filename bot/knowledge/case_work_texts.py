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
FORMS = ("assess", "advice", "task", "urgent", "calm", "link", "restrict", "hold", "release")
_FIELDS = (
    *("child", "crime", "nature", "note", "who", "who_hint", "at", "advice", "task", "task_hint", "person"),
    *("due", "why", "why_hint", "restrict_hint", "reference"),
)
_LABELS = ("assessed", "assessed_yes", "tasks", "task", "overdue", "linked", "held", "held_yes")
_REFUSALS = (
    *("advice_first", "restricted_already", "nobody_left", "no_such_task", "same", "on_hold", "not_on_hold"),
    *("already_urgent", "not_urgent"),
)


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


class CaseWork(Record):
    """Every text of the work on a case."""

    buttons: Annotated[Texts, _just("more", *WORK, "recuse_yes", "export")]
    more_title: Text
    events: Annotated[Texts, _just(*WORK)]
    forms: Annotated[dict[str, FormTexts], _just(*FORMS)]
    fields: Annotated[Texts, _just(*_FIELDS)]
    answers: Annotated[Texts, _just("yes", "no", "unsure")]
    natures: Annotated[Texts, _just("allegation", "low_level", "neither")]
    labels: Annotated[Texts, _just(*_LABELS)]
    tags: Annotated[Texts, _just("allegation", "do_not_investigate", "low_level", "child", "crime")]
    replies: Annotated[Texts, _just(*WORK, "assess_restrict")]
    refusals: Annotated[Texts, _just(*_REFUSALS)]
    recuse_question: Text
    removed: Text
    task_notice: Notice
    errors: Annotated[Texts, _just("choice", "text", "date", "unknown")]
