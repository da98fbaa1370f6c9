"""Who can be the second of two who close a case, as the roster stands now, and whether anybody can."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.casework import work_done
from bot.casework.context import Context
from bot.casework.history import COMPLAINT
from bot.domain.access import Actor
from bot.domain.routing import Told
from bot.storage.reports import Entry, Report


@dataclass(frozen=True)
class Closers:
    """A case as those see it who close it: who has it, and what its history says."""

    context: Context
    report: Report
    told: tuple[Told, ...]
    entries: Sequence[Entry]

    def told_as_known(self, asker: str) -> tuple[Told, ...]:
        """Who has it, as `asker` may know: nobody whom a complaint of how it was handled brought it to.

        Until they have done something with it themselves: the history says so to everybody.
        """
        known = {asker, *(entry.actor for entry in self.entries)}
        return tuple(item for item in self.told if item.role != COMPLAINT or item.person in known)

    def seconds(self, closer: str) -> tuple[str, ...]:
        """Who may see the case already and can agree now to what `closer` asks for; nobody who is away.

        Nor anybody of whom `closer` may not know that they have it.
        """
        context, told = self.context, self.told_as_known(closer)
        roster = context.world.federation.roster
        here = (person for person in roster.people.values() if person.id not in (closer, *roster.covers))
        able = (person.id for person in here if context.may(person, "agree", self.report, told))
        return tuple(person for person in able if not self.is_in_place_of(person, closer))

    def is_in_place_of(self, person: str, closer: str) -> bool:
        """Whether they have the case by standing in for `closer` alone: then they are no second person."""
        school, roster = self.report.row.school, self.context.world.federation.roster
        own = frozenset(role for role in roster.roles if person in roster.own_holders(role, school))
        in_own_right = self.context.allows(Actor(person, own), "agree", self.report, self.told)
        return closer in roster.covered_by(person) and not in_own_right

    def pending(self) -> Entry | None:
        """What waits for a second person; None where nothing does, or who asked may close it no more."""
        found, people = work_done.proposal(self.entries), self.context.world.federation.roster.people
        person = people.get(found.actor) if found else None
        return found if person and self.context.may(person, "close", self.report, self.told) else None

    def unanswerable(self) -> Entry | None:
        """What was asked for and nobody here can agree to: it has to be asked for again, in another way."""
        found = self.pending()
        return found if found and not self.seconds(found.actor) else None

    def closing_line(self) -> tuple[tuple[str, str], ...]:
        """For the card: that a closing waits for a second person, or what to do where there is none."""
        found, labels = self.pending(), self.context.work.labels
        if found is None:
            return ()
        said = labels.proposed_yes if self.seconds(found.actor) else labels.proposed_alone
        return ((labels.proposed, said.fill(when=self.context.local(found.at))),)
