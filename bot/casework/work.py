"""The work on a case: assessment, advice, investigating, tasks, urgency, links, legal hold.

None of it moves the case to another stage. What was written is sealed in the history; the card shows that
it was done, and never a word of it.
"""

from __future__ import annotations

from collections.abc import Mapping

from bot.casework import assessment, links
from bot.casework.case import Case
from bot.casework.notify import owe_addition, owe_person
from bot.casework.press import Press
from bot.casework.state import is_investigated, must_wait_for_advice, open_tasks, tasks
from bot.content.case_texts import WorkRefusal
from bot.domain.cases import Event, Happening, Refused
from bot.domain.messages import Message
from bot.reporting.inputs import read_moment
from bot.storage.reports import Report

Values = Mapping[str, str]


def lock(press: Press, name: str) -> WorkRefusal | None:
    """Why this must not be done now; None where it may."""
    row = press.report.row
    locks: dict[str, tuple[bool, WorkRefusal]] = {
        "hold": (row.legal_hold, "on_hold"),
        "release": (not row.legal_hold, "not_on_hold"),
        "urgent": (row.urgent, "already_urgent"),
        "calm": (not row.urgent, "not_urgent"),
        "restrict": (row.visibility.restricted, "restricted_already"),
    }
    entries = press.case.entries
    if name == "investigate" and must_wait_for_advice(press.context, press.report, entries):
        return "advice_first"
    if name == "investigate" and is_investigated(entries):
        return "investigated"
    if name == "done" and not _task(press):
        return "no_such_task"
    refused, why = locks.get(name, (False, None))
    return why if refused else None


def do(press: Press, name: str, values: Values) -> Message:
    """Do it, or say why not: another person was first, or it is locked."""
    if why := lock(press, name):
        return press.may_not(why)
    case = press.case.apply(Event(Happening(name), press.person.id), detail=_detail(press, name, values))
    if isinstance(case, Refused):
        return press.refused(case.why, person=press.context.name(press.report.state.acknowledged_by))
    _tell(press, case.report, name, values)
    told = assessment.tell_safeguarding(press, case.report, values) if name == "assess" else ""
    return press.done(name, _reply(press, told or name, values))


def tick(press: Press) -> Message:
    """A task is done: said by whoever owns it, or works on the case."""
    owner = {task.number: task.person for task in open_tasks(press.case.entries)}
    if owner.get(press.part, press.person.id) != press.person.id and not press.may("assess"):
        return press.refused("not_permitted")
    return do(press, "done", {})


def link(press: Press, other: Case) -> Message:
    """Link the two cases, each of which tells of the other where that may be."""
    if links.is_linked(press.case, other):
        return press.may_not("linked_already")
    if links.may_tell(press.report, other.report):
        linked = press.case.apply(Event(Happening.LINK, press.person.id), detail={"other": other.report.id})
        if isinstance(linked, Refused):
            return press.refused(linked.why)
    links.link_back(press, other)
    return press.done("link", _reply(press, "link", {"reference": other.report.reference}))


def _tell(press: Press, report: Report, name: str, values: Values) -> None:
    if name == "task" and values["person"] != press.person.id:
        owe_person(press, report, "task", values["person"])
    if name == "urgent":
        # A card that is rewritten in place tells nobody anything.
        owe_addition(press, report, "urgent")


def _detail(press: Press, name: str, values: Values) -> dict[str, str]:
    """What is kept: the words for people to read, and what the card's state is told by."""
    work, zone = press.context.work, press.context.world.federation.timezone
    if name == "assess":
        return assessment.detail(press.context, values)
    found = {"text": values.get("why", "") or values.get("task", "") or values.get("note", "")}
    if name == "advice":
        who = f"{work.advisers[values['adviser']]}, {values['who']}"
        found = {"text": f"{who}: {values['advice']}", "at": _iso(values["at"], zone)}
    if name == "task":
        number = str(len(tasks(press.case.entries)) + 1)
        found |= {"to": values["person"], "due": _iso(values["due"], zone), "task": number}
    if name == "done":
        found = {"task": press.part, "text": _task(press)}
    return {key: value for key, value in found.items() if value}


def _iso(text: str, zone: str) -> str:
    moment = read_moment(text, zone)
    return moment.isoformat(timespec="minutes") if moment else ""


def _task(press: Press) -> str:
    """The words of the open task that was meant; "" where there is none."""
    found = open_tasks(press.case.entries)
    return next((item.text for item in found if item.number == press.part), "")


def _reply(press: Press, key: str, values: Values) -> str:
    person, other = press.context.name(values.get("person", "")), values.get("reference", "")
    text = press.context.work.replies.named(key)
    return text.fill(reference=press.report.reference, person=person, other=other)
