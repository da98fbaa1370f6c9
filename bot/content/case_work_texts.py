"""What the FLT reads while it works a case (policy_kb/case-work.yml), checked at start."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field

from bot.content.case_texts import Notice
from bot.content.documents import Record
from bot.content.texts import Holding, Phrase, Table, Text, WithReference

WorkForm = Literal[
    "assess", "advice", "investigate", "task", "urgent", "calm", "link", "restrict", "hold", "release"
]
Work = Literal[WorkForm, "done", "recuse"]
WORK: tuple[Work, ...] = get_args(Work)
FORMS: tuple[WorkForm, ...] = get_args(WorkForm)
WorkButton = Literal[Work, "more", "recuse_yes", "export"]
FieldName = Literal[
    "category", "child", "crime", "nature", "note", "adviser", "who", "at", "advice", "advised",
    "first_step", "task", "task_hint", "person", "due", "why", "why_hint", "restrict_hint", "concerned",
    "concerned_hint", "reference", "reference_hint",
]  # fmt: skip
WorkRefusal = Literal[
    "advice_first", "investigated", "restricted_already", "nobody_left", "no_such_task", "linked_already",
    "on_hold", "not_on_hold", "already_urgent", "not_urgent",
]  # fmt: skip
Kept = Literal["agencies", "evidence", "record", "lessons", "gap"]


class FormTexts(Record):
    """A form's title and its button."""

    title: WithReference
    submit: Text


class WorkLabels(Record):
    """The labels of the work on a card and in the details of a case."""

    assessed: Text
    assessed_yes: Annotated[Phrase, Holding("when")]
    investigated: Text
    investigated_yes: Annotated[Phrase, Holding("when")]
    tasks: Text
    task: Annotated[Phrase, Holding("task person when")]
    overdue: Text
    linked: Text
    held: Text


class WorkTags(Record):
    """The marks that an assessment adds to a card."""

    allegation: Text
    do_not_investigate: Text
    low_level: Text
    crime: Text


class CaseLines(Record):
    """What the list of open cases says of the work."""

    own: Text
    others: Text
    next: Annotated[Phrase, Holding("when")]
    late: Text
    task: Annotated[Phrase, Holding("count when")]
    overdue: Annotated[Phrase, Holding("count")]


class WorkErrors(Record):
    """What stands beside a field."""

    choice: Text
    text: Text
    why: Text
    date: Text
    past: Text
    unknown: Text
    duplicate_first: Text
    referred_first: Text


class Closing(Record):
    """What is asked before a case is closed, beside its outcome and the reason."""

    agencies: Text
    agencies_hint: Text
    evidence: Text
    evidence_answers: Annotated[dict[str, Text], Field(min_length=2)]
    record: Text
    lessons: Text
    gap: Text
    gap_answers: Table[Literal["yes", "no"], Text]
    kept: Table[Kept, Text]


class CaseWork(Record):
    """Every text of the work on a case."""

    buttons: Annotated[Table[WorkButton, Phrase], Holding(done="task")]
    more_title: WithReference
    more_none: Text
    events: Annotated[Table[Work, Phrase], Holding(task="to")]
    forms: Table[WorkForm, FormTexts]
    fields: Table[FieldName, Text]
    categories: Annotated[dict[str, Text], Field(min_length=2)]
    answers: Table[Literal["yes", "no", "unsure"], Text]
    natures: Table[Literal["allegation", "low_level", "neither"], Text]
    advisers: Annotated[dict[str, Text], Field(min_length=1)]
    labels: WorkLabels
    tags: WorkTags
    replies: Annotated[
        Table[Literal[Work, "assess_restrict", "assess_told"], Phrase],
        Holding("reference", task="reference person", link="reference other"),
    ]
    refusals: Annotated[Table[WorkRefusal, Phrase], Holding("reference", no_such_task="", linked_already="")]
    recuse_question: WithReference
    removed: Text
    notices: Table[Literal["task", "urgent", "given_back"], Notice]
    closing: Closing
    cases: CaseLines
    errors: WorkErrors
