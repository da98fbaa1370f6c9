"""Acknowledging a case, giving it on, writing to it, closing it and opening it again."""

from __future__ import annotations

from collections.abc import Mapping

from bot.casework import closing
from bot.casework.acts import HAPPENING
from bot.casework.context import Context
from bot.casework.notify import is_uncontacted, owe_person, owe_reporter
from bot.casework.press import Press
from bot.content.texts import Phrase
from bot.domain.cases import Event, Happening, Refused
from bot.domain.messages import Message
from bot.reporting.inputs import read_moment
from bot.storage.reports import Report


def happen(press: Press, action: str, values: Mapping[str, str]) -> Message:
    """Do it once, or say why not. A refusal changes nothing."""
    to = values.get("person", press.person.id)
    event = Event(HAPPENING[action], press.person.id, to, values.get("outcome", ""))
    case = press.case.apply(event, detail=_detail(press, event, values))
    if isinstance(case, Refused):
        return refused(press, case)
    if event.what is Happening.ASSIGN and event.to != press.person.id:
        owe_person(press, case.report, "given", event.to)
    _tell_reporter(press, event, case.report)
    return _done(press, event)


def refused(press: Press, why: Refused) -> Message:
    """The case's stage does not take it."""
    by = press.context.name(press.report.state.acknowledged_by)
    return press.refused(why.why, person=by)


def _detail(press: Press, event: Event, values: Mapping[str, str]) -> dict[str, str]:
    context = press.context
    outcome = context.outcomes.find(event.outcome)
    kept = {
        "to": event.to if event.what is Happening.ASSIGN else "",
        "text": values.get("note", "") or values.get("question", ""),
        "agency": context.outcomes.agency(values["agency"]) if "agency" in values else "",
        "at": _moment(context, values.get("at", "")),
        "their_reference": values.get("their_reference", ""),
        "advice": values.get("advice", ""),
        "outcome": outcome.label if outcome else "",
        "reason": values.get("reason", ""),
        "answer": values.get("answer", ""),
        **(closing.detail(press, values) if event.what is Happening.CLOSE else {}),
    }
    return {name: value for name, value in kept.items() if value}


def _moment(context: Context, text: str) -> str:
    moment = read_moment(text, context.world.federation.timezone)
    return moment.isoformat(timespec="minutes") if moment else ""


def _tell_reporter(press: Press, event: Event, report: Report) -> None:
    kinds = {
        Happening.ACKNOWLEDGE: "acknowledged",
        Happening.CLOSE: "closed",
        Happening.REOPEN: "reopened",
        Happening.ASK: "question",
    }
    first_taken = event.what is Happening.ASSIGN and not press.report.state.acknowledged_by
    kind = "acknowledged" if first_taken else kinds.get(event.what)
    if kind:
        owe_reporter(press, report, kind)


def _asked(press: Press) -> Phrase:
    """What the one who asks reads: whether the reporter learns of it."""
    replies = press.context.texts.replies
    if is_uncontacted(press.context, press.report, press.now):
        return replies.asked_uncontacted
    return replies.asked if press.report.reporter else replies.asked_anonymous


def _done(press: Press, event: Event) -> Message:
    replies, reference = press.context.texts.replies, press.report.reference
    outcome = press.context.outcomes.find(event.outcome)
    texts: dict[Happening, Phrase] = {
        Happening.ACKNOWLEDGE: replies.acknowledged,
        Happening.ASSIGN: replies.assigned,
        Happening.NOTE: replies.noted,
        Happening.ASK: _asked(press),
        Happening.REFER: replies.referred,
        Happening.CLOSE: replies.closed,
        Happening.REOPEN: replies.reopened,
    }
    message = outcome.reporter if outcome else ""
    person = press.context.name(event.to)
    text = texts[event.what].fill(reference=reference, person=person, message=message)
    return press.done(event.what.value, text)
