"""The texts of cases and of the work on them (policy_kb/case-texts.yml, case-work.yml), checked at start."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from bot.content.documents import DataFaults, Document, Record
from bot.content.texts import Holding, Phrase, Text, TextTable, WithReference
from bot.domain.cases import Stage, Why
from bot.domain.closing import Demand
from bot.domain.roster import ROLES

Mode = Literal["named", "confidential", "anonymous"]
# Each line of the history that is no work on the case (`Work`).
CaseEvent = Literal[
    "submit", "deliver", "acknowledge", "assign", "note", "ask", "refer", "add", "answer", "correct",
    "withdraw", "withdraw_kept", "misdirect", "vacate", "deadline", "undelivered", "close", "reopen",
    "endanger", "view", "check_back", "export_code", "export", "complaint", "propose",
]  # fmt: skip
Refusal = Literal[Why, "not_on_roster", "unknown", "not_permitted", "unknown_action"]
Update = Literal[
    "receipt", "acknowledged", "closed", "answered", "reopened", "question", "undelivered", "late"
]  # fmt: skip
AuditActor = Literal["reporter", "signpost", "host", "unknown"]
AuditAction = Literal[
    "refused", "cases", "case.show", "case.clauses", "case.details", "case.view", "case.submit",
    "case.deliver", "case.acknowledge", "case.take", "case.assign", "case.note", "case.ask", "case.refer",
    "case.add", "case.answer", "case.check_back", "case.deadline", "case.close", "case.propose",
    "case.agree", "case.decline", "case.reopen", "case.complaint", "case.task",
    "case.purge", "audit.show", "keys.rotate", "keys.sheet", "backup", "purge", "purge.approve",
    "purge.proposed", "purge.approved", "purge.refused", "purge.withdrawn",
    "keys.proposed", "keys.approved", "keys.refused", "keys.withdrawn",
    "roster.proposed", "roster.approved", "roster.refused", "roster.withdrawn",
    "pause.proposed", "pause.approved", "pause.refused", "pause.withdrawn",
    "resume.proposed", "resume.approved", "resume.refused", "resume.withdrawn",
    "export_refused", "subject_code", "subject_export", "subject_refused", "register", "reply.log",
    "reply.acknowledge", "reply.answer", "staff.import", "staff.list", "staff.export",
    "governors.show", "governors.link", "governors.file",
    "campaign.start", "campaign.stop", "campaign.list",
    "gap.answer", "gap.sign", "gap.take_back", "gap.decline", "gap.export",
    "account.send", "account.direct", "account.confirm", "account.attest", "account.decline", "account.paper",
    "account.complete", "account.return", "account.ask", "account.tick", "account.approve", "account.reject",
    "account.withdraw", "account.create", "account.review", "account.close", "account.transfer",
    "account.hand_over", "account.end", "account.list", "consult.answer",
]  # fmt: skip


class TagTexts(Record):
    """The marks on a card."""

    drill: Text
    urgent: Text
    restricted: Text
    child: Text


class Labels(Record):
    """The labels of a card and of its details."""

    reference: Text
    school: Text
    received: Text
    status: Text
    added: Text
    asked: Text
    withdrawn: Text
    referred: Text
    their_reference: Text
    advice: Text
    question: Annotated[Phrase, Holding("when")]
    own_question: Text
    your_answer: Annotated[Phrase, Holding("when")]
    holder: Text
    reporter: Text
    told: Text
    told_before: Text
    ladder: Text
    opened: Text
    next_due: Text
    images: Text
    clauses: Text
    outcome: Text
    reason: Text
    answer: Text
    history: Text
    report: Text


class BreachReminder(Record):
    """That the clock of a breach ends soon."""

    title: Annotated[Phrase, Holding("reference when")]
    text: Annotated[Phrase, Holding("kind hours")]


class Breach(Record):
    """The clock of a breach of personal data: which mark of a route starts it, and what the card says.

    The people with its card in the role `remind` are reminded so many hours before it ends, and the holder.
    """

    tag: Text
    hours: int = Field(gt=0)
    label: Text
    text: Annotated[Phrase, Holding("hours when")]
    remind: Text
    remind_before: tuple[Annotated[int, Field(gt=0)], ...]
    reminder: BreachReminder

    @field_validator("remind")
    @classmethod
    def _role(cls, value: str) -> str:
        if value not in ROLES:
            raise ValueError(f"no such role: {value}")
        return value

    @model_validator(mode="after")
    def _while_it_runs(self) -> Breach:
        if late := [ahead for ahead in self.remind_before if ahead >= self.hours]:
            raise ValueError(
                f"remind_before: {late[0]} hours before the end is before the clock of {self.hours}"
            )
        return self


CardButton = Literal[
    "acknowledge", "take", "assign", "note", "ask", "refer", "read", "read_answer", "details", "close",
    "reopen", "open", "answer",
    "clauses", "subject",
]  # fmt: skip
Reply = Literal[
    "acknowledged", "assigned", "noted", "asked", "asked_anonymous", "asked_uncontacted", "referred",
    "closed", "reopened",
]  # fmt: skip


class CardForms(Record):
    """The forms that a card opens."""

    assign_title: WithReference
    assign_person: Text
    assign_submit: Text
    note_title: WithReference
    note_text: Text
    note_submit: Text
    ask_title: WithReference
    ask_text: Text
    ask_hint: Text
    ask_submit: Text
    refer_title: WithReference
    refer_agency: Text
    refer_at: Text
    refer_reference: Text
    refer_advice: Text
    refer_hint: Text
    refer_submit: Text
    close_title: WithReference
    close_outcome: Text
    close_reason: Text
    close_answer: Text
    close_submit: Text
    answer_title: WithReference
    answer_submit: Text
    reopen_title: WithReference
    reopen_reason: Text
    reopen_submit: Text


class NoticeCardTexts(Record):
    """A notice without content."""

    title: WithReference
    text: Text


class KindNotice(Record):
    """A notice that says the kind of the report, and nothing more."""

    title: WithReference
    text: Annotated[Phrase, Holding("kind")]


class ReportNotice(KindNotice):
    """That a report has come in; and what is `shown` to its reader who asks to see more of it."""

    shown: Annotated[Phrase, Holding("kind")]


class WithheldNotice(Record):
    """A notice that says why nothing stands in the channel."""

    title: WithReference
    text: Annotated[Phrase, Holding("why")]


class FieldErrors(Record):
    """What stands beside a field."""

    person: Text
    note: Text
    question: Text
    agency: Text
    date: Text
    future: Text
    too_long: Annotated[Phrase, Holding("limit")]
    outcome: Text
    reason: Text
    answer: Text


CaseFilter = Literal["open", "mine", "urgent", "closed"]


class Counted(Record):
    """How many cases stand in a list."""

    one: Text
    many: Annotated[Phrase, Holding("count")]


class CaseList(Record):
    """The list of cases: its filters, the table, and the form that finds one."""

    titles: TextTable[CaseFilter, Text]
    filters: TextTable[CaseFilter, Text]
    counts: TextTable[CaseFilter, Counted]
    columns: tuple[Text, Text, Text, Text, Text, Text]
    outcome: Text
    closed: Annotated[Phrase, Holding("age")]
    part: Annotated[Phrase, Holding("first last count")]
    before: Annotated[Phrase, Holding("count")]
    after: Annotated[Phrase, Holding("count")]
    find: Text
    find_reference: Text
    find_submit: Text
    none: Text
    line: Annotated[Phrase, Holding("reference kind age holder")]
    withheld: Annotated[Phrase, Holding("why")]
    urgent: Annotated[Phrase, Holding("urgent line")]


class AuditTexts(Record):
    """The audit as its readers see it: the names of actors and of actions among them."""

    title: WithReference
    general: Text
    none: Text
    newest: Annotated[Phrase, Holding("count")]
    refused: Text
    actors: TextTable[AuditActor, Text]
    actions: TextTable[AuditAction, Text]


class Status(Record):
    """What a reporter reads who asks."""

    title: Text
    none: Text
    older: Annotated[Phrase, Holding("count")]
    wrong_code: Text
    needs_code: Text
    too_many: Text
    waiting: Text
    late: Text
    later: Annotated[Phrase, Holding("when")]
    later_urgent: Annotated[Phrase, Holding("when")]
    undelivered: Text
    acknowledged: Text
    closed: Annotated[Phrase, Holding("message")]
    question_stage: Text
    question: Text
    answer: Annotated[Phrase, Holding("answer")]
    asked: Text
    answered: WithReference
    added: WithReference
    added_closed: Text
    added_again: Text
    add_unknown: Text


class Ages(Record):
    """How long ago."""

    minutes: Annotated[Phrase, Holding("count")]
    hours: Annotated[Phrase, Holding("count")]
    days: Annotated[Phrase, Holding("count")]


class CaseTexts(Record):
    """Every text about a case."""

    kinds: dict[str, Text]
    stages: TextTable[Stage, Text]
    modes: TextTable[Mode, Text]
    events: Annotated[TextTable[CaseEvent, Phrase], Holding(assign="to", refer="agency")]
    tags: TagTexts
    labels: Labels
    breach: Breach
    buttons: Annotated[TextTable[CardButton, Phrase], Holding(open="reference")]
    forms: CardForms
    nobody: Text
    images_none: Text
    local_target: Annotated[Phrase, Holding("when")]
    notice: ReportNotice
    added: NoticeCardTexts
    given: NoticeCardTexts
    vacated: NoticeCardTexts
    withheld: WithheldNotice
    reminder: KindNotice
    line: Annotated[Phrase, Holding("what who")]
    ladder_note: Text
    channel_note: Text
    replies: Annotated[
        TextTable[Reply, Phrase],
        Holding("reference", assigned="reference person", closed="reference message"),
    ]
    refusals: Annotated[
        TextTable[Refusal, Phrase],
        Holding(
            "reference",
            not_on_roster="",
            unknown="",
            already_acknowledged="person reference",
            unknown_action="",
        ),
    ]
    errors: FieldErrors
    cases: CaseList
    audit: AuditTexts
    status: Status
    updates: Annotated[
        TextTable[Update, Phrase], Holding("reference", receipt="reference when", closed="reference message")
    ]
    ages: Ages


def load_case_texts(path: Path, kinds: frozenset[str]) -> CaseTexts:
    """Read `case-texts.yml`. Raises DataFaults with file and line, also where it names other kinds."""
    document = Document(path)
    texts = document.parse(CaseTexts)
    unknown = [(f"kinds: no report is of kind {kind!r}", kind) for kind in texts.kinds.keys() - kinds]
    missing = [(f"kinds: {kind!r} has no name", kind) for kind in kinds - texts.kinds.keys()]
    if faults := [document.fault(message, ("kinds", kind)) for message, kind in sorted(unknown + missing)]:
        raise DataFaults(faults)
    return texts


WorkForm = Literal[
    "assess", "advice", "investigate", "task", "urgent", "calm", "link", "contact",
    "restrict", "hold", "release", "agree", "decline",
]  # fmt: skip
Work = Literal[WorkForm, "done", "recuse"]
WorkButton = Literal[Work, "more", "recuse_yes", "recuse_no", "export"]
FieldName = Literal[
    "category", "child", "crime", "nature", "note", "adviser", "who", "at", "advice", "advised",
    "first_step", "task", "task_hint", "person", "due", "why", "why_hint", "restrict_hint", "concerned",
    "concerned_hint", "reference", "reference_hint", "contact", "contact_hint", "agree_note",
]  # fmt: skip
WorkRefusal = Literal[
    "advice_first", "investigated", "restricted_already", "nobody_left", "no_such_task", "linked_already",
    "on_hold", "not_on_hold", "already_urgent", "not_urgent", "held_already", "no_taker", "not_proposed",
    "own_proposal", "in_place_of", "is_contact",
]  # fmt: skip
WorkNotice = Literal[
    "task", "urgent", "complaint", "given_back", "proposed", "declined", "no_second", "second_back"
]  # fmt: skip
Kept = Literal["asked", "agreed", "agencies", "evidence", "tasks", "record", "lessons", "gap", "file"]
# Who outside agrees to a closing, where nobody here can be the second.
Agreed = Literal["lado", "governor"]


class FormTexts(Record):
    """A form's title and its button."""

    title: WithReference
    submit: Text


class WorkLabels(Record):
    """The labels of the work on a card and in the details of a case."""

    assessed: Text
    assessed_yes: Annotated[Phrase, Holding("when")]
    advised: Text
    advised_yes: Annotated[Phrase, Holding("when")]
    investigated: Text
    investigated_yes: Annotated[Phrase, Holding("when")]
    contact: Text
    contact_yes: Annotated[Phrase, Holding("when")]
    tasks: Text
    task: Annotated[Phrase, Holding("task person when")]
    overdue: Text
    proposed: Text
    proposed_yes: Annotated[Phrase, Holding("when")]
    proposed_alone: Annotated[Phrase, Holding("when")]
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
    overdue: Annotated[Phrase, Holding("count when")]
    closing: Annotated[Phrase, Holding("person when")]
    closing_alone: Annotated[Phrase, Holding("person when")]


class WorkErrors(Record):
    """What stands beside a field."""

    choice: Text
    text: Text
    why: Text
    date: Text
    past: Text
    unknown: Text
    handles: Text
    outcome_first: TextTable[Literal["link", "referral", "withdrawal"], Text]
    tasks_why: Text
    not_independent: Text


class Closing(Record):
    """What is asked before a case is closed, beside its outcome and the reason; and the second of two."""

    first: WithReference
    demands: TextTable[Demand, Text]
    task: Annotated[Phrase, Holding("task")]
    decided: TextTable[Literal["done", "dropped", "moved"], Text]
    tasks_why: Text
    agreed_by: Text
    agreed_hint: Text
    agreed_answers: TextTable[Agreed, Text]
    agreed_name: Text
    agreed_at: Text
    agreed_advice: Text
    asked_for: Annotated[Phrase, Holding("person when")]
    may_agree: Annotated[Phrase, Holding("people")]
    none_may_agree: Text
    takes_two: Annotated[Phrase, Holding("people")]
    proposed: Annotated[Phrase, Holding("reference people")]
    waits_already: WithReference
    agencies: Text
    agencies_hint: Text
    evidence: Text
    evidence_answers: Annotated[dict[str, Text], Field(min_length=2)]
    record: Text
    lessons: Text
    gap: Text
    gap_answers: TextTable[Literal["yes", "no"], Text]
    kept: TextTable[Kept, Text]


class WorkReminder(Record):
    """What those who work on cases are reminded of, and the IT Manager's notice that one waits."""

    title: Text
    text: Text
    task: Annotated[Phrase, Holding("reference kind person when")]
    idle: Annotated[Phrase, Holding("reference kind person when")]
    # After so many working days, and again, for the second of two people; 0 for never.
    second_days: Annotated[int, Field(ge=0, le=20)]
    second: Annotated[Phrase, Holding("reference kind person when")]
    second_alone: Annotated[Phrase, Holding("reference kind person when")]
    more: Annotated[Phrase, Holding("count")]
    waits_title: Text
    waits: Text


class Covering(Record):
    """What the cover of an absent person is told."""

    given: NoticeCardTexts
    task: NoticeCardTexts
    line: Annotated[Phrase, Holding("person")]


class CaseWork(Record):
    """Every text of the work on a case."""

    buttons: Annotated[TextTable[WorkButton, Phrase], Holding(done="task")]
    more_title: WithReference
    more_none: Text
    events: Annotated[TextTable[Work, Phrase], Holding(task="to")]
    forms: TextTable[WorkForm, FormTexts]
    fields: TextTable[FieldName, Text]
    categories: Annotated[dict[str, Text], Field(min_length=2)]
    answers: TextTable[Literal["yes", "no", "unsure"], Text]
    natures: TextTable[Literal["allegation", "low_level", "neither"], Text]
    advisers: Annotated[dict[str, Text], Field(min_length=1)]
    labels: WorkLabels
    tags: WorkTags
    replies: Annotated[
        TextTable[Literal[Work, "recuse_no", "assess_restrict", "assess_told"], Phrase],
        Holding("reference", task="reference person", link="reference other"),
    ]
    not_stored: Text
    refusals: Annotated[
        TextTable[WorkRefusal, Phrase], Holding("reference", no_such_task="", linked_already="")
    ]
    recuse_question: WithReference
    removed: Text
    notices: TextTable[WorkNotice, NoticeCardTexts]
    support: Text
    reminder: WorkReminder
    covering: Covering
    closing: Closing
    cases: CaseLines
    errors: WorkErrors
