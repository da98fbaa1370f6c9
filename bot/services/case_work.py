"""The work on a case: assessment, advice, investigating, tasks, urgency, links, legal hold.

None of it moves the case to another stage. What was written is sealed in the history; the card shows that
it was done, and never a word of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from bot.conversation.inputs import read_moment
from bot.domain.cases import Event, Happening, Refused, Stage, advance
from bot.domain.messages import Message
from bot.services import case_state
from bot.services.case_press import Press
from bot.services.case_state import must_wait_for_advice, open_tasks
from bot.services.owed import owe_person, owe_rewrites
from bot.storage.case_marks import mark
from bot.storage.reports import Report, history, people_of, reload, report_by_reference, save_state
from bot.storage.timers import set_reminder

Values = Mapping[str, str]


def lock(press: Press, name: str) -> str:
    """Why this must not be done now, as a name of `refusals`; "" where it may."""
    row = press.report.row
    locks: dict[str, tuple[bool, str]] = {
        "hold": (bool(row.legal_hold), "on_hold"),
        "release": (not row.legal_hold, "not_on_hold"),
        "urgent": (bool(row.urgent), "already_urgent"),
        "calm": (not row.urgent, "not_urgent"),
    }
    if name == "investigate" and must_wait_for_advice(press.report, history(press.tx, press.report)):
        return "advice_first"
    if name == "done" and not _task(press):
        return "no_such_task"
    refused, why = locks.get(name, (False, ""))
    return why if refused else ""


def do(press: Press, name: str, values: Values) -> Message:
    """Do it, or say why not: another person was first, or it is locked."""
    if why := lock(press, name):
        return press.may_not(why)
    state = advance(press.report.state, Event(Happening(name), press.person.id))
    if isinstance(state, Refused):
        return press.refused(state.why, person=press.context.name(press.report.state.acknowledged_by))
    other = linked(press, values.get("reference", "")) if name == "link" else None
    row = press.report.row
    if not save_state(press.tx, press.report, state, _due(press, name), row.closed_at):
        return press.refused("changed")
    press.record(name, state, _detail(press, name, values))
    _MARKS.get(name, _nothing)(press)
    report = reload(press.tx, press.context.vault, press.report)
    owe_rewrites(press.tx, press.context, report, press.now)
    if other is not None:
        _link_back(press, other)
    if name == "task" and values["person"] != press.person.id:
        owe_person(press.tx, press.context, report, "task", values["person"], press.now)
    return press.done(name, _reply(press, name, values))


def linked(press: Press, reference: str) -> Report | None:
    """The other case, where the presser may open it too; None otherwise."""
    other = report_by_reference(press.tx, press.context.vault, reference.strip().upper())
    if other is None or other.id == press.report.id:
        return None
    may = press.context.may(press.person, "details", other, people_of(press.tx, other))
    return other if may else None


def _link_back(press: Press, other: Report) -> None:
    there = Press(press.tx, press.context, press.person, other, people_of(press.tx, other), press.now)
    there.record("link", other.state, {"reference": press.report.reference})


def _due(press: Press, name: str) -> datetime | None:
    """When the ladder climbs next: what becomes urgent is urgent from now."""
    report = press.report
    waiting = report.state.stage in (Stage.SUBMITTED, Stage.DELIVERED)
    planned: datetime | None = report.row.due_at
    if name == "urgent" and waiting and planned is not None:
        return min(planned, press.context.world.federation.timetable(press.now, urgent=True).step(0))
    return planned


def _hurry(press: Press) -> None:
    mark(press.tx, press.report, urgent=True)
    if press.report.row.due_at is not None:
        timetable = press.context.world.federation.timetable(press.now, urgent=True)
        set_reminder(press.tx, press.report, timetable.reminder_after(press.now))


def _nothing(_press: Press) -> None:
    pass


_MARKS: Mapping[str, Callable[[Press], None]] = {
    "hold": lambda press: mark(press.tx, press.report, legal_hold=True),
    "release": lambda press: mark(press.tx, press.report, legal_hold=False),
    "urgent": _hurry,
    "calm": lambda press: mark(press.tx, press.report, urgent=False),
}


def _detail(press: Press, name: str, values: Values) -> dict[str, str]:
    """What is kept: the words for people to read, and what the card's state is told by."""
    work, zone = press.context.work, press.context.world.federation.timezone
    if name == "assess":
        told = (
            (work.fields["child"], work.answers[values["child"]]),
            (work.fields["crime"], work.answers[values["crime"]]),
            (work.fields["nature"], work.natures[values["nature"]]),
        )
        words = [*(f"{label} {answer}" for label, answer in told), values.get("note", "")]
        kept = {key: values[key] for key in ("child", "crime", "nature")}
        return {**kept, "text": ". ".join(word for word in words if word)}
    found = {"text": values.get("why", "") or values.get("task", "") or values.get("advice", "")}
    if name == "advice":
        found = {"text": f"{values['who']}: {values['advice']}", "at": _iso(values["at"], zone)}
    if name == "task":
        number = str(len(case_state.tasks(history(press.tx, press.report))) + 1)
        found |= {"to": values["person"], "due": _iso(values["due"], zone), "task": number}
    if name == "done":
        found = {"task": press.part, "text": _task(press)}
    if name == "link":
        found = {"reference": values["reference"].strip().upper()}
    return {key: value for key, value in found.items() if value}


def _iso(text: str, zone: str) -> str:
    moment = read_moment(text, zone)
    return moment.isoformat(timespec="minutes") if moment else ""


def _task(press: Press) -> str:
    """The words of the open task that was meant; "" where there is none."""
    found = open_tasks(history(press.tx, press.report))
    return next((item.text for item in found if item.number == press.part), "")


def _reply(press: Press, name: str, values: Values) -> str:
    replies, report = press.context.work.replies, press.report
    exposed = bool(report.row.channel) and not report.row.restricted
    risky = values.get("nature") == "allegation" or values.get("child") == "yes"
    key = "assess_restrict" if name == "assess" and exposed and risky else name
    person = press.context.name(values.get("person", ""))
    other = values.get("reference", "").strip().upper()
    return replies[key].format(reference=report.reference, person=person, other=other)
