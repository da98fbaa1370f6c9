"""Doing what somebody presses on a case: once, or saying why not. A refusal changes nothing.

What was written is sealed in the history; the card shows that it was done, and never a word of it.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.casework import assessment, closing, links, proposals
from bot.casework.acts import ACTS, Act
from bot.casework.case import Case
from bot.casework.context import Context
from bot.casework.notify import is_uncontacted, owe_addition, owe_person, owe_reporter
from bot.casework.press import CasePress
from bot.casework.work_done import is_investigated, must_wait_for_advice, open_tasks, tasks
from bot.content.case_texts import Reply, WorkRefusal
from bot.domain.cases import Event, Happening, Refused, Stage
from bot.domain.messages import Message
from bot.reporting.inputs import read_moment
from bot.storage.reports import Report

Values = Mapping[str, str]


def lock(press: CasePress, act: Act) -> WorkRefusal | None:
    """Why this makes no sense now; None where it does."""
    if act.name == "investigate":
        if must_wait_for_advice(press.context, press.report, press.case.entries):
            return "advice_first"
        return "investigated" if is_investigated(press.case.entries) else None
    if act.needs == "agree":
        return proposals.lock(press)
    state = press.report.state
    if act.name == "take" and state.stage is Stage.ACKNOWLEDGED and state.holder == press.person.id:
        return "held_already"
    if act.name == "reopen" and not press.may("assign"):
        # The person who opens it again holds it.
        return "is_contact"
    if act.name == "assign" and state.stage is not Stage.CLOSED and not press.case.takers(press.person.id):
        return "no_taker"
    if act.name == "done" and not _task(press):
        return "no_such_task"
    return act.locked[0] if act.locked and act.locked[1](press.report.row) else None


def event_of(press: CasePress, act: Act, values: Values) -> Event:
    """What happens to the case by it."""
    assert act.event is not None
    return Event(act.event, press.person.id, values.get("person", press.person.id), values.get("outcome", ""))


def do(press: CasePress, act: Act, values: Values) -> Message:
    """Do it, or say why not: another person was first, the case's stage does not take it, or it is locked."""
    if why := lock(press, act):
        return press.may_not(why)
    event = event_of(press, act, values)
    case = press.case.apply(event, detail=_detail(press, act, values))
    if isinstance(case, Refused):
        return refused(press, case)
    _tell_people(press, event, case.report)
    _tell_reporter(press, act, case.report)
    told = assessment.tell_safeguarding(press, case.report, values) if act.name == "assess" else ""
    return _done(press, act, event, told)


def close(press: CasePress, values: Values) -> Message:
    """Close it, or ask a second person to agree where this case takes two and there is one."""
    act, context = ACTS["case.close"], press.context
    if closing.kind_of(press.case) == "question":
        [answered] = context.outcomes.offered("question")
        values = {**values, "outcome": answered.code}
    if closing.by_two(press.case) and not proposals.lacks_second(press.case, press.person.id):
        return proposals.propose(press, values["outcome"], _detail(press, act, values))
    return do(press, act, values)


def refused(press: CasePress, why: Refused) -> Message:
    """The case's stage does not take it."""
    by = press.context.name(press.report.state.acknowledged_by)
    return press.refused(why.why, person=by)


def tick(press: CasePress) -> Message:
    """A task is done: its owner, or somebody who works on the case, says so."""
    owner = {task.number: task.person for task in open_tasks(press.case.entries)}
    if owner.get(press.part, press.person.id) != press.person.id and not press.may("assess"):
        return press.refused("not_permitted")
    return do(press, ACTS["case.done"], {})


def link(press: CasePress, other: Case) -> Message:
    """Link the two cases, each of which tells of the other where that may be."""
    if links.is_linked(press.case, other):
        return press.may_not("linked_already")
    event = Event(Happening.LINK, press.person.id)
    if links.may_tell(press.report, other.report):
        linked = press.case.apply(event, detail={"other": other.report.id})
        if isinstance(linked, Refused):
            return press.refused(linked.why)
    links.link_back(press, other)
    text = press.context.work.replies["link"]
    return press.done("link", text.fill(reference=press.report.reference, other=other.report.reference))


def _detail(press: CasePress, act: Act, values: Values) -> dict[str, str]:
    """What is kept: the words for people to read, and what the card's state is told by."""
    match act.name:
        case "assess":
            return assessment.detail(press.context, values)
        case "advice":
            who = f"{press.context.work.advisers[values['adviser']]}, {values['who']}"
            outside = {item.code: item.label for item in press.context.outcomes.agencies}
            kept = {"text": f"{who}: {values['advice']}", "at": _moment(press.context, values["at"])}
            kept["agency"] = outside.get(values["adviser"], "")
        case "task":
            due, number = _moment(press.context, values["due"]), str(len(tasks(press.case.entries)) + 1)
            kept = {"text": values["task"], "to": values["person"], "due": due, "task": number}
        case "contact":
            kept = {"contact": values["contact"], "text": ". ".join(filter(None, values.values()))}
        case "done":
            kept = {"task": press.part, "text": _task(press)}
        case _:
            kept = _typed(press, act, values)
    return {name: value for name, value in kept.items() if value}


def _typed(press: CasePress, act: Act, values: Values) -> dict[str, str]:
    context, outcome = press.context, press.context.outcomes.find(values.get("outcome", ""))
    return {
        "to": values.get("person", press.person.id) if act.event is Happening.ASSIGN else "",
        "text": values.get("note", "") or values.get("question", "") or values.get("why", ""),
        "agency": context.outcomes.agency(values["agency"]) if "agency" in values else "",
        "at": _moment(context, values.get("at", "")),
        "their_reference": values.get("their_reference", ""),
        "advice": values.get("advice", ""),
        "outcome": outcome.label if outcome else "",
        "reason": values.get("reason", ""),
        "answer": values.get("answer", ""),
        **(closing.detail(press, values) if act.event is Happening.CLOSE else {}),
    }


def _moment(context: Context, text: str) -> str:
    moment = read_moment(text, context.world.federation.timezone)
    return moment.isoformat(timespec="minutes") if moment else ""


def _task(press: CasePress) -> str:
    """The words of the open task that was meant; "" where there is none."""
    found = open_tasks(press.case.entries)
    return next((item.text for item in found if item.number == press.part), "")


def _tell_people(press: CasePress, event: Event, report: Report) -> None:
    kinds = {Happening.ASSIGN: "given", Happening.TASK: "task"}
    if event.what in kinds and event.to != press.person.id:
        owe_person(press, report, kinds[event.what], event.to)
    if event.what is Happening.URGENT:
        # A card that is rewritten in place tells nobody anything.
        owe_addition(press, report, "urgent")


def _tell_reporter(press: CasePress, act: Act, report: Report) -> None:
    first_taken = act.event is Happening.ASSIGN and not press.report.state.acknowledged_by
    kind = "acknowledged" if first_taken else act.tells
    if kind:
        owe_reporter(press, report, kind)


def _asked(press: CasePress) -> Reply:
    """What the one who asks reads: whether the reporter learns of it."""
    if is_uncontacted(press.context, press.report, press.now):
        return "asked_uncontacted"
    return "asked" if press.report.reporter else "asked_anonymous"


def _done(press: CasePress, act: Act, event: Event, told: str) -> Message:
    context, outcome = press.context, press.context.outcomes.find(event.outcome)
    reply = _asked(press) if act.reply == "asked" else act.reply
    text = context.texts.replies[reply] if reply else context.work.replies.named(told or act.name)
    message, person = outcome.reporter if outcome else "", context.name(event.to)
    return press.done(
        event.what.value, text.fill(reference=press.report.reference, person=person, message=message)
    )
