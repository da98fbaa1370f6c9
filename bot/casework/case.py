"""A case and the one way to change it: state, history and notifications change together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from types import EllipsisType, MappingProxyType

from bot.casework import breach, support
from bot.casework.context import Work
from bot.casework.diary import next_at
from bot.casework.notify import owe_rewrites
from bot.casework.second_person import Closers
from bot.casework.work_done import is_contact
from bot.domain.access import Action, Actor
from bot.domain.cases import UNACKNOWLEDGED, CaseState, Event, Happening, Refused, Stage, advance
from bot.domain.roster import Person
from bot.domain.routing import Told
from bot.storage.reports import (
    Entry,
    Report,
    add_entry,
    history,
    mark,
    people_of,
    report_by_id,
    save_state,
)
from bot.storage.rerouting import Rerouted, save_route
from bot.storage.timers import restart_clock, set_reminder, set_work_reminder

Detail = Mapping[str, str]
_NOTHING: Detail = MappingProxyType({})
_CHANGED = Refused("changed")
# What some events set beside the state.
_MARKS: Mapping[Happening, Mapping[str, bool]] = {
    Happening.HOLD: {"legal_hold": True},
    Happening.RELEASE: {"legal_hold": False},
    Happening.URGENT: {"urgent": True},
    Happening.CALM: {"urgent": False},
    Happening.ENDANGER: {"urgent": True},
}


@dataclass(frozen=True)
class Case:
    """A case in a transaction, as it stood when it was read. A change gives the case as it is after it."""

    work: Work
    report: Report

    @classmethod
    def of(cls, work: Work, report_id: str) -> Case:
        """The case of a row's id, held until the transaction ends."""
        return cls(work, report_by_id(work.tx, work.context.vault, report_id))

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """Its history, oldest first, read once; what is entered is seen by the case that is read after it."""
        return history(self.work.tx, self.report)

    @cached_property
    def told(self) -> tuple[Told, ...]:
        """Everyone whom a route or the ladder brought it to, read once."""
        return people_of(self.work.tx, self.report)

    def may(self, person: Person, action: Action) -> bool:
        """Whether this person may do this with it: the one question on the way in.

        The contact of the person concerned never holds it.
        """
        permitted = self.work.context.may(person, action, self.report, self.told)
        return permitted and not (action == "assign" and is_contact(self.entries, person.name))

    def reporter_may(self, action: Action) -> bool:
        """Whether its reporter may do this with it."""
        return self.work.context.allows(Actor(reporter=True), action, self.report, self.told)

    @property
    def closers(self) -> Closers:
        """Who can close it, and who can agree to that."""
        return Closers(self.work.context, self.report, self.told, self.entries)

    def able_to(self, action: Action, asker: str = "") -> tuple[str, ...]:
        """Everyone on the roster who may do this with it: to nobody else is it, or a task, given.

        With an `asker` only those of whom that person may know that they have it.
        """
        context = self.work.context
        told = self.closers.told_as_known(asker) if asker else self.told

        def may(person: Person) -> bool:
            actor = context.actor(person.id, self.report)
            able = context.allows(actor, action, self.report, told)
            return able and not (action == "assign" and is_contact(self.entries, person.name))

        return tuple(one.id for one in context.world.federation.roster.people.values() if may(one))

    def takers(self, asker: str) -> tuple[str, ...]:
        """To whom the asker can give it: those who may hold it, as far as the asker knows, but its holder."""
        return tuple(one for one in self.able_to("assign", asker) if one != self.report.state.holder)

    def has(self, event: str) -> bool:
        """Whether this has ever happened to it."""
        return any(entry.event == event for entry in self.entries)

    def endangered(self) -> tuple[Event, ...]:
        """What its reporter does to it by writing of danger: urgent; open again where it was closed."""
        if self.report.state.stage is Stage.CLOSED:
            return (Event(Happening.ENDANGER, "reporter"),)
        return () if self.report.row.urgent else (Event(Happening.URGENT, "reporter"),)

    def apply(
        self, *events: Event, detail: Detail = _NOTHING, due_at: datetime | EllipsisType | None = ...
    ) -> Case | Refused:
        """Apply the event: store state, timers, marks and history, and enqueue every card again.

        Several events are one change, and `detail` is of the first. `due_at` is when the ladder climbs next,
        where the events do not say so themselves. A refusal changes nothing.
        """
        state = self.report.state
        for event in events:
            after = advance(state, event)
            if isinstance(after, Refused):
                return after
            state = after
        if not self._save(state, self._due(events, state) if isinstance(due_at, EllipsisType) else due_at):
            return _CHANGED
        for event in events:
            self.enter(event.what.value, event.actor, detail if event is events[0] else _NOTHING, state)
            if event.what in _MARKS:
                mark(self.work.tx, self.report, **_MARKS[event.what])
        self._owe_support(state)
        if events[0].what is Happening.DELIVER:
            # That it was delivered changes no card.
            return self.again()
        changed = self._rewritten()
        changed.plan_work()
        return changed

    def reroute(self, event: Event, state: CaseState, to: Rerouted, detail: Detail = _NOTHING) -> bool:
        """Store it with another route. Who has it from then on, and who is told, is for the caller to say."""
        if not save_route(self.work.tx, self.report, state, to):
            return False
        self.enter(event.what.value, event.actor, detail, state)
        self._owe_support(state)
        self.again().plan_work()
        return True

    def _owe_support(self, state: CaseState) -> None:
        if task := support.owed(self.work, self.report, self.entries, state):
            self.enter(Happening.TASK.value, "signpost", task, state)

    def enter(
        self, event: str, actor: str = "signpost", detail: Detail = _NOTHING, state: CaseState | None = None
    ) -> None:
        """Add a line to its history, and to the audit: what was done, by whom, in which role."""
        stage, roles = (state or self.report.state).stage, self.work.context.actor(actor, self.report).roles
        entry = Entry(self.work.now, actor, ",".join(sorted(roles)), event, stage.value, detail)
        add_entry(self.work.tx, self.work.context.vault, self.report, entry)

    def touch(self) -> Case | Refused:
        """Enqueue its cards again: what they show has changed, the case itself has not."""
        kept = self._save(self.report.state, self.report.row.due_at)
        return self._rewritten() if kept else _CHANGED

    def plan_work(self) -> None:
        """When those who work on it are reminded next; what is to be said already stays so."""
        planned, now = self.report.row.work_at, self.work.now
        if planned is None or planned > now:
            at = next_at(self.work.context, self.report, self.entries, now)
            if planned is None and breach.is_due(self.work.context, self.report, now):
                # It was closed, or nobody was reminded of such a clock, when that came due.
                at = now
            if at != planned:
                set_work_reminder(self.work.tx, self.report, at)

    def climb_at(self, due_at: datetime | None) -> None:
        """When the ladder climbs next, whatever it was to be."""
        self._save(self.report.state, due_at)

    def again(self) -> Case:
        """The case as it is now."""
        return Case.of(self.work, self.report.id)

    def _rewritten(self) -> Case:
        after = self.again()
        owe_rewrites(self.work, after.report)
        return after

    def _save(self, state: CaseState, due_at: datetime | None) -> bool:
        before = self.report.row.closed_at if self.report.state.stage is Stage.CLOSED else self.work.now
        closed_at = before if state.stage is Stage.CLOSED else None
        return save_state(self.work.tx, self.report, state, due_at, closed_at)

    def _due(self, events: tuple[Event, ...], state: CaseState) -> datetime | None:
        """As long as nobody has it the ladder climbs on, and begins again where it was given back."""
        if state.stage not in UNACKNOWLEDGED:
            return None
        if any(event.what is Happening.ENDANGER for event in events):
            return self._begun_again()
        for event in events:
            if event.what in (Happening.URGENT, Happening.CALM):
                return self._hastened(urgent=event.what is Happening.URGENT)
        planned, timetable = self.report.row.due_at, self.work.context.timetable(self.report)
        given_back = self.report.state.stage not in UNACKNOWLEDGED
        return timetable.step_after(state.level, self.work.now) if planned is None and given_back else planned

    def _begun_again(self) -> datetime:
        """Urgent, with the ladder's first step counted from now."""
        work = self.work
        timetable = work.context.world.federation.timetable(work.now, urgent=True)
        set_reminder(work.tx, self.report, timetable.reminder_after(work.now))
        restart_clock(work.tx, self.report, work.now, 0)
        return timetable.step(0)

    def _hastened(self, urgent: bool) -> datetime | None:
        """The ladder's steps count from now, the next one is no later than it was; reminders likewise."""
        planned, level, work = self.report.row.due_at, self.report.state.level, self.work
        if planned is None:
            return None
        timetable = work.context.world.federation.timetable(work.now, urgent, level)
        set_reminder(work.tx, self.report, timetable.reminder_after(work.now))
        restart_clock(work.tx, self.report, work.now, level)
        return min(planned, timetable.step(level)) if urgent else timetable.step(level)
