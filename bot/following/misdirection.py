"""A report that went to the wrong person: its reporter gives it to one safe role, and to nobody else."""

from __future__ import annotations

from dataclasses import dataclass, replace

from bot.casework.case import Case
from bot.casework.context import Context, Work
from bot.casework.links import hide_from_linked, hold_together
from bot.casework.notify import owe_gone, owe_people
from bot.casework.told_before import leaving
from bot.domain.cases import Event, Happening, Refused, advance
from bot.domain.messages import Block, Callout, Message, Paragraph
from bot.domain.notices import Recipient
from bot.domain.roster import role_name
from bot.domain.routing import CHAIR_FOR_EHT, Told, conflict_of, decide
from bot.domain.turns import MoveReport, Sender
from bot.following import forms
from bot.following.ownership import own_case, unstored
from bot.following.whom_to_phone import out_of_hours
from bot.following.withdrawal import said
from bot.reporting.review import OUTSIDE_CONTACTS
from bot.reporting.steps import Redo, contact_list
from bot.storage.outbox import call_off, cards_of
from bot.storage.reports import (
    Report,
    SealedRoute,
    add_people,
)
from bot.storage.rerouting import Rerouted, forget_people
from bot.storage.timers import restart_clock, set_reminder

# The other one of these two may be the very person.
_OTHER = {"eht": "chair", "chair": "eht"}
# What leaves somebody out of a case after it was sent.
_LEAVES_OUT = frozenset({"recuse", "restrict", "misdirect"})


@dataclass(frozen=True)
class _Before:
    """Who had it: roles that it had gone to, and roles in which somebody opened its details."""

    roles: tuple[str, ...]
    opened: tuple[str, ...]


def move(work: Work, sender: Sender, command: MoveReport) -> Message:
    """Give the report to the role that its reporter chose; everyone else loses it, without a trace.

    Of a report that only one role has nothing stands in the FLT's channel, nor on the card of another case.
    The reporter is told, by role, who has opened it: what was read cannot be taken back.
    """
    texts = work.context.world.playbook.texts.aftercare
    hold_together(work, (command.reference,))
    case = own_case(work, sender, command.reference, command.code)
    if isinstance(case, str):
        redo = Redo({"code": unstored(work.context, case)}, {"to": (command.to,), "code": (command.code,)})
        return forms.move_form(command.reference, work.context.world, redo)
    role, report = role_name(command.to), case.report
    people = _safe_people(case, command.to, sender)
    if not people:
        return _unsafe(work.context, role)
    if {item.person for item in case.told} == set(people) and not report.row.visibility.in_channel:
        return said("info", texts.move_same.fill(reference=report.reference, role=role))
    before = _before(case)
    if not _moved(case, command.to, people, before):
        return said("warning", work.context.texts.status.add_unknown)
    return _told(work, case.again().report, role, before)


def _safe_people(case: Case, role: str, sender: Sender) -> tuple[str, ...]:
    report, roster = case.report, case.work.context.world.federation.roster
    route = _chosen_again(case, role, sender)
    if role not in _OTHER or role in route.excluded_roles:
        return ()
    holders = roster.holders(role, report.row.school)
    return tuple(person for person in holders if person not in route.excluded_people)


def _chosen_again(case: Case, role: str, sender: Sender) -> SealedRoute:
    """Who is left out if the reporter, who was not sure, had chosen this role at first.

    The other one of the two was passed over because the reporter chose, and not because of anything said of
    them: so the reporter may choose again. Whoever was left out since then, for whatever reason, stays out.
    """
    world, report = case.work.context.world, case.report
    roster, answers = world.federation.roster, report.answers
    since = {entry.event for entry in case.entries} & _LEAVES_OUT
    if since or not conflict_of(answers, roster).unclear:
        return report.route
    own = any(row.own for row in world.playbook.rows if row.matches(answers))
    choice = CHAIR_FOR_EHT if own and role == "chair" else role
    route = decide(world.playbook.rows, roster, {**answers, "safe_recipient": (choice,)})
    reporter = roster.by_account(sender.platform, sender.user)
    themselves = {reporter.id} if reporter and own else set[str]()
    return replace(
        report.route,
        excluded_people=tuple(sorted(route.excluded | themselves)),
        excluded_roles=tuple(sorted(route.excluded_roles)),
    )


def _unsafe(context: Context, role: str) -> Message:
    text = context.world.playbook.texts.aftercare.move_unsafe.fill(role=role)
    blocks = (Callout("warning", text), *contact_list(OUTSIDE_CONTACTS, context.world))
    return Message(blocks, summary=text, ephemeral=True)


def _before(case: Case) -> _Before:
    context, report = case.work.context, case.report
    reached = [role_name("flt")] if report.row.visibility.in_channel else []
    for item in case.told:
        roles = context.world.federation.roster.every_role_of(item.person)
        named = [item.role] if item.role in roles else sorted(roles)
        reached += [role_name(role) for role in named]
    opened = [
        role for entry in case.entries if entry.event == "view" for role in entry.role.split(",") if role
    ]
    return _Before(tuple(dict.fromkeys(reached)), tuple(dict.fromkeys(map(role_name, opened))))


def _moved(case: Case, role: str, people: tuple[str, ...], before: _Before) -> bool:
    work, report, event = case.work, case.report, Event(Happening.MISDIRECT, "reporter")
    state = advance(report.state, event)
    assert not isinstance(state, Refused)
    # For them it begins now, timers and all.
    timetable = work.context.world.federation.timetable(work.now, report.row.urgent)
    theirs = tuple(Recipient(person) for person in people)
    left = [recipient for recipient in cards_of(work.tx, report.id) if recipient not in theirs]
    to = Rerouted(_alone(work.context, report.route, role, people), timetable.step(0))
    gone = leaving(
        (item for item in case.told if item.person not in people), channel=report.row.visibility.in_channel
    )
    detail = {"text": _in_words(work.context, role_name(role), before), **gone}
    if not case.reroute(event, state, to, detail):
        return False
    set_reminder(work.tx, report, timetable.reminder_after(work.now))
    restart_clock(work.tx, report, work.now, state.level)
    forget_people(work.tx, report)
    told = tuple(Told(person, role, level) for person in people for level in ("C", "D"))
    add_people(work.tx, report, told, "reporter", work.now)
    call_off(work.tx, report.id, theirs)
    report = case.again().report
    owe_people(work, report, told)
    owe_gone(work, report, left)
    hide_from_linked(case)
    return True


def _alone(context: Context, route: SealedRoute, role: str, people: tuple[str, ...]) -> SealedRoute:
    """Nobody but this role, today or later, and no ladder: the next step could be the very person."""
    roster = context.world.federation.roster
    others = {person for ids in roster.roles.get(_OTHER[role], {}).values() for person in ids}
    return replace(
        route,
        ladder=(),
        excluded_people=tuple(sorted({*route.excluded_people, *others} - set(people))),
        excluded_roles=tuple(sorted({*route.excluded_roles, *roster.roles} - {role})),
    )


def _in_words(context: Context, role: str, before: _Before) -> str:
    texts = context.world.playbook.texts.aftercare
    roles, opened = ", ".join(before.roles) or texts.nobody, ", ".join(before.opened) or texts.nobody
    return texts.moved_here.fill(role=role, before=roles, opened=opened)


def _told(work: Work, report: Report, role: str, before: _Before) -> Message:
    texts = work.context.world.playbook.texts.aftercare
    text = texts.moved.fill(reference=report.reference, role=role)
    blocks: list[Block] = [Callout("success", text)]
    if before.opened:
        blocks.append(Paragraph(texts.moved_opened.fill(roles=", ".join(before.opened))))
    elif before.roles:
        blocks.append(Paragraph(texts.moved_unopened.fill(roles=", ".join(before.roles))))
    return Message((*blocks, *out_of_hours(work, report)), summary=text, ephemeral=True)
