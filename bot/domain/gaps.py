"""Questions that the policy leaves open, and the answers to them: a total table, and who may sign."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

LONGEST_QUESTION = 600
LONGEST_ANSWER = 1500


class GapStage(StrEnum):
    """How far a question has come. Only a live one is answered when the same is asked."""

    WAITING = "waiting"
    ANSWERED = "answered"
    LIVE = "live"
    DECLINED = "declined"


class GapEvent(StrEnum):
    """What happens to a question after it was put on the list.

    LAPSE: its signer has left the roster. WITHDRAW: its last asker takes it back.
    """

    JOIN = "join"
    ANSWER = "answer"
    SIGN = "sign"
    TAKE_BACK = "take_back"
    DECLINE = "decline"
    LAPSE = "lapse"
    REMIND = "remind"
    WITHDRAW = "withdraw"


# Why an event does not fit: each has its words in policy_kb/gaps.yml.
Unfit = Literal["unanswered", "live", "not_live", "declined"]
_W, _A, _L, _D = GapStage
#: None: nothing is left of the question.
GAP_TABLE: Mapping[tuple[GapStage, GapEvent], GapStage | Unfit | None] = {
    (_W, GapEvent.JOIN): _W,
    (_W, GapEvent.ANSWER): _A,
    (_W, GapEvent.SIGN): "unanswered",
    (_W, GapEvent.TAKE_BACK): "unanswered",
    (_W, GapEvent.DECLINE): _D,
    (_W, GapEvent.LAPSE): "not_live",
    (_W, GapEvent.REMIND): _W,
    (_W, GapEvent.WITHDRAW): None,
    # A rewritten answer waits for a signature again.
    (_A, GapEvent.JOIN): _A,
    (_A, GapEvent.ANSWER): _A,
    (_A, GapEvent.SIGN): _L,
    (_A, GapEvent.TAKE_BACK): _W,
    (_A, GapEvent.DECLINE): _D,
    (_A, GapEvent.LAPSE): "not_live",
    (_A, GapEvent.REMIND): _A,
    (_A, GapEvent.WITHDRAW): None,
    (_L, GapEvent.JOIN): _L,
    (_L, GapEvent.ANSWER): "live",
    (_L, GapEvent.SIGN): "live",
    (_L, GapEvent.TAKE_BACK): _W,
    (_L, GapEvent.DECLINE): "live",
    (_L, GapEvent.LAPSE): _A,
    (_L, GapEvent.REMIND): _L,
    # The answer is the Federation's by now, and stays.
    (_L, GapEvent.WITHDRAW): _L,
    # A question that was declined is asked again as a new one.
    (_D, GapEvent.JOIN): "declined",
    (_D, GapEvent.ANSWER): "declined",
    (_D, GapEvent.SIGN): "declined",
    (_D, GapEvent.TAKE_BACK): "declined",
    (_D, GapEvent.DECLINE): "declined",
    (_D, GapEvent.LAPSE): "not_live",
    (_D, GapEvent.REMIND): "declined",
    (_D, GapEvent.WITHDRAW): None,
}

# What the answer says may be done. "information" gives no leave and lays no duty on anybody.
Ruling = Literal["never", "must", "allowed_if", "information"]
# Why a question is not answered.
Decline = Literal["in_policy", "other_policy", "about_person", "unclear"]


@dataclass(frozen=True)
class GapAnswer:
    """The Federation's answer to a question. `clause` "": the policy is silent.

    `examples` are other ways to ask it, `near` the topics beside it when it was written, `author` and
    `signer` ids of the roster ("" as long as nobody has signed). `quote` is the clause as it was signed.
    """

    question: str
    text: str
    ruling: Ruling
    clause: str
    review: date
    author: str
    examples: tuple[str, ...] = ()
    near: tuple[str, ...] = ()
    signer: str = ""
    quote: str = ""

    @property
    def wordings(self) -> tuple[str, ...]:
        """Every way to ask it that was written down."""
        return (self.question, *self.examples)


@dataclass(frozen=True)
class Live:
    """A signed answer as every process holds it: its id, and what it says."""

    id: str
    answer: GapAnswer


@dataclass(frozen=True)
class Golden:
    """A question of which the right answer is known. `ours`: the policy, a report or danger has it."""

    question: str
    ours: bool


@dataclass(frozen=True)
class GapCounts:
    """How many questions stand where: `open` without an answer in force, `answered` of them unsigned.

    `live`: signed and in force. `overdue`: open for longer than the Federation's own target.
    """

    open: int
    answered: int
    live: int
    overdue: int


def may_sign(person: str, author: str, askers: Collection[str]) -> bool:
    """Whether somebody can be the second: neither who wrote the answer nor anybody who asked by name."""
    return person != author and person not in askers


def in_force(answer: GapAnswer, signers: Collection[str], quotes: Mapping[str, str]) -> bool:
    """Whether a signature counts still: its signer is on the roster and may sign, and its clause is the same.

    `quotes` are the clauses of the policy, by id.
    """
    return answer.signer in signers and quotes.get(answer.clause, "") == answer.quote
