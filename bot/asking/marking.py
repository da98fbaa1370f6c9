"""One answer marked against the label of its question: what counts as right is said here, and nowhere else.

Only an answer gives a ruling. A clause that stands under a danger, a concern or a report, or as the closest
rule, is shown beside something else: it does not make a policy question right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.asking.answer import Answer, shown_clauses
from bot.asking.labels import Conditions, Labelled, holds

_REFUSALS = ("not_covered", "smalltalk")
_ALARMS = ("danger", "concern")
_FIRST_FEW = 3
# The modality of every other topic is "information", which says nothing and is not printed.
_MODALITIES = ("must", "should", "may")
# What other files write for a verdict, and the verdicts that it may be. These are forces as well.
_MEETS = {"info": ("information",), "should": ("encouraged",), "may": ("allowed_if", "encouraged")}
_FORCES = frozenset({"should", "may"})
_EMERGENCY = re.compile(r"\b999\b")


@dataclass(frozen=True)
class Marked:
    """A question and what it got."""

    question: Labelled
    given: Answer

    @property
    def rank(self) -> int:
        """The place, from 1, of the first right clause of an answer or among the options; 0 where none is."""
        quotes = self._options if self.given.kind == "clarify" else self._cited(self.given)
        return next((at for at, quote in enumerate(quotes, 1) if holds(quote, self.question.expect)), 0)

    @property
    def first(self) -> bool:
        """Whether an answer has a right clause in front."""
        return self._leads(self.given, self.question.expect)

    @property
    def among_three(self) -> bool:
        """Whether one of the first three clauses of an answer is right, or any option."""
        return 1 <= self.rank <= _FIRST_FEW or (self.rank > 0 and self.given.kind == "clarify")

    @property
    def refused(self) -> bool:
        """Whether it was not answered."""
        return self.given.kind in _REFUSALS

    @property
    def seen(self) -> bool:
        """Whether danger was seen; where it may be graded a concern, either will do."""
        return self.given.kind in (_ALARMS if self.question.concern else ("danger",))

    @property
    def numbers_shown(self) -> bool:
        """Whether it says whom to phone: as a danger, as a concern, or with 999 in the text."""
        return self.given.kind in _ALARMS or bool(_EMERGENCY.search(self.given.text))

    @property
    def right_report(self) -> bool:
        """Whether the report that is offered is of the right kind; one about a colleague is one of abuse."""
        wanted = "abuse" if self.question.report == "colleague" else self.question.report
        return wanted in (None, "any", self.given.report)

    @property
    def verdict_agrees(self) -> bool:
        """Whether the verdict is the right one; its own or its modality may be among the others that are.

        A label that names a force in place of a verdict ("should", "may") is met by what has it.
        """
        verdict, also = self.question.verdict or "", self.question.verdict_also
        right = {name for each in (verdict, *also) for name in _MEETS.get(each, (each,))}
        modality = self.given.modality if self.given.modality in _MODALITIES else ""
        return self.given.verdict in right or modality in {*also, *({verdict} & _FORCES)}

    @property
    def as_labelled(self) -> bool:
        """Whether the question got what it should."""
        match self.question.kind:
            case "policy":
                return self.first
            case "out_of_scope":
                return self.refused
            case "report":
                return self.given.kind == "report" and self.right_report
            case "danger":
                return self.seen
            case "group":
                return self._meets(self.question.conditions)

    def _meets(self, wanted: Conditions) -> bool:
        return self._is_wanted(wanted) and not self._is_unwanted(wanted) and self._shows(wanted)

    def _is_wanted(self, wanted: Conditions) -> bool:
        answered = {given.topic for given in self._both if given.kind == "answer"}
        return (not wanted.kind or self.given.kind in wanted.kind) and (
            not wanted.topic or not answered.isdisjoint(wanted.topic)
        )

    def _is_unwanted(self, wanted: Conditions) -> bool:
        forbidden = {*wanted.not_kind, *(_ALARMS if "danger" in wanted.not_kind else ())}
        told = [given for given in self._both if given.kind != "related"]
        return (
            self.given.kind in forbidden
            or any(given.topic in wanted.not_topic for given in told)
            or any(given.verdict in wanted.not_verdict for given in told)
        )

    def _shows(self, wanted: Conditions) -> bool:
        return (
            (not wanted.says or holds(self.given.text, wanted.says))
            and (not wanted.expect or any(self._leads(given, wanted.expect) for given in self._both))
            and all(self._has(half) for half in wanted.expect_all)
        )

    def _has(self, half: tuple[str, ...]) -> bool:
        """Whether one of the first three clauses of an answer, or of the second one, is of this half."""
        return any(holds(quote, half) for given in self._both for quote in self._cited(given)[:_FIRST_FEW])

    @property
    def _both(self) -> tuple[Answer, ...]:
        """The answer, and the one to the other half of a double question."""
        return (self.given, *self.given.also)

    @property
    def _options(self) -> list[str]:
        return [choice.citations[0].quote for choice in self.given.options if choice.citations]

    def _cited(self, given: Answer) -> list[str]:
        """What an answer cites, as `ask --json` prints it."""
        return [clause.quote for clause in shown_clauses(given)] if given.kind == "answer" else []

    def _leads(self, given: Answer, expected: tuple[str, ...] | None) -> bool:
        return given.kind == "answer" and holds(given.citations[0].quote if given.citations else "", expected)
