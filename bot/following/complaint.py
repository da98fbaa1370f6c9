"""A reporter says that their report was handled badly: somebody hears it who has had no part in that."""

from __future__ import annotations

from bot.casework.case import Case
from bot.casework.context import Work
from bot.casework.history import COMPLAINT
from bot.casework.notify import owe_alone
from bot.domain.messages import Callout, Message
from bot.domain.roster import role_name
from bot.domain.routing import Told
from bot.domain.turns import Complain, Sender
from bot.following import forms
from bot.following.ownership import own_case
from bot.following.withdrawal import said
from bot.reporting.review import OUTSIDE_CONTACTS
from bot.reporting.steps import Redo, contact_list
from bot.storage.reports import add_people

# The chair where the Executive Headteacher has had a part in it, or can have none.
_ROLES = ("eht", "chair")
_NO_PART = ("view", "export", "export_code")


def complain(work: Work, sender: Sender, command: Complain) -> Message:
    """Tell the first of the two roles that has no part in the case. Its handlers see nothing of it.

    Once, as long as somebody who heard it has no part in the case and has not stepped back from it. Where
    nobody safe is left inside, nothing is stored, and the outside contacts are shown.
    """
    texts = work.context.world.playbook.texts.aftercare
    case = own_case(work, sender, command.reference, command.code)
    if isinstance(case, str):
        redo = Redo({"code": case}, {"code": (command.code,)}) if command.code else None
        return forms.complain_form(command.reference, work.context.world, redo)
    report = case.report
    if _with_somebody(case):
        return said("info", texts.badly_before.fill(reference=report.reference))
    role, people = _safe(case)
    if not people:
        text = texts.badly_nobody
        blocks = (Callout("warning", text), *contact_list(OUTSIDE_CONTACTS, work.context.world))
        return Message(blocks, summary=text, ephemeral=True)
    case.enter(COMPLAINT, "reporter", {"to": ",".join(people)})
    add_people(work.tx, report, [Told(person, COMPLAINT, "D") for person in people], COMPLAINT, work.now)
    for person in people:
        owe_alone(work, report, COMPLAINT, person)
    return said("success", texts.badly_sent.fill(reference=report.reference, role=role_name(role)))


def _with_somebody(case: Case) -> bool:
    """Whether one of those who heard it is on the roster, and still nobody whom it may be about."""
    heard = {
        person
        for entry in case.entries
        if entry.event == COMPLAINT
        for person in entry.detail["to"].split(",")
    }
    on_roster = case.work.context.world.federation.roster.people
    return any(person in on_roster for person in heard - _concerned(case))


def _concerned(case: Case) -> set[str]:
    """Who held the case, worked on it, is concerned in it or has stepped back from it."""
    had_a_part = {entry.actor for entry in case.entries if entry.event not in _NO_PART}
    return had_a_part | {case.report.state.holder, *case.report.route.excluded_people}


def _safe(case: Case) -> tuple[str, tuple[str, ...]]:
    """The role that hears it, and its people."""
    report, roster = case.report, case.work.context.world.federation.roster
    out = _concerned(case)
    for role in _ROLES:
        own = set(roster.own_holders(role, report.row.school))
        people = tuple(name for name in roster.holders(role, report.row.school) if name not in out)
        if role not in report.route.excluded_roles and people and not out & own:
            return role, people
    return "", ()
