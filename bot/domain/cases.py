"""The life of a case as one pure function: `advance(state, event)`, total over every pair.

submitted -> delivered -> acknowledged -> closed; a closed case can be reopened, and waits again once its
reporter writes of danger. Until it is acknowledged, each deadline that passes raises its level by one
step of the ladder. A reporter who withdraws closes it, unless it is kept because somebody may be at
risk; one who reported to the wrong person begins it again, before other people.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal


class Stage(StrEnum):
    """How far a case has come."""

    SUBMITTED = "submitted"
    DELIVERED = "delivered"
    ACKNOWLEDGED = "acknowledged"
    CLOSED = "closed"


class Happening(StrEnum):
    """What can happen to a case."""

    DELIVER = "deliver"
    ACKNOWLEDGE = "acknowledge"
    ASSIGN = "assign"
    NOTE = "note"
    ASK = "ask"
    REFER = "refer"
    ADD = "add"
    ANSWER = "answer"
    CORRECT = "correct"
    WITHDRAW = "withdraw"
    # Withdrawn, and kept all the same: somebody may be at risk.
    WITHDRAW_KEPT = "withdraw_kept"
    MISDIRECT = "misdirect"
    VACATE = "vacate"
    DEADLINE = "deadline"
    CLOSE = "close"
    # Two people close what concerns a child at risk: one asks for it, another one agrees or does not.
    PROPOSE = "propose"
    AGREE = "agree"
    DECLINE = "decline"
    REOPEN = "reopen"
    # Its reporter adds words of danger to a closed case: it waits again, and is urgent.
    ENDANGER = "endanger"
    ASSESS = "assess"
    ADVICE = "advice"
    INVESTIGATE = "investigate"
    TASK = "task"
    DONE = "done"
    URGENT = "urgent"
    CALM = "calm"
    LINK = "link"
    CONTACT = "contact"
    RESTRICT = "restrict"
    RECUSE = "recuse"
    HOLD = "hold"
    RELEASE = "release"


# Nobody has it, or nobody has it any more.
UNACKNOWLEDGED = (Stage.SUBMITTED, Stage.DELIVERED)
# The outcome of a case that its reporter withdrew.
WITHDRAWN = "withdrawn"


@dataclass(frozen=True)
class CaseState:
    """The part of a case that events change. `level` counts the steps of the ladder already climbed."""

    stage: Stage = Stage.SUBMITTED
    level: int = 0
    holder: str = ""
    acknowledged_by: str = ""
    outcome: str = ""


@dataclass(frozen=True)
class Event:
    """What happened, by whom (a roster id, "reporter" or "signpost"), to whom, with which outcome."""

    what: Happening
    actor: str = ""
    to: str = ""
    outcome: str = ""


# Each has its words in policy_kb/case-texts.yml.
# "changed": somebody else was first, whom the state does not know of.
Why = Literal["not_acknowledged", "not_closed", "already_acknowledged", "closed", "changed"]


@dataclass(frozen=True)
class Refused:
    """The event changes nothing. `why` names the text that the presser is shown."""

    why: Why


# Each stage's answer to each event: the stage after it, or why it is refused.
_TABLE: dict[Stage, dict[Happening, Stage | Refused]] = {
    Stage.SUBMITTED: {
        Happening.DELIVER: Stage.DELIVERED,
        Happening.ACKNOWLEDGE: Stage.ACKNOWLEDGED,
        Happening.ASSIGN: Stage.ACKNOWLEDGED,
        Happening.NOTE: Stage.SUBMITTED,
        Happening.ASK: Stage.SUBMITTED,
        Happening.REFER: Stage.SUBMITTED,
        Happening.ADD: Stage.SUBMITTED,
        Happening.ANSWER: Stage.SUBMITTED,
        Happening.CORRECT: Stage.SUBMITTED,
        Happening.WITHDRAW: Stage.CLOSED,
        Happening.WITHDRAW_KEPT: Stage.SUBMITTED,
        Happening.MISDIRECT: Stage.SUBMITTED,
        Happening.VACATE: Refused("not_acknowledged"),
        Happening.DEADLINE: Stage.SUBMITTED,
        Happening.CLOSE: Refused("not_acknowledged"),
        Happening.REOPEN: Refused("not_closed"),
    },
    Stage.DELIVERED: {
        Happening.DELIVER: Stage.DELIVERED,
        Happening.ACKNOWLEDGE: Stage.ACKNOWLEDGED,
        Happening.ASSIGN: Stage.ACKNOWLEDGED,
        Happening.NOTE: Stage.DELIVERED,
        Happening.ASK: Stage.DELIVERED,
        Happening.REFER: Stage.DELIVERED,
        Happening.ADD: Stage.DELIVERED,
        Happening.ANSWER: Stage.DELIVERED,
        Happening.CORRECT: Stage.DELIVERED,
        Happening.WITHDRAW: Stage.CLOSED,
        Happening.WITHDRAW_KEPT: Stage.DELIVERED,
        Happening.MISDIRECT: Stage.SUBMITTED,
        Happening.VACATE: Refused("not_acknowledged"),
        Happening.DEADLINE: Stage.DELIVERED,
        Happening.CLOSE: Refused("not_acknowledged"),
        Happening.REOPEN: Refused("not_closed"),
    },
    Stage.ACKNOWLEDGED: {
        # A card may arrive after somebody acknowledged the case from the list.
        Happening.DELIVER: Stage.ACKNOWLEDGED,
        Happening.ACKNOWLEDGE: Refused("already_acknowledged"),
        Happening.ASSIGN: Stage.ACKNOWLEDGED,
        Happening.NOTE: Stage.ACKNOWLEDGED,
        Happening.ASK: Stage.ACKNOWLEDGED,
        Happening.REFER: Stage.ACKNOWLEDGED,
        Happening.ADD: Stage.ACKNOWLEDGED,
        Happening.ANSWER: Stage.ACKNOWLEDGED,
        Happening.CORRECT: Stage.ACKNOWLEDGED,
        Happening.WITHDRAW: Stage.CLOSED,
        Happening.WITHDRAW_KEPT: Stage.ACKNOWLEDGED,
        Happening.MISDIRECT: Stage.SUBMITTED,
        # Its holder may hold it no more: it waits for somebody again.
        Happening.VACATE: Stage.DELIVERED,
        Happening.DEADLINE: Refused("already_acknowledged"),
        Happening.CLOSE: Stage.CLOSED,
        Happening.REOPEN: Refused("not_closed"),
    },
    Stage.CLOSED: {
        Happening.DELIVER: Stage.CLOSED,
        Happening.ACKNOWLEDGE: Refused("closed"),
        Happening.ASSIGN: Refused("closed"),
        Happening.NOTE: Refused("closed"),
        Happening.ASK: Refused("closed"),
        Happening.REFER: Refused("closed"),
        # What a reporter adds or answers late is kept and its handler told: it may concern a child.
        Happening.ADD: Stage.CLOSED,
        Happening.ANSWER: Stage.CLOSED,
        Happening.CORRECT: Stage.CLOSED,
        Happening.WITHDRAW: Refused("closed"),
        Happening.WITHDRAW_KEPT: Refused("closed"),
        # Closed by the wrong person: the right one has it now.
        Happening.MISDIRECT: Stage.SUBMITTED,
        Happening.VACATE: Refused("closed"),
        Happening.DEADLINE: Refused("closed"),
        Happening.CLOSE: Refused("closed"),
        Happening.REOPEN: Stage.ACKNOWLEDGED,
    },
}


# The work on a case, which moves it on to no other stage; on a closed one, what keeps it from being lost.
_WORK = (
    Happening.ASSESS,
    Happening.ADVICE,
    Happening.TASK,
    Happening.DONE,
    Happening.URGENT,
    Happening.CALM,
    Happening.LINK,
    Happening.CONTACT,
)
_KEEPING = (Happening.RESTRICT, Happening.HOLD, Happening.RELEASE)
# On an open case danger is a matter of urgency alone.
_ENDANGERED = {Stage.CLOSED: Stage.DELIVERED}
_BY_TWO = (Happening.PROPOSE, Happening.AGREE, Happening.DECLINE)
for _stage, _answers in _TABLE.items():
    _is_open = _stage is not Stage.CLOSED
    _answers |= {event: _stage if _is_open else Refused("closed") for event in _WORK}
    _answers[Happening.ENDANGER] = _ENDANGERED.get(_stage, Refused("not_closed"))
    _answers |= dict.fromkeys(_KEEPING, _stage)
    _answers[Happening.RECUSE] = _stage if _is_open else Refused("closed")
    _answers |= {event: _stage if event is not Happening.AGREE else Stage.CLOSED for event in _BY_TWO}
    if _stage is not Stage.ACKNOWLEDGED:
        _answers |= dict.fromkeys(_BY_TWO, Refused("not_acknowledged" if _is_open else "closed"))
    # Investigating means holding the case: it has been acknowledged.
    _answers[Happening.INVESTIGATE] = (
        _stage if _stage is Stage.ACKNOWLEDGED else Refused("not_acknowledged" if _is_open else "closed")
    )


def advance(state: CaseState, event: Event) -> CaseState | Refused:
    """The state after `event`, or why it is refused. Total: every stage answers every event."""
    answer = _TABLE[state.stage][event.what]
    if isinstance(answer, Refused):
        return answer
    changed = replace(_changed(state, event), stage=answer)
    if event.what is Happening.RECUSE and state.holder == event.actor:
        # Nobody has it any more: it is as if it had just been delivered, and the ladder's clock runs again.
        return replace(changed, stage=Stage.DELIVERED, holder="", acknowledged_by="")
    if event.what is Happening.VACATE:
        return replace(changed, holder="", acknowledged_by="")
    return changed


def _changed(state: CaseState, event: Event) -> CaseState:
    match event.what:
        case Happening.ACKNOWLEDGE:
            return replace(state, acknowledged_by=event.actor, holder=event.actor)
        case Happening.ASSIGN:
            return replace(state, holder=event.to, acknowledged_by=state.acknowledged_by or event.actor)
        case Happening.DEADLINE:
            return replace(state, level=state.level + 1)
        case Happening.CLOSE | Happening.AGREE:
            return replace(state, outcome=event.outcome)
        case Happening.REOPEN:
            # Withdrawn before anybody had it: the person who reopens it is the first.
            first = state.acknowledged_by or event.actor
            return replace(state, outcome="", holder=event.actor, acknowledged_by=first)
        case Happening.WITHDRAW:
            return replace(state, outcome=WITHDRAWN)
        case Happening.MISDIRECT | Happening.ENDANGER:
            # It begins at the ladder's first step, and nobody has it.
            return CaseState()
    return state
