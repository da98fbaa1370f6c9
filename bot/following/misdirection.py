"""A report that went to the wrong person: its reporter gives it to one safe role, and to nobody else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.casework.context import Context
from bot.casework.links import hide_from_linked, hold_together
from bot.casework.notify import owe_gone, owe_people
from bot.domain.cases import Event, Happening, Refused, advance
from bot.domain.messages import Block, Callout, Message, Paragraph
from bot.domain.notices import Recipient
from bot.domain.roster import role_name
from bot.domain.routing import Told
from bot.domain.turns import MoveReport, Sender
from bot.following.ownership import own_report
from bot.following.withdrawal import said
from bot.reporting.review import OUTSIDE_CONTACTS
from bot.reporting.steps import contact_list
from bot.storage.database import Transaction
from bot.storage.outbox import call_off, cards_of
from bot.storage.reports import (
    Entry,
    Report,
    SealedRoute,
    add_entry,
    add_people,
    history,
    people_of,
    reload,
)
from bot.storage.rerouting import Rerouted, forget_people, save_route
from bot.storage.timers import restart_clock, set_reminder

# The other one of these two may be the very person.
_OTHER = {"eht": "chair", "chair": "eht"}


@dataclass(frozen=True)
class _Before:
    """Who had it: roles that it had gone to, and roles in which somebody opened its details."""

    roles: tuple[str, ...]
    opened: tuple[str, ...]


def move(tx: Transaction, context: Context, sender: Sender, command: MoveReport, now: datetime) -> Message:
    """Give the report to the role that its reporter chose; everyone else loses it, without a trace.

    Of a report that only one role has nothing stands in the FLT's channel, nor on the card of another case.
    The reporter is told, by role, who has opened it: what was read cannot be taken back.
    """
    texts = context.world.playbook.texts.aftercare
    hold_together(tx, context, (command.reference,))
    report = own_report(tx, context, sender, command.reference, command.code, now)
    if isinstance(report, str):
        return said("warning", context.texts.status.add_unknown)
    role, told = role_name(command.to), people_of(tx, report)
    people = _safe_people(context, report, command.to)
    if not people:
        return _unsafe(context, role)
    if {item.person for item in told} == set(people) and not report.row.visibility.in_channel:
        return said("info", texts.move_same.fill(reference=report.reference, role=role))
    before = _before(context, report, told, history(tx, report))
    if not _moved(tx, context, report, command.to, people, before, now):
        return said("warning", context.texts.status.add_unknown)
    return _told(context, report.reference, role, before)


def _safe_people(context: Context, report: Report, role: str) -> tuple[str, ...]:
    route, roster = report.route, context.world.federation.roster
    if role not in _OTHER or role in route.excluded_roles:
        return ()
    holders = roster.holders(role, report.row.school)
    return tuple(person for person in holders if person not in route.excluded_people)


def _unsafe(context: Context, role: str) -> Message:
    text = context.world.playbook.texts.aftercare.move_unsafe.fill(role=role)
    blocks = (Callout("warning", text), *contact_list(OUTSIDE_CONTACTS, context.world))
    return Message(blocks, summary=text, ephemeral=True)


def _before(context: Context, report: Report, told: Iterable[Told], entries: Iterable[Entry]) -> _Before:
    reached = [role_name("flt")] if report.row.visibility.in_channel else []
    for item in told:
        roles = context.world.federation.roster.every_role_of(item.person)
        named = [item.role] if item.role in roles else sorted(roles)
        reached += [role_name(role) for role in named]
    opened = [role for entry in entries if entry.event == "view" for role in entry.role.split(",") if role]
    return _Before(tuple(dict.fromkeys(reached)), tuple(dict.fromkeys(map(role_name, opened))))


def _moved(
    tx: Transaction,
    context: Context,
    report: Report,
    role: str,
    people: tuple[str, ...],
    before: _Before,
    now: datetime,
) -> bool:
    state = advance(report.state, Event(Happening.MISDIRECT, "reporter"))
    assert not isinstance(state, Refused)
    # For them it begins now, timers and all.
    timetable = context.world.federation.timetable(now, report.row.urgent)
    theirs = tuple(Recipient(person) for person in people)
    left = [recipient for recipient in cards_of(tx, report.id) if recipient not in theirs]
    to = Rerouted(_alone(context, report.route, role, people), timetable.step(0))
    if not save_route(tx, report, state, to):
        return False
    set_reminder(tx, report, timetable.reminder_after(now))
    restart_clock(tx, report, now, state.level)
    forget_people(tx, report)
    told = tuple(Told(person, role, level) for person in people for level in ("C", "D"))
    add_people(tx, report, told, "reporter", now)
    detail = {"text": _in_words(context, role_name(role), before)}
    entry = Entry(now, "reporter", "", Happening.MISDIRECT.value, state.stage.value, detail)
    add_entry(tx, context.vault, report, entry)
    call_off(tx, report.id, theirs)
    report = reload(tx, context.vault, report)
    owe_people(tx, context, report, told, now)
    owe_gone(tx, context, report, left, now)
    hide_from_linked(tx, context, report, now)
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


def _told(context: Context, reference: str, role: str, before: _Before) -> Message:
    texts = context.world.playbook.texts.aftercare
    text = texts.moved.fill(reference=reference, role=role)
    blocks: list[Block] = [Callout("success", text)]
    if before.opened:
        blocks.append(Paragraph(texts.moved_opened.fill(roles=", ".join(before.opened))))
    elif before.roles:
        blocks.append(Paragraph(texts.moved_unopened.fill(roles=", ".join(before.roles))))
    return Message(tuple(blocks), summary=text, ephemeral=True)
