"""Who has a case from now on: it is moved to restricted, or somebody steps back from it.

Whoever loses it loses the card too: it is taken away, with the lines under it, and leaves no trace.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from bot.domain.cases import CaseState, Event, Happening, Refused, Stage, advance
from bot.domain.messages import Button, Buttons, Callout, Message
from bot.domain.routing import Told
from bot.services.case_forms import assignable
from bot.services.case_press import Press
from bot.services.owed import owe_gone, owe_people, owe_rewrites, person_recipient
from bot.storage.outbox import call_off, cards_of
from bot.storage.reports import Report, add_people, people_of, reload
from bot.storage.rerouting import Rerouted, forget_people, forget_person, save_route
from bot.storage.timers import set_reminder

# Who has a restricted case (routes.yml, "adult_risk"), and who keeps one that was brought to them.
_GIVEN = ("dsl", "eht")
_KEPT = (*_GIVEN, "deputy_dsl", "chair", "fbm", "dpl")


def restrict(press: Press, values: Mapping[str, str]) -> Message:
    """Out of the FLT's channel for good: DSL and Executive Headteacher have it, and the presser holds it."""
    report = press.report
    if report.row.restricted:
        return press.may_not("restricted_already")
    told = _told_after(press)
    closed = report.state.stage is Stage.CLOSED
    state = report.state if closed else _held_by(report.state, press.person.id)
    # Nobody who is only of the leadership team is let back in by a later change of the roster.
    route = replace(report.route, excluded_roles=tuple(sorted({*report.route.excluded_roles, "flt"})))
    to = Rerouted(route, due_at=None, closed_at=report.row.closed_at)
    if not save_route(press.tx, report, state, to):
        return press.refused("changed")
    forget_people(press.tx, report)
    add_people(press.tx, report, told, "restrict", press.now)
    press.record("restrict", state, {"text": values["why"]})
    _bring(press, told)
    return press.done("restrict", press.context.work.replies["restrict"].format(reference=report.reference))


def _held_by(state: CaseState, person: str) -> CaseState:
    first = state.acknowledged_by or person
    return replace(state, stage=Stage.ACKNOWLEDGED, holder=person, acknowledged_by=first)


def _told_after(press: Press) -> tuple[Told, ...]:
    """The DSL, the Executive Headteacher and the presser, and of those who had it, whoever may keep it."""
    roster, report = press.context.world.federation.roster, press.report
    school, out = str(report.row.school), set(report.route.excluded_people)
    out_of_role = set(report.route.excluded_roles)

    def keeps(item: Told) -> bool:
        roles = roster.roles_of(item.person, school) - out_of_role
        return item.person not in out and bool(roles & set(_KEPT))

    kept = [item for item in press.told if keeps(item)]
    given = [
        Told(person, role, level)
        for role in _GIVEN
        if role not in out_of_role
        for person in roster.holders(role, school)
        if person not in out
        for level in ("C", "D")
    ]
    role = next(iter(sorted(roster.roles_of(press.person.id, school) & set(_KEPT))), "dsl")
    mine = [Told(press.person.id, role, level) for level in ("C", "D")]
    return tuple(dict.fromkeys([*kept, *given, *mine]))


def ask_to_recuse(press: Press) -> Message:
    """One more press: it is for good."""
    text = press.context.work.recuse_question.format(reference=press.report.reference)
    yes = Button(
        press.context.work.buttons["recuse_yes"], "case.recuse_yes", press.report.reference, style="danger"
    )
    slot = f"case.recuse:{press.report.reference}"
    return Message((Callout("warning", text), Buttons((yes,))), summary=text, replaces=slot, ephemeral=True)


def recuse(press: Press) -> Message:
    """The presser is out of this case for good; where they held it, it goes back at once."""
    report, me = press.report, press.person.id
    state = advance(report.state, Event(Happening.RECUSE, me))
    if isinstance(state, Refused):
        return press.refused(state.why)
    others = [name for name in assignable(press.context, report, press.told) if name != me]
    if not others and not report.route.ladder:
        return press.may_not("nobody_left")
    route = replace(report.route, excluded_people=tuple(sorted({*report.route.excluded_people, me})))
    to = Rerouted(
        route,
        due_at=_due(press, state, bool(others)),
        channel=bool(report.row.channel),
        restricted=bool(report.row.restricted),
    )
    if not save_route(press.tx, report, state, to):
        return press.refused("changed")
    press.record("recuse", state, {})
    if to.due_at is not None:
        timetable = press.context.world.federation.timetable(press.now, bool(report.row.urgent))
        set_reminder(press.tx, report, timetable.reminder_after(press.now))
    forget_person(press.tx, report, me)
    left = reload(press.tx, press.context.vault, report)
    _call_off_person(press, left)
    owe_rewrites(press.tx, press.context, left, press.now)
    return press.done("recuse", press.context.work.replies["recuse"].format(reference=report.reference))


def _due(press: Press, state: CaseState, others: bool) -> datetime | None:
    """Where somebody holds it, nothing; else the ladder's clock begins again: at once, with nobody left."""
    if state.stage is Stage.ACKNOWLEDGED:
        return None
    report = press.report
    again = press.context.world.federation.timetable(press.now, bool(report.row.urgent)).step(0)
    planned: datetime = report.row.due_at or again
    return min(planned, again) if others else press.now


def _call_off_person(press: Press, report: Report) -> None:
    """Nothing more is owed to the presser, and the card that they have is taken away."""
    mine = person_recipient(press.person.id)
    had = mine in cards_of(press.tx, report.id)
    others = [name for name in _everyone(press, report) if name != mine]
    call_off(press.tx, report.id, others)
    if had:
        owe_gone(press.tx, press.context, report, [mine], press.now)


def _everyone(press: Press, report: Report) -> tuple[str, ...]:
    """Every recipient that the outbox may name."""
    people = map(person_recipient, press.context.world.federation.roster.people)
    return ("flt_channel", *people, *cards_of(press.tx, report.id))


def _bring(press: Press, told: tuple[Told, ...]) -> None:
    """Cards to those who have it now; from everyone else they are taken away."""
    context, report = press.context, reload(press.tx, press.context.vault, press.report)
    kept = {person_recipient(item.person) for item in told if item.level != "N"}
    had = cards_of(press.tx, report.id)
    call_off(press.tx, report.id, tuple(kept))
    owe_people(press.tx, context, report, people_of(press.tx, report), press.now)
    owe_gone(press.tx, context, report, [name for name in had if name not in kept], press.now)
