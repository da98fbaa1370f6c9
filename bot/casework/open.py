"""Submitting a report: the report, its history, its escalation and its notices in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.casework.breach import first_reminder
from bot.casework.case import Case
from bot.casework.context import Context, Work
from bot.casework.notify import owe_first_notices
from bot.content.conditions import applies
from bot.content.world import World
from bot.domain.routing import Route, Slots, decide
from bot.domain.turns import Sender, SubmitReport
from bot.reporting.drills import is_drill, marked
from bot.storage.conversations import correct_submission, remember_submission, submitted_before
from bot.storage.reports import (
    NewReport,
    Report,
    Reporter,
    SealedRoute,
    add_first_people,
    insert_report,
)

ANONYMOUS = "anonymous"


@dataclass(frozen=True)
class Received:
    """A report is stored (after the commit). `again` where the same draft had been received before.

    `reference` is "" where an anonymous report came again: its sender has it, and nothing here leads to it.
    """

    reference: str
    mode: str
    route: Route
    again: bool = False


class NotSent(Exception):
    """Nothing was stored: nobody safe is left to send it to. `route.refusal` says why."""

    def __init__(self, route: Route) -> None:
        super().__init__(route.refusal)
        self.route = route


def submit(work: Work, sender: Sender, command: SubmitReport) -> Received:
    """Store the report once, however often Send is pressed. Raises NotSent where the route refuses."""
    world, slots = work.context.world, command.slots
    route = decide(world.playbook.rows, world.federation.roster, slots)
    mode = _one(slots.get("mode", ()), "named")
    tokens, vault = command.tokens, work.context.vault
    if route.refusal:
        known = submitted_before(work.tx, vault, tokens.draft)
    else:
        expected = _kept_with_draft(tokens.reference, mode, command)
        known = remember_submission(work.tx, vault, tokens.draft, expected, work.now)
    if known is not None:
        return Received(known, mode, route, again=True)
    if route.refusal:
        raise NotSent(route)
    route = route if mode == ANONYMOUS else _without_reporter(world, sender, route)
    report = _stored(work, _new_report(work, sender, command, route))
    reference = report.reference
    if reference != tokens.reference:
        kept = _kept_with_draft(reference, mode, command)
        correct_submission(work.tx, vault, tokens.draft, kept)
    add_first_people(work.tx, report, route.told, "route", work.now)
    Case(work, report).enter("submit", "reporter")
    owe_first_notices(work, report, route.told)
    return Received(reference, mode, route)


def _without_reporter(world: World, sender: Sender, route: Route) -> Route:
    """What somebody with a role reports of themselves is worked on by others, where there are any."""
    person = world.federation.roster.by_account(sender.platform, sender.user)
    if person is None or not route.own:
        return route
    others = tuple(told for told in route.told if told.person != person.id)
    return replace(route, told=others, excluded=route.excluded | {person.id}) if others else route


def _kept_with_draft(reference: str, mode: str, command: SubmitReport) -> str:
    """What a second press of Send is told; nothing for an anonymous report, whose sender has it."""
    # But for the rare one that was drawn again: its sender read it in the receipt, which may be lost.
    written_down = mode == ANONYMOUS and reference == command.tokens.reference
    return "" if written_down else reference


def _one(values: tuple[str, ...], otherwise: str) -> str:
    return values[0] if values else otherwise


def _stored(work: Work, new: NewReport) -> Report:
    # References are short, to be read out: now and then one is drawn that stands already.
    while (report := insert_report(work.tx, work.context.vault, new)) is None:
        tokens = work.context.new_tokens()
        new = replace(new, reference=(marked(tokens) if new.drill else tokens).reference)
    return report


def _new_report(work: Work, sender: Sender, command: SubmitReport, route: Route) -> NewReport:
    context, now, slots = work.context, work.now, command.slots
    mode = _one(slots.get("mode", ()), "named")
    anonymous, code = mode == ANONYMOUS, command.tokens.code
    timetable = context.world.federation.timetable(now, route.urgent)
    return NewReport(
        reference=command.tokens.reference,
        kind=_one(slots.get("kind", ()), "danger"),
        school=_one(slots.get("school", ()), ""),
        mode=mode,
        visibility=route.visibility,
        urgent=route.urgent,
        child=route.child,
        accidental=route.accidental,
        drill=is_drill(slots),
        received_at=now,
        due_at=timetable.step(0),
        remind_at=timetable.reminder_after(now),
        check_at=_check_back_at(context, slots, is_drill(slots), now),
        work_at=first_reminder(context, route.tags, now),
        receipt_hash=work.hashes[code] if anonymous and code else "",
        answers=slots,
        route=_sealed(route),
        reporter=None if anonymous else Reporter(sender.platform, sender.user, sender.name),
    )


def _sealed(route: Route) -> SealedRoute:
    return SealedRoute(
        rows=route.rows,
        tags=route.tags,
        clauses=route.clauses,
        ladder=route.ladder,
        excluded_people=tuple(sorted(route.excluded)),
        excluded_roles=tuple(sorted(route.excluded_roles)),
    )


def _check_back_at(context: Context, slots: Slots, drill: bool, now: datetime) -> datetime | None:
    """When the reporter of a report that is made now is asked; None where nobody is."""
    days = context.world.federation.targets.check_back_days
    asked = days and not drill and applies(context.world.playbook.contact.check_back, slots)
    return now + timedelta(days=days) if asked else None
