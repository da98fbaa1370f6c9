"""A press on a case that is permitted, and how one that is not is answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.casework import auditing
from bot.casework.context import Context
from bot.content.case_texts import Refusal, WorkRefusal
from bot.domain.access import Action
from bot.domain.cases import CaseState
from bot.domain.messages import Callout, Message
from bot.domain.roster import Person
from bot.domain.routing import Told
from bot.storage.database import Transaction
from bot.storage.reports import Entry, Report, add_entry


@dataclass(frozen=True)
class Press:
    """Who, on which report, when. `part` is what of the case was meant, such as the number of a task."""

    tx: Transaction
    context: Context
    person: Person
    report: Report
    told: tuple[Told, ...]
    now: datetime
    action: str = "case.show"
    part: str = ""

    def may(self, action: Action) -> bool:
        """Whether the presser may do this with the case."""
        return self.context.may(self.person, action, self.report, self.told)

    def refused(self, why: Refusal, **names: str) -> Message:
        """Why nothing has changed."""
        self._audit(why)
        return refusal(self.context, why, reference=self.report.reference, **names)

    def may_not(self, why: WorkRefusal) -> Message:
        """Why this piece of the work on a case is refused."""
        self._audit(why)
        text = self.context.work.refusals[why].fill(reference=self.report.reference)
        return Message((Callout("warning", text),), summary=text, ephemeral=True)

    def _audit(self, why: str) -> None:
        told = {"pressed": self.action, "why": why}
        auditing.note(self.tx, self.context, self.person, "refused", self.now, self.report, **told)

    def record(self, event: str, state: CaseState, detail: Mapping[str, str]) -> None:
        """Add to the history what was done, by whom, in which role."""
        roles = self.context.actor(self.person, self.report).roles
        entry = Entry(self.now, self.person.id, ",".join(sorted(roles)), event, state.stage.value, detail)
        add_entry(self.tx, self.context.vault, self.report, entry)

    def done(self, event: str, text: str) -> Message:
        """What the presser reads when it is done."""
        slot = f"case.{event}:{self.report.reference}"
        return Message((Callout("success", text),), summary=text, replaces=slot)


def refusal(context: Context, why: Refusal, **names: str) -> Message:
    """A refused press, in words."""
    text = context.texts.refusals[why].fill(**names)
    return Message((Callout("warning", text),), summary=text)
