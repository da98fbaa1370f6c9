"""The work on a case: assessment, advice, investigating, tasks, urgency, links, legal hold.

None of it moves the case to another stage. What was written is sealed in the history; the card shows that
it was done, and never a word of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.casework import assessment, links
from bot.casework.context import Context
from bot.casework.notify import owe_addition, owe_person, owe_rewrites
from bot.casework.press import Press
from bot.casework.state import is_investigated, must_wait_for_advice, open_tasks, tasks
from bot.content.case_texts import WorkRefusal
from bot.domain.cases import Event, Happening, Refused, Stage, advance
from bot.domain.messages import Message
from bot.reporting.inputs import read_moment
from bot.storage.database import Transaction
from bot.storage.reports import Report, history, mark, reload, save_state
from bot.storage.timers import restart_clock, set_reminder


def next_due(
    tx: Transaction, context: Context, report: Report, urgent: bool, now: datetime
) -> datetime | None:
    """When the ladder climbs next: its steps count from now, the next one is no later than it was.

    Sets the reminder, and the clock of all later steps.
    """
    planned = report.row.due_at
    if report.state.stage not in (Stage.SUBMITTED, Stage.DELIVERED) or planned is None:
        return planned
    level = report.state.level
    timetable = context.world.federation.timetable(now, urgent, level)
    set_reminder(tx, report, timetable.reminder_after(now))
    restart_clock(tx, report, now, level)
    first = timetable.step(level)
    return min(planned, first) if urgent else first


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
    entries = history(press.tx, press.report)
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
    state = advance(press.report.state, Event(Happening(name), press.person.id))
    if isinstance(state, Refused):
        return press.refused(state.why, person=press.context.name(press.report.state.acknowledged_by))
    row = press.report.row
    if not save_state(press.tx, press.report, state, _due(press, name), row.closed_at):
        return press.refused("changed")
    _MARKS.get(name, _nothing)(press)
    press.record(name, state, _detail(press, name, values))
    report = reload(press.tx, press.context.vault, press.report)
    owe_rewrites(press.tx, press.context, report, press.now)
    _tell(press, report, name, values)
    told = assessment.tell_safeguarding(press, report, values) if name == "assess" else ""
    return press.done(name, _reply(press, told or name, values))


def tick(press: Press) -> Message:
    """A task is done: said by whoever owns it, or works on the case."""
    owner = {task.number: task.person for task in open_tasks(history(press.tx, press.report))}
    if owner.get(press.part, press.person.id) != press.person.id and not press.may("assess"):
        return press.refused("not_permitted")
    return do(press, "done", {})


def link(press: Press, other: Report) -> Message:
    """Link the two cases, each of which tells of the other where that may be."""
    if links.is_linked(press.tx, press.report, other):
        return press.may_not("linked_already")
    if links.may_tell(press.report, other):
        row, state = press.report.row, press.report.state
        if not save_state(press.tx, press.report, state, row.due_at, row.closed_at):
            return press.refused("changed")
        press.record("link", state, {"other": other.id})
        owe_rewrites(press.tx, press.context, reload(press.tx, press.context.vault, press.report), press.now)
    links.link_back(press, other)
    return press.done("link", _reply(press, "link", {"reference": other.reference}))


def _tell(press: Press, report: Report, name: str, values: Values) -> None:
    if name == "task" and values["person"] != press.person.id:
        owe_person(press.tx, press.context, report, "task", values["person"], press.now)
    if name == "urgent":
        # A card that is rewritten in place tells nobody anything.
        owe_addition(press.tx, press.context, report, press.now, "urgent")


def _due(press: Press, name: str) -> datetime | None:
    if name in ("urgent", "calm"):
        return next_due(press.tx, press.context, press.report, name == "urgent", press.now)
    return press.report.row.due_at


def _nothing(_press: Press) -> None:
    pass


_MARKS: Mapping[str, Callable[[Press], None]] = {
    "hold": lambda press: mark(press.tx, press.report, legal_hold=True),
    "release": lambda press: mark(press.tx, press.report, legal_hold=False),
    "urgent": lambda press: mark(press.tx, press.report, urgent=True),
    "calm": lambda press: mark(press.tx, press.report, urgent=False),
}


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
        number = str(len(tasks(history(press.tx, press.report))) + 1)
        found |= {"to": values["person"], "due": _iso(values["due"], zone), "task": number}
    if name == "done":
        found = {"task": press.part, "text": _task(press)}
    return {key: value for key, value in found.items() if value}


def _iso(text: str, zone: str) -> str:
    moment = read_moment(text, zone)
    return moment.isoformat(timespec="minutes") if moment else ""


def _task(press: Press) -> str:
    """The words of the open task that was meant; "" where there is none."""
    found = open_tasks(history(press.tx, press.report))
    return next((item.text for item in found if item.number == press.part), "")


def _reply(press: Press, key: str, values: Values) -> str:
    person, other = press.context.name(values.get("person", "")), values.get("reference", "")
    text = press.context.work.replies.named(key)
    return text.fill(reference=press.report.reference, person=person, other=other)
