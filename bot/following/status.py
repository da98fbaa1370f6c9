"""What a reporter can do with a report that was sent: see where it stands, add to it, take a copy."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.casework.card import kind_name, next_step_line, status_line, unanswered
from bot.casework.case import Case
from bot.casework.context import Context, Work
from bot.casework.notify import has_reached_somebody, owe_addition
from bot.casework.work_done import is_late
from bot.domain.cases import UNACKNOWLEDGED, Event, Happening, Refused, Stage
from bot.domain.messages import Block, Bullets, Button, Buttons, Callout, Facts, Heading, Message, Paragraph
from bot.domain.presses import OWN, CasePart, ListPart
from bot.domain.roster import ROLES
from bot.domain.turns import AddToReport, CopyReport, Sender, ShowStatus
from bot.following import check_back, forms
from bot.following.ownership import own_case, reporter, unstored
from bot.following.whom_to_phone import is_concerned, out_of_hours, phone_list
from bot.following.withdrawal import was_withdrawn
from bot.reporting.review import answered
from bot.reporting.steps import Redo
from bot.storage.reports import (
    Entry,
    Report,
    histories,
    newest_of,
)

# Of one's own reports so many are shown at once: what Slack has room for in a message.
_AT_ONCE = 8
# The same words within this time are the same press.
_SENT_AGAIN = timedelta(minutes=10)


def status(work: Work, sender: Sender, asked: ShowStatus) -> Message:
    """Where the sender's reports stand, or the one that the reference and receipt code open."""
    if not asked.reference:
        mine = _listed(work, sender, asked.start)
        by_code = Button(work.context.world.playbook.texts.receipts.look_up, "status.show")
        return replace(mine, blocks=(*mine.blocks, Buttons((by_code,))))
    found = own_case(work, sender, asked.reference, asked.code)
    return not_found(work.context, asked, found) if isinstance(found, str) else _opened(found)


def not_found(context: Context, asked: ShowStatus, why: str) -> Message:
    """The same words whether or not there is such a report; what was typed is kept, to be mended."""
    world, texts = context.world, context.texts.status
    if asked.code:
        typed = {"reference": (asked.reference,), "code": (asked.code,)}
        return forms.status_form(world, Redo({"code": why}, typed))
    by_code = Buttons((Button(world.playbook.texts.receipts.look_up, "status.show"),))
    return Message((Callout("warning", texts.needs_code), by_code), summary=texts.title)


def _opened(case: Case) -> Message:
    """One report with what was asked and answered about it, and the form for an answer that is owed.

    Shown to the reporter alone. What was asked, and that somebody without a name looked, stays in no history.
    """
    context, report, entries = case.work.context, case.report, case.entries
    title, said = context.texts.status.title, _asked_and_answered(context, report, entries)
    blocks = [Heading(title), *_one(case.work, report, entries), *said]
    slot = ""
    if _owes_an_answer(report, entries):
        blocks.append(Callout("info", context.texts.status.asked))
        blocks.append(forms.answer_fields(_value(report), context.world))
        slot = forms.slot_of(forms.ANSWER, report.reference)
    unnamed = report.reporter is None
    hidden = unnamed or bool(said)
    return Message(tuple(blocks), summary=title, replaces=slot, ephemeral=hidden, once=unnamed)


def _asked_and_answered(context: Context, report: Report, entries: tuple[Entry, ...]) -> list[Block]:
    own = [(context.texts.labels.own_question, text) for text in report.answers.get("question_text", ())]
    labels = {"ask": context.texts.labels.question, "answer": context.texts.labels.your_answer}
    said = tuple(
        (labels[entry.event].fill(when=context.local(entry.at)), entry.detail["text"])
        for entry in entries
        if entry.event in labels
    )
    return [Facts((*own, *said))] if own or said else []


def _owes_an_answer(report: Report, entries: tuple[Entry, ...]) -> bool:
    # After the closing nobody waits for an answer; one that comes all the same is kept.
    return report.state.stage is not Stage.CLOSED and bool(unanswered(entries))


def _listed(work: Work, sender: Sender, start: int) -> Message:
    """Some of the sender's reports, the newest first, and the way to older ones."""
    texts = work.context.texts.status
    count, found = newest_of(work.tx, work.context.vault, reporter(sender), start, _AT_ONCE)
    blocks: list[Block] = [Heading(texts.title)]
    known = histories(work.tx, found)
    for report in found:
        entries = known[report.id]
        # Whom to phone is the same for each of them: it is said once.
        blocks += [
            one for one in _one(work, report, entries) if not isinstance(one, Bullets) or one not in blocks
        ]
        if _owes_an_answer(report, entries):
            read = Button(
                work.context.texts.buttons["read"].fill(), "report.read", report.reference, "primary"
            )
            blocks += [Callout("info", texts.asked), Buttons((read,))]
    if not count:
        blocks.append(Paragraph(texts.none))
    older = count - start - len(found)
    if older > 0:
        label = texts.older.fill(count=older)
        blocks.append(Buttons((Button(label, forms.OLDER, str(ListPart("own", start + len(found)))),)))
    return Message(tuple(blocks), summary=texts.title)


def _one(work: Work, report: Report, entries: tuple[Entry, ...]) -> list[Block]:
    context = work.context
    labels = context.texts.labels
    facts = (
        (labels.reference, report.reference),
        (labels.received, context.local(report.row.received_at)),
        (labels.status, _stage(context, report)),
        *next_step_line(context, report),
    )
    blocks: list[Block] = [Heading(kind_name(context, report)), Facts(facts)]
    blocks += [Paragraph(line) for line in _lines(context, report, entries)]
    blocks += _whom_to_phone(work, report, entries)
    blocks += check_back.in_status(context, report, entries)
    texts = context.world.playbook.texts
    add_more = Button(texts.receipts.add_more, "report.add", _value(report))
    settled = report.state.stage is Stage.CLOSED or was_withdrawn(entries)
    label = texts.aftercare.choices_settled if settled else texts.aftercare.choices
    more = Button(label, forms.SETTLED if settled else forms.MORE, _value(report))
    return [*blocks, Buttons((add_more, more))]


def _whom_to_phone(work: Work, report: Report, entries: tuple[Entry, ...]) -> list[Block]:
    """Where nobody has it, or is expected to look: that it is so, and whom to phone."""
    context, now = work.context, work.now
    texts = context.texts.status
    if _is_undelivered(work, report):
        return [Callout("warning", texts.undelivered), phone_list(context, now, report)]
    if is_late(report, entries, now):
        return [Callout("warning", texts.late), phone_list(context, now, report)]
    return [*out_of_hours(work, report)] if report.state.stage in UNACKNOWLEDGED else []


def _value(report: Report) -> str:
    return str(CasePart(report.reference, OWN if report.reporter else ""))


def _lines(context: Context, report: Report, entries: tuple[Entry, ...]) -> list[str]:
    withdrawn = report.state.stage is not Stage.CLOSED and was_withdrawn(entries)
    kept = [context.world.playbook.texts.aftercare.status_kept] if withdrawn else []
    return [*kept, *_where_it_stands(context, report, entries)]


def _where_it_stands(context: Context, report: Report, entries: tuple[Entry, ...]) -> list[str]:
    texts = context.texts.status
    match report.state.stage:
        case Stage.ACKNOWLEDGED:
            return [texts.acknowledged]
        case Stage.CLOSED:
            closed = texts.closed.fill(message=outcome_text(context, report))
            said = texts.question if is_answered(context, report) else closed
            return [said, *_answers(context, entries)]
    return [texts.waiting]


def _stage(context: Context, report: Report) -> str:
    """The stage in words; a question is answered, where any other report is closed."""
    answered_now = report.state.stage is Stage.CLOSED and is_answered(context, report)
    return context.texts.status.question_stage if answered_now else status_line(context, report)


def _answers(context: Context, entries: tuple[Entry, ...]) -> list[str]:
    given = [entry.detail["answer"] for entry in entries if entry.detail.get("answer")]
    return [context.texts.status.answer.fill(answer=given[-1])] if given else []


def question_notice(context: Context, report: Report) -> Message:
    """That there is a question, without a word of it, and the way to read and answer it."""
    text = context.texts.updates["question"].fill(reference=report.reference)
    read = Button(context.texts.buttons["read"].fill(), "report.read", report.reference, "primary")
    return Message((Paragraph(text), Buttons((read,))), summary=text)


def answer_notice(context: Context, report: Report) -> Message:
    """That a question was answered, with a button to read both; not a word of either."""
    text = context.texts.updates["answered"].fill(reference=report.reference)
    read = Button(context.texts.buttons["read_answer"].fill(), "report.read", report.reference, "primary")
    return Message((Paragraph(text), Buttons((read,))), summary=text)


def is_answered(context: Context, report: Report) -> bool:
    """Whether a question to the leadership team was closed with its answer."""
    return report.state.outcome in {item.code for item in context.outcomes.offered("question")}


def outcome_text(context: Context, report: Report) -> str:
    """The fixed words that the reporter sees for how the case was closed."""
    outcome = context.outcomes.find(report.state.outcome)
    return outcome.reporter if outcome else ""


def _is_undelivered(work: Work, report: Report) -> bool:
    """Whether it has reached nobody by the Federation's own target: an anonymous reporter learns it here."""
    longest = timedelta(minutes=work.context.world.federation.targets.undelivered)
    return work.now - report.row.received_at >= longest and not has_reached_somebody(work, report)


def not_to_phone(work: Work, sender: Sender, reference: str, code: str) -> frozenset[str]:
    """The roles that nobody who writes about this report is told to phone: those that may be involved in it.

    Where the report is not shown to be the sender's, every role: what is read is the same whatever it says.
    Raises Untried.
    """
    contacts = frozenset(work.context.world.federation.contacts)
    case = own_case(work, sender, reference, code)
    if isinstance(case, str):
        return frozenset(key for key in contacts if key.removeprefix("deputy_") in ROLES)
    return frozenset(key for key in contacts if is_concerned(work.context, case.report, key))


def add(work: Work, sender: Sender, command: AddToReport) -> Message:
    """Keep what the reporter adds or answers, and tell the case's handlers. Late ones are kept too."""
    texts = work.context.texts.status
    case = own_case(work, sender, command.reference, command.code)
    if isinstance(case, str):
        # Nothing typed is lost by a code that was mistyped.
        redo = Redo(
            {"code": unstored(work.context, case)}, {"text": (command.text,), "code": (command.code,)}
        )
        return forms.text_form(forms.ACTIONS[command.as_what], command.reference, work.context.world, redo)
    # An answer to what nobody asked is kept as what it is: something that the reporter added.
    asked = command.as_what == "answer" and case.has("ask")
    corrected = command.as_what == "correct"
    what = Happening.ANSWER if asked else Happening.CORRECT if corrected else Happening.ADD
    after = work.context.world.playbook.texts.aftercare
    done = texts.answered if asked else after.corrected if corrected else texts.added
    text = done.fill(reference=case.report.reference)
    if not command.danger and _is_kept(case, what, command.text):
        # Its form stood there still, or it was pressed twice: it is kept once, and nobody is told again.
        return Message((Callout("success", text),), summary=text, ephemeral=case.report.reporter is None)
    again = case.endangered() if command.danger else ()
    added = case.apply(Event(what, "reporter"), *again, detail={"text": command.text})
    if isinstance(added, Refused):
        return Message((Callout("warning", texts.add_unknown),), summary=texts.title)
    report = added.report
    kind, held = check_back.TELL_URGENT if command.danger else "added", case.report.state.holder
    owe_addition(work, report, kind, everybody=command.danger, held_before=held)
    new: tuple[Block, ...] = ()
    if report.state.stage is Stage.CLOSED:
        start = Button(work.context.world.playbook.texts.dialogue.start_button, "report.start")
        new = (Paragraph(texts.added_closed), Buttons((start,)))
    elif case.report.state.stage is Stage.CLOSED:
        new = (Paragraph(texts.added_again),)
    elif not command.danger:
        new = out_of_hours(work, report)
    return Message((Callout("success", text), *new), summary=text, ephemeral=report.reporter is None)


def _is_kept(case: Case, what: Happening, text: str) -> bool:
    """Whether the last that its reporter wrote is these very words, a moment ago, with no question since.

    Two questions may be answered alike.
    """
    written = (entry for entry in reversed(case.entries) if entry.event in _SHOWN)
    newest = next(written, None)
    if newest is None or newest.event != what.value or newest.detail.get("text") != text:
        return False
    return case.work.now - newest.at <= _SENT_AGAIN


# What stands in a reporter's copy of the history: what they wrote, and what they were asked.
_SHOWN = frozenset(("add", "answer", "correct", "ask"))


def own_copy(work: Work, sender: Sender, asked: CopyReport) -> Message:
    """The copy; or the form for the receipt code, in the same words whether or not there is such a report."""
    case = own_case(work, sender, asked.reference, asked.code)
    if isinstance(case, str):
        redo = Redo({"code": case}, {"code": (asked.code,)}) if asked.code else None
        return forms.copy_form(asked.reference, work.context.world, redo)
    if not case.reporter_may("export"):
        return forms.copy_form(asked.reference, work.context.world)
    return _copy(work.context, case)


def _copy(context: Context, case: Case) -> Message:
    report, texts, labels = case.report, context.world.paper.copy_, context.texts.labels
    title = texts.title.fill(reference=report.reference)
    rows = (
        (labels.received, context.local(report.row.received_at)),
        (labels.status, _stage(context, report)),
        *answered(context.world, report.answers, card=False),
        *_later(context, case.entries),
    )
    blocks = (
        Heading(title),
        Paragraph(texts.text, muted=True),
        Heading(kind_name(context, report)),
        Facts(rows),
    )
    return Message(blocks, summary=context.texts.status.title, replaces="report.copy", ephemeral=True)


def _later(context: Context, entries: tuple[Entry, ...]) -> list[tuple[str, str]]:
    events = context.texts.events
    return [
        (f"{events.named(entry.event).fill()} · {context.local(entry.at)}", entry.detail.get("text", ""))
        for entry in entries
        if entry.event in _SHOWN
    ]
