"""Who has a case from now on: it is moved to restricted, or somebody steps back from it.

A person who loses it loses the card too: it is taken away, and from the FLT's channel everything else of the
case as well. Both are for good.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from bot.casework.links import hide_from_linked
from bot.casework.next_told import next_people
from bot.casework.notify import owe_addition, owe_gone, owe_people, owe_reporter, owe_rewrites
from bot.casework.press import CasePress, details_slot
from bot.casework.proposals import tell_of_second
from bot.casework.told_before import leaving
from bot.domain.cases import CaseState, Event, Happening, Refused, Stage, advance
from bot.domain.messages import Button, Buttons, Callout, Message
from bot.domain.notices import Recipient
from bot.domain.routing import Level, Told
from bot.reporting.review import LADO_CONTACTS
from bot.reporting.steps import contact_list
from bot.storage.outbox import call_off, cards_of
from bot.storage.reports import SealedRoute, add_people, people_of
from bot.storage.rerouting import Rerouted, forget_people, forget_person, owe_no_more
from bot.storage.timers import restart_clock, set_reminder

# Who has a restricted case (routes.yml, "adult_risk"); and who keeps one that was brought to them.
_GIVEN = ("dsl", "eht")
_KEPT = (*_GIVEN, "deputy_dsl", "chair")


def concerned_choices(press: CasePress) -> tuple[str, ...]:
    """Whom the presser may name as concerned: the people who would have the case otherwise."""
    found = (item.person for item in _told_after(press, press.report.route))
    return tuple(dict.fromkeys(person for person in found if person != press.person.id))


def restrict(press: CasePress, values: Mapping[str, str]) -> Message:
    """Out of the FLT's channel for good: the safeguarding roles have it, and nobody who is concerned."""
    report = press.report
    if report.row.visibility.restricted:
        return press.may_not("restricted_already")
    route = _without(report.route, [values["concerned"]] if values.get("concerned") else [])
    told = _told_after(press, route)
    state = _state_after(press, told)
    to = Rerouted(route, due_at=None, closed_at=report.row.closed_at)
    gone = leaving(_gone(press, told), channel=report.row.visibility.in_channel)
    event, detail = Event(Happening.RESTRICT, press.person.id), {"text": values["why"], **gone}
    if not press.case.reroute(event, state, to, detail):
        return press.refused("changed")
    set_reminder(press.tx, report, None)
    forget_people(press.tx, report)
    add_people(press.tx, report, told, "restrict", press.now)
    _bring(press, told)
    if not report.state.acknowledged_by and state.acknowledged_by:
        owe_reporter(press, press.report, "acknowledged")
    hide_from_linked(press.case)
    return press.done("restrict", press.context.work.replies["restrict"].fill(reference=report.reference))


def _gone(press: CasePress, told: tuple[Told, ...]) -> list[Told]:
    kept = {item.person for item in told}
    return [item for item in press.told if item.person not in kept]


def _without(route: SealedRoute, people: Iterable[str]) -> SealedRoute:
    return replace(route, excluded_people=tuple(sorted({*route.excluded_people, *people})))


def _state_after(press: CasePress, told: tuple[Told, ...]) -> CaseState:
    """Somebody has it at every moment: its holder, if they keep it; else the presser."""
    state, me = press.report.state, press.person.id
    if state.stage is Stage.CLOSED:
        return state
    keeps = state.holder in {item.person for item in told}
    holder = state.holder if keeps else me
    first = state.acknowledged_by or me
    return replace(state, stage=Stage.ACKNOWLEDGED, holder=holder, acknowledged_by=first)


def _told_after(press: CasePress, route: SealedRoute) -> tuple[Told, ...]:
    """DSL, Executive Headteacher and presser; the chair in the headteacher's place; who else may keep it."""
    roster, school = press.context.world.federation.roster, press.report.row.school

    def holders(role: str) -> list[str]:
        found = roster.holders(role, school) if role not in route.excluded_roles else ()
        return [person for person in found if person not in route.excluded_people]

    roles = _GIVEN if holders("eht") else (*_GIVEN, "chair")
    given = [Told(person, role, level) for role in roles for person in holders(role) for level in _LEVELS]
    safe = {person for role in _KEPT for person in holders(role)}
    kept = [item for item in press.told if item.person in safe and item.role != "flt"]
    mine = roster.roles_of(press.person.id, school) & set(_KEPT)
    own = [Told(press.person.id, role, level) for role in sorted(mine)[:1] for level in _LEVELS]
    return tuple(dict.fromkeys([*kept, *given, *own]))


_LEVELS: tuple[Level, ...] = ("C", "D")


def _bring(press: CasePress, told: tuple[Told, ...]) -> None:
    """Cards to those who have it now; from everyone else they are taken away."""
    report = press.case.again().report
    kept = {Recipient(item.person) for item in told if item.level != "N"}
    had = cards_of(press.tx, report.id)
    call_off(press.tx, report.id, tuple(kept))
    owe_people(press, report, people_of(press.tx, report))
    owe_gone(press, report, [name for name in had if name not in kept])


def ask_to_recuse(press: CasePress) -> Message:
    """One more press: it is for good."""
    reference, texts = press.report.reference, press.context.work
    text = texts.recuse_question.fill(reference=reference)
    yes = Button(texts.buttons["recuse_yes"].fill(), "case.recuse_yes", reference, style="danger")
    no = Button(texts.buttons["recuse_no"].fill(), "case.recuse_no", reference)
    slot = f"case.recuse:{reference}"
    return Message((Callout("warning", text), Buttons((yes, no))), text, replaces=slot, ephemeral=True)


def keep(press: CasePress) -> Message:
    """The presser stays: said where the question stood."""
    return press.done(
        "recuse", press.context.work.replies["recuse_no"].fill(reference=press.report.reference)
    )


def recuse(press: CasePress) -> Message:
    """The presser is out of this case for good; where they held it, it goes back at once."""
    report, me = press.report, press.person.id
    event = Event(Happening.RECUSE, me)
    state = advance(report.state, event)
    if isinstance(state, Refused):
        return press.refused(state.why)
    others = _others(press)
    if not others and not next_people(press.context, report, press.told, also_out=frozenset({me})):
        return _nobody_left(press)
    due = _due(press, state, others)
    route = _without(report.route, [me])
    to = Rerouted(route, due, report.row.visibility)
    if not press.case.reroute(event, state, to, leaving(item for item in press.told if item.person == me)):
        return press.refused("changed")
    forget_person(press.tx, report, me)
    _take_from(press)
    tell_of_second(press.case.again())
    done = press.done("recuse", press.context.work.replies["recuse"].fill(reference=report.reference))
    # In a chat it takes the place of the details: they are not theirs to read any more.
    return replace(done, replaces=details_slot(press))


def _nobody_left(press: CasePress) -> Message:
    text = press.context.work.refusals["nobody_left"].fill(reference=press.report.reference)
    blocks = (Callout("warning", text), *contact_list(LADO_CONTACTS, press.context.world))
    return Message(blocks, summary=text, ephemeral=True)


def _others(press: CasePress) -> tuple[str, ...]:
    """Who else was told of the case and may work on it."""
    roster, report = press.context.world.federation.roster, press.report
    members = roster.holders("flt", report.row.school) if report.row.visibility.in_channel else ()
    told = {*(item.person for item in press.told if item.level != "N"), *members} - {press.person.id}
    return tuple(sorted(told.intersection(press.case.able_to("assign"))))


def _due(press: CasePress, state: CaseState, others: tuple[str, ...]) -> datetime | None:
    """Where somebody holds it, nothing; else the ladder's clock runs: at once, with nobody left."""
    report = press.report
    if state.stage is Stage.ACKNOWLEDGED:
        return None
    if not others:
        return press.now
    given_back = report.state.stage is Stage.ACKNOWLEDGED
    if not given_back:
        return report.row.due_at
    level = report.state.level
    timetable = press.context.world.federation.timetable(press.now, report.row.urgent, level)
    set_reminder(press.tx, report, timetable.reminder_after(press.now))
    restart_clock(press.tx, report, press.now, level)
    return timetable.step(level)


def _take_from(press: CasePress) -> None:
    """Take the presser's card away, cancel what is owed to them, and tell the people who are left."""
    report = press.case.again().report
    mine = Recipient(press.person.id)
    had = mine in cards_of(press.tx, report.id)
    owe_no_more(press.tx, report.id, mine)
    owe_rewrites(press, report)
    if had:
        owe_gone(press, report, [mine])
    if press.report.state.holder == press.person.id:
        # Nobody has it any more. A card that is rewritten tells nobody anything.
        owe_addition(press, report, "given_back")
