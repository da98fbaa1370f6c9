"""A press on a case that is permitted, and how one that is not is answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from bot.casework import auditing
from bot.casework.case import Case, Detail
from bot.casework.context import Context, Work
from bot.content.case_texts import Refusal, WorkRefusal
from bot.domain.access import Action
from bot.domain.messages import Callout, Message, Paragraph
from bot.domain.roster import Person
from bot.domain.routing import Told
from bot.storage.reports import Report

#: What the name of each message begins with that shows a whole case, and of each that shows its card.
DETAILS, CARD = "details:", "card:"


@dataclass(frozen=True)
class NotDone(Message):
    """Why a press or a form on a case changed nothing, or what has to be done first."""


@dataclass(frozen=True)
class CasePress(Work):
    """Who, on which case, when. `part` is what of the case was meant, such as the number of a task."""

    person: Person
    case: Case
    action: str = "case.show"
    part: str = ""

    @property
    def report(self) -> Report:
        """The report as it was when it was pressed."""
        return self.case.report

    @property
    def told(self) -> tuple[Told, ...]:
        """Everyone whom a route or the ladder brought the case to."""
        return self.case.told

    def may(self, action: Action) -> bool:
        """Whether the presser may do this with the case."""
        return self.case.may(self.person, action)

    def refused(self, why: Refusal, **names: str) -> Message:
        """Why nothing has changed."""
        self._audit(why)
        return refusal(self.context, why, reference=self.report.reference, **names)

    def may_not(self, why: WorkRefusal) -> Message:
        """Why this piece of the work on a case is refused."""
        self._audit(why)
        text = self.context.work.refusals[why].fill(reference=self.report.reference)
        return NotDone((Callout("warning", text),), summary=text, ephemeral=True)

    def _audit(self, why: str) -> None:
        told = {"pressed": self.action, "why": why}
        auditing.note(self, self.person, "refused", self.report, **told)

    def record(self, event: str, detail: Detail) -> None:
        """Add to the history what the presser did."""
        self.case.enter(event, self.person.id, detail)

    def done(self, event: str, text: str) -> Message:
        """What the presser reads when it is done."""
        slot = f"case.{event}:{self.report.reference}"
        return Message((Callout("success", text),), summary=text, replaces=slot)


def details_slot(press: CasePress) -> str:
    """The name of the message that shows the whole case."""
    return f"{DETAILS}{press.report.reference}"


def with_words(context: Context, answer: Message, typed: Iterable[str]) -> Message:
    """Why nothing was done, and below it what somebody wrote in vain: their own words, and nothing else."""
    words = [Paragraph(text) for text in typed]
    if not words:
        return answer
    blocks = (*answer.blocks, Paragraph(context.work.not_stored), *words)
    return replace(answer, blocks=blocks, ephemeral=True, unsaved=True)


def refusal(context: Context, why: Refusal, **names: str) -> Message:
    """A refused press, in words."""
    text = context.texts.refusals[why].fill(**names)
    return NotDone((Callout("warning", text),), summary=text)
