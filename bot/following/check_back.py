"""Some days after a report its reporter is asked, once, whether anything has happened since.

Named reporters are sent a line without content, unless they asked not to be contacted; an anonymous
reporter finds the question in their mailbox, and nothing is sent. The answer is an addition to the case.
"""

from __future__ import annotations

from collections.abc import Sequence

from bot.casework.case import Case
from bot.casework.context import Context, Work
from bot.casework.links import linked_ids
from bot.casework.notify import owe_addition, owe_reporter
from bot.domain.cases import WITHDRAWN, Event, Happening, Refused, Stage
from bot.domain.messages import Block, Button, Buttons, Callout, Heading, Message, Outside, Paragraph
from bot.domain.presses import OWN, CasePart
from bot.domain.turns import AnswerCheckBack, Sender
from bot.following import check_back_form
from bot.following.ownership import own_case, unstored
from bot.following.whom_to_phone import out_of_hours
from bot.following.withdrawal import said, was_withdrawn
from bot.reporting.steps import Redo
from bot.storage.crypto import KeyFault
from bot.storage.reports import Entry, Report, history, look_up, named
from bot.storage.timers import end_check

CHECK_BACK = "check_back"
TELL_URGENT, TELL_PHONE = "since_urgent", "since_phone"
# Of the entry that holds an answer.
_ANSWER = "since"


def ask(case: Case) -> None:
    """The time has come: ask once, whenever that is noticed; or let it be, where there is nothing to ask."""
    work, report = case.work, case.report
    end_check(work.tx, report)
    if not _is_to_be_asked(work, report, case.entries):
        return
    case.enter(CHECK_BACK)
    if report.answers.get("contact_by", ("here",)) == ("phone",):
        owe_addition(work, report, TELL_PHONE)
    else:
        owe_reporter(work, report, CHECK_BACK)


def _is_to_be_asked(work: Work, report: Report, entries: Sequence[Entry]) -> bool:
    if not work.context.world.federation.targets.check_back_days or _was(entries, CHECK_BACK):
        return False
    given_up = report.state.outcome == WITHDRAWN or was_withdrawn(entries)
    moved = _was(entries, Happening.MISDIRECT.value)
    return not (given_up or moved or _another_is_asked(work, report, entries))


def _was(entries: Sequence[Entry], event: str) -> bool:
    return any(entry.event == event for entry in entries)


def _another_is_asked(work: Work, report: Report, entries: Sequence[Entry]) -> bool:
    """Whether it was linked to an earlier report of the same matter, whose reporter is or was asked."""
    return any(_is_asked_before(work, report, item.reference) for item in named(work.tx, linked_ids(entries)))


def _is_asked_before(work: Work, report: Report, reference: str) -> bool:
    try:
        other = look_up(work.tx, work.context.vault, reference)
        if other is None or other.row.received_at >= report.row.received_at:
            return False
        return other.row.check_at is not None or _was(history(work.tx, other), CHECK_BACK)
    except KeyFault:
        # Nobody can say any more: asked twice is better than never.
        return False


def is_open(report: Report, entries: Sequence[Entry]) -> bool:
    """Whether the reporter was asked, and has neither answered nor taken the report back or elsewhere."""
    answered = any(_ANSWER in entry.detail for entry in entries)
    ended = was_withdrawn(entries) or _was(entries, Happening.MISDIRECT.value)
    withdrawn = report.state.outcome == WITHDRAWN
    return _was(entries, CHECK_BACK) and not (answered or ended or withdrawn)


def notice(context: Context, report: Report) -> Message:
    """What a reporter is sent: that there is a question, and the way to it."""
    texts = context.world.playbook.contact.check_back
    text = texts.notice.fill(reference=report.reference)
    blocks = (Paragraph(text), Outside(texts.not_in_policy), _way(context, report))
    return Message(blocks, summary=text)


def tell_urgent(context: Context, report: Report) -> Message:
    """That a reporter has answered and somebody may be at risk: for those who handle the case."""
    texts = context.world.playbook.contact.check_back
    return _told(texts.tell_urgent.fill(reference=report.reference), texts.tell_urgent_text)


def tell_phone(context: Context, report: Report) -> Message:
    """That the question is to be asked by phone: for those who handle the case."""
    texts = context.world.playbook.contact.check_back
    return _told(texts.tell_phone.fill(reference=report.reference), texts.tell_phone_text)


def _told(title: str, text: str) -> Message:
    return Message((Heading(title), Paragraph(text)), summary=title)


def _way(context: Context, report: Report) -> Buttons:
    label = context.world.playbook.contact.check_back.button
    of = CasePart(report.reference, OWN if report.reporter else "")
    return Buttons((Button(label, check_back_form.CHECK_BACK, str(of), "primary"),))


def in_status(context: Context, report: Report, entries: Sequence[Entry]) -> list[Block]:
    """The same in the reporter's own status, as long as it waits for an answer."""
    if not is_open(report, entries):
        return []
    return [Callout("info", context.world.playbook.contact.check_back.status), _way(context, report)]


def answer(work: Work, sender: Sender, command: AnswerCheckBack) -> Message:
    """Keep the answer and tell those who handle the case that there is one; a closed one stays closed.

    Where somebody may be at risk it becomes urgent, a closed one is open again, and everybody who has it is
    told at once.
    """
    case = own_case(work, sender, command.reference, command.code)
    if isinstance(case, str):
        typed = {"answer": (command.answer,), "risk": command.risks, "text": (command.text,)}
        redo = Redo({"code": unstored(work.context, case)}, {**typed, "code": (command.code,)})
        return check_back_form.form(command.reference, work.context.world, redo, urgent=bool(command.risks))
    urgent = bool(command.risks)
    again = case.endangered() if urgent else ()
    detail = {"text": _in_words(work.context, command), _ANSWER: command.answer}
    answered = case.apply(Event(Happening.ADD, "reporter"), *again, detail=detail)
    if isinstance(answered, Refused):
        return said("warning", work.context.texts.status.add_unknown)
    kind, held = TELL_URGENT if urgent else "added", case.report.state.holder
    owe_addition(work, answered.report, kind, everybody=urgent, held_before=held)
    text = _reply(work.context, answered.report, urgent)
    waits = not urgent and answered.report.state.stage is not Stage.CLOSED
    later = out_of_hours(work, answered.report) if waits else ()
    return Message((Callout("success", text), *later), summary=text, ephemeral=True)


def _in_words(context: Context, command: AnswerCheckBack) -> str:
    texts = context.world.playbook.contact.check_back
    risks = [label for risk, label in texts.risks.items() if risk in command.risks]
    words = [texts.kept.fill(answer=texts.answers[command.answer]), *(f"{risk}." for risk in risks)]
    return " ".join([*words, command.text] if command.text else words)


def _reply(context: Context, report: Report, urgent: bool) -> str:
    texts = context.world.playbook.contact.check_back
    closed = report.state.stage is Stage.CLOSED
    text = texts.answered_urgent if urgent else texts.answered_closed if closed else texts.answered
    return text.fill(reference=report.reference)
