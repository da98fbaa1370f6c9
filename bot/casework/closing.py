"""Closing a case: what must be on record first, and what has to be said: only what this case demands."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from bot.casework import work_done
from bot.casework.acts import ACTS
from bot.casework.card import button, reporter_name, task_buttons
from bot.casework.case import Case
from bot.casework.history import is_hidden
from bot.casework.links import has_links
from bot.casework.press import CasePress, NotDone
from bot.content.case_texts import Agreed, Kept
from bot.domain.closing import ClosingKind, Demand, OnRecord, demands, gravest, takes_two
from bot.domain.messages import Block, Bullets, Buttons, Callout, Field, Message, Option
from bot.domain.names import Read
from bot.reporting.inputs import read_moment
from bot.storage.reports import Entry

_TEXT, _SHORT = 4000, 200
# Answers that tell of a sexual picture, or of one that may be; `child_image` is of an older version.
_PICTURES = {"category": {"child_image", "sexual_image"}, "shows_child": {"sexual", "unsure"}}
# What is kept of the closing beside outcome, reason and answer, in the order in which it is read.
KEPT: tuple[Kept, ...] = get_args(Kept)
# The fields that decide what becomes of an open task, by its number.
TASK = "task_"
_WRITTEN_BY_REPORTER = ("add", "answer", "correct")
_OPENED_AGAIN = ("reopen", "endanger")
# What must be on record before some outcomes are true: the event that says so; links are looked for.
_EVENTS = {"referral": "refer", "withdrawal": "withdraw_kept"}
_ACTS: Mapping[Demand, str] = {"details": "details", "assessment": "assess", "advice": "advice"}


def kind_of(case: Case) -> ClosingKind:
    """By which rules it is closed: what its route and any of its assessments say, the gravest first.

    An assessment that says less than an earlier one takes nothing back: that is for two people.
    """
    row, rows = case.report.row, case.report.route.rows
    found = [item.closing for item in case.work.context.world.playbook.rows if item.id in rows]
    kinds = {kind for kind in found if kind is not None}
    kinds |= {kind for entry in case.entries if entry.event == "assess" for kind in _assessed(entry.detail)}
    if any(values & set(case.report.answers.get(slot, ())) for slot, values in _PICTURES.items()):
        kinds.add("picture")
    if not kinds and row.visibility.restricted and row.child:
        # Of a row that an older version had, or moved to restricted: rather two people than one.
        kinds.add("child")
    if row.kind == "question":
        kinds.add("question")
    return gravest(kinds)


def _assessed(detail: Mapping[str, str]) -> Iterator[ClosingKind]:
    if detail.get("nature") == "allegation":
        yield "allegation"
    if detail.get("nature") == "low_level":
        yield "low_level"
    if detail.get("child") in ("yes", "unsure"):
        yield "child"


def is_open_to(case: Case, person: str) -> bool:
    """Whether this person has opened the details since the reporter wrote last, and since it was reopened."""
    written = [place for place, entry in enumerate(case.entries) if entry.event in _WRITTEN_BY_REPORTER]
    since = _since_reopened(case.entries[written[-1] :] if written else case.entries)
    return any(entry.event == "view" and entry.actor == person for entry in since)


def _since_reopened(entries: Sequence[Entry]) -> Sequence[Entry]:
    opened = [place for place, entry in enumerate(entries) if entry.event in _OPENED_AGAIN]
    return entries[opened[-1] :] if opened else entries


def missing(case: Case, closer: str) -> tuple[Demand, ...]:
    """What is to be done before this person may close it."""
    since = _since_reopened(case.entries)
    on_record = OnRecord(
        details=is_open_to(case, closer),
        assessment=any(entry.event == "assess" and entry.actor == closer for entry in since),
        advice=bool(work_done.advice(case.work.context, case.entries)),
        tasks=not work_done.open_tasks(case.entries),
    )
    return demands(kind_of(case), on_record)


def to_do(press: CasePress, wanted: Sequence[Demand]) -> Message | None:
    """What the presser has to do first, each with its button; None where that is nothing."""
    if not wanted:
        return None
    context, report, texts = press.context, press.report, press.context.work.closing
    title = texts.first.fill(reference=report.reference)
    acts = [ACTS[f"case.{_ACTS[demand]}"] for demand in wanted if demand in _ACTS]
    shown = tuple(button(context, report, act) for act in acts)
    # Each of them says what it is about: they stand where only those who opened the details see them.
    ticks = task_buttons(context, report, press.case.entries) if list(wanted) == ["tasks"] else ()
    blocks: list[Block] = [
        Callout("info", title),
        Bullets(tuple(texts.demands[demand] for demand in wanted)),
        *([Buttons((*shown, *ticks))] if shown or ticks else []),
    ]
    slot = f"case.close:{report.reference}"
    return NotDone(tuple(blocks), summary=title, replaces=slot, ephemeral=True)


def fields(press: CasePress, people: tuple[str, ...], alone: bool) -> tuple[Field, ...]:
    """Outcome and reason, always; the rest where this case demands it, or where it need not be filled in.

    Of a question the answer alone. `alone`: two people should close it, and there is no second one.
    """
    texts, closing, context = press.context.texts.forms, press.context.work.closing, press.context
    answer = Field("answer", texts.close_answer, "long_text", max_length=_TEXT)
    kind = kind_of(press.case)
    if kind == "question":
        return (answer,)
    options = tuple(Option(item.code, item.label) for item in context.outcomes.offered(kind))
    owners = tuple(Option(person, context.name(person)) for person in people)
    found = [
        Field("outcome", texts.close_outcome, "choice", options=options),
        answer,
        Field("reason", texts.close_reason, "long_text", max_length=_TEXT),
        *_task_fields(press),
        Field("agencies", closing.agencies, "text", hint=closing.agencies_hint, max_length=_SHORT),
        Field("evidence", closing.evidence, "choice", options=_options(closing.evidence_answers)),
        *(_agreement_fields(press) if alone else ()),
        Field("record", closing.record, "text", required=False, max_length=_SHORT),
        Field("lessons", closing.lessons, "choice", required=False, options=owners),
        Field("gap", closing.gap, "choice", required=False, options=_options(closing.gap_answers)),
    ]
    unasked = _unasked(press)
    return tuple(field for field in found if field.name not in unasked)


def _task_fields(press: CasePress) -> tuple[Field, ...]:
    texts, waiting = press.context.work.closing, work_done.open_tasks(press.case.entries)
    asked = tuple(
        Field(
            f"{TASK}{task.number}", texts.task.fill(task=task.text), "choice", options=_options(texts.decided)
        )
        for task in waiting
    )
    why = Field("tasks_why", texts.tasks_why, "text", required=False, max_length=_SHORT)
    return (*asked, why) if asked else ()


def _agreement_fields(press: CasePress) -> tuple[Field, ...]:
    texts = press.context.work.closing
    hint, limit = texts.agreed_hint, _SHORT
    return (
        Field("agreed_by", texts.agreed_by, "choice", hint=hint, options=_options(texts.agreed_answers)),
        Field("agreed_name", texts.agreed_name, "text", max_length=limit),
        Field("agreed_at", texts.agreed_at, "datetime", max_length=limit),
        Field("agreed_advice", texts.agreed_advice, "long_text", required=False, max_length=_TEXT),
    )


def _options(texts: Mapping[Any, str]) -> tuple[Option, ...]:
    return tuple(Option(value, label) for value, label in texts.items())


def _unasked(press: CasePress) -> frozenset[str]:
    row = press.report.row
    shows_picture = row.kind == "image" or kind_of(press.case) == "picture"
    # By a referral, or by asking their advice.
    was_told = any(entry.detail.get("agency") for entry in press.case.entries)
    not_asked = {"answer": row.kind != "question", "agencies": was_told, "evidence": not shows_picture}
    return frozenset(name for name, holds in not_asked.items() if holds)


def notes(press: CasePress) -> list[Block]:
    """What each outcome means for the personnel file, read before one is picked."""
    found = [item for item in press.context.outcomes.offered(kind_of(press.case)) if item.file]
    lines = tuple(f"{item.label}: {item.file}" for item in found)
    return [Bullets(lines, press.context.work.closing.kept["file"])] if lines else []


def errors(press: CasePress, values: Mapping[str, str]) -> dict[str, str]:
    """What an outcome says must have happened; why a task is left; who agreed, where nobody here can."""
    texts = press.context.work.errors
    outcome = press.context.outcomes.find(values.get("outcome", ""))
    needs = outcome.needs if outcome else ""
    entries = press.case.entries
    on_record = has_links(entries) if needs == "link" else press.case.has(_EVENTS.get(needs, ""))
    found = {"outcome": texts.outcome_first[needs]} if needs and not on_record else {}
    left = [name for name, value in values.items() if name.startswith(TASK) and value != "done"]
    if left and not values.get("tasks_why"):
        found["tasks_why"] = texts.tasks_why
    return found | _agreement_errors(press, values)


def _agreement_errors(press: CasePress, values: Mapping[str, str]) -> dict[str, str]:
    by: Agreed | str = values.get("agreed_by", "")
    if by == "lado":
        return {} if values.get("agreed_advice") else {"agreed_advice": press.context.work.errors.text}
    typed = Read(values.get("agreed_name", ""))
    is_barred = by == "governor" and any(any(typed.places(name)) for name in _with_a_part(press))
    return {"agreed_name": press.context.work.errors.not_independent} if is_barred else {}


def _with_a_part(press: CasePress) -> Iterator[str]:
    """The names of those who have a part in the case: who handles it or did, who has it, who is concerned.

    The reporter's too, which the closer has read in the details, and that of the named contact.
    """
    context, case = press.context, press.case
    roster = context.world.federation.roster
    known = {press.person.id, *(item.person for item in case.closers.told_as_known(press.person.id))}
    acted = {entry.actor for entry in case.entries if not is_hidden(press.person, entry)}
    for person in (known | acted | set(press.report.route.excluded_people)) & roster.people.keys():
        yield roster.people[person].name
    named = (reporter_name(context, press.report).partition("(")[0], work_done.contact(case.entries))
    yield from filter(None, named)


def detail(press: CasePress, values: Mapping[str, str]) -> dict[str, str]:
    """What is kept of it, in words for people to read."""
    closing, outcome = press.context.work.closing, press.context.outcomes.find(values.get("outcome", ""))
    kept = {
        "agreed": _agreed(press, values),
        "agencies": values.get("agencies", ""),
        "evidence": closing.evidence_answers.get(values.get("evidence", ""), ""),
        "tasks": "; ".join(_decided(press, values)),
        "tasks_decided": " ".join(name.removeprefix(TASK) for name in values if name.startswith(TASK)),
        "record": values.get("record", ""),
        "lessons": press.context.name(values["lessons"]) if values.get("lessons") else "",
        "gap": closing.gap_answers.find(values.get("gap", "")) or "",
        "file": outcome.file if outcome else "",
    }
    return {name: value for name, value in kept.items() if value}


def _decided(press: CasePress, values: Mapping[str, str]) -> Iterator[str]:
    texts = press.context.work.closing
    for task in work_done.open_tasks(press.case.entries):
        if chosen := values.get(f"{TASK}{task.number}"):
            yield f"{task.text}: {texts.decided.named(chosen)}"
    if why := values.get("tasks_why"):
        yield why


def _agreed(press: CasePress, values: Mapping[str, str]) -> str:
    if not values.get("agreed_by"):
        return ""
    context = press.context
    moment = read_moment(values["agreed_at"], context.world.federation.timezone)
    when = context.local(moment) if moment else ""
    who = context.work.closing.agreed_answers.named(values["agreed_by"])
    told = f"{who}: {values['agreed_name']}, {when}"
    return f"{told}. {values['agreed_advice']}" if values.get("agreed_advice") else told


def by_two(case: Case) -> bool:
    """Whether a second person has to agree to its closing."""
    return takes_two(kind_of(case))
