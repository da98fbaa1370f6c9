"""What must hold, said again by hand: who may be told of which report, whatever goes wrong."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

# The conversations of those who read the FLT's channel, and the channel's own.
_FLT = frozenset(("flt", "farid", "grace", "tom"))


@dataclass(frozen=True)
class Kind:
    """A kind of report: its answers, who may ever be told, who is at once, whom the ladder reaches.

    `outcome`: how it can be closed. `by_two`: only by one who asks for it and another who agrees.
    """

    slots: dict[str, str]
    may_know: frozenset[str]
    first: tuple[str, ...]
    ladder: tuple[str, ...]
    is_named: bool = True
    outcome: str = "no_action"
    by_two: bool = False


KINDS = {
    "open": Kind({"kind": "colleague"}, _FLT | {"eleanor"}, ("flt",), ("farid", "eleanor")),
    "restricted": Kind(
        {"kind": "image", "nudity": "yes", "mode": "confidential"},
        frozenset(("dina", "lucy", "eleanor", "beth")),
        ("dina", "lucy", "eleanor", "beth"),
        (),
        outcome="picture_dealt_with",
        by_two=True,
    ),
    "urgent": Kind(
        {"kind": "colleague", "danger": "yes"},
        _FLT | {"dina", "lucy", "eleanor"},
        ("flt", "dina", "lucy", "eleanor"),
        ("farid",),
        outcome="child_not_at_risk",
        by_two=True,
    ),
    "anonymous": Kind(
        {"kind": "colleague", "mode": "anonymous"},
        _FLT | {"eleanor"},
        ("flt",),
        ("farid", "eleanor"),
        is_named=False,
    ),
}
# Who may go away, and who is told all that they are told then.
AWAY, COVER = "farid", "ravi"
# What is sent because nobody has taken the case: never once somebody has.
PRESSING = frozenset(("late", "withheld", "reminder", "remind"))
# What shows or tells somebody of a case; a receipt and the like tell its reporter alone.
TELLING = frozenset(("card", "notice", "withheld"))
# Who may be told what is about no single report: of the channel, that a case waits, what work waits.
PEOPLE_TOLD = {
    "channel": frozenset(("ivan",)),
    "waits": frozenset(("ivan",)),
    "approval": frozenset(("ivan", "eleanor", "maya")),
    "work": frozenset((COVER, "farid", "grace", "tom", "dina", "lucy", "eleanor")),
}
# Who is reminded of a case that nobody has, however it went: those with its card, the team, the headteacher.
REMINDED = {
    "open": frozenset(("farid", "grace", "tom")),
    "restricted": frozenset(("dina", "lucy", "eleanor")),
    "urgent": frozenset(("farid", "grace", "tom", "dina", "lucy", "eleanor")),
    "anonymous": frozenset(("farid", "grace", "tom")),
}
_HALF_DAYS = (time(8, 30), time(12, 30))
_GAP, _LAST = timedelta(minutes=10), timedelta(minutes=30)


def wrong_reminder(is_urgent: bool, slot: datetime, received: datetime, ended: datetime | None) -> str:
    """What is wrong with the moment that a reminder is of, in winter; "" where nothing is.

    `ended` is when the ladder was first seen to have no step left. What had been planned by then still comes.
    """
    begins = slot.time() in _HALF_DAYS and (is_urgent or slot.weekday() < _SATURDAY)
    if begins:
        return ""
    # A reminder's key tells its moment to the second.
    passed = slot - received.replace(microsecond=0)
    if not is_urgent or passed % _GAP:
        return "is of no half-day and of no step"
    over = ended is not None and slot > ended + _GAP and passed > _LAST
    return "goes on in minutes after the ladder's end" if over else ""


_SATURDAY = 5
# What may come between asking for a closing and agreeing to it. All else has to be read first.
HARMLESS = frozenset(("view", "deadline", "deliver"))
STAGES = ("submitted", "delivered")


def wrong_closings(kind: Kind, events: list[tuple[str, str]]) -> list[str]:
    """What is wrong with how a case of this kind was closed, by its events and actors, oldest first."""
    found = []
    for place, (event, actor) in enumerate(events):
        before = events[:place]
        if event in ("close", "agree") and ("view", actor) not in _since(before, "add", "reopen"):
            found.append(f"{actor} closed it unread")
        if event == "close" and kind.by_two:
            found.append(f"{actor} closed it alone")
        if event == "agree":
            found += _wrong_agreement(actor, before)
    return found


def _since(events: list[tuple[str, str]], *last: str) -> list[tuple[str, str]]:
    places = [place for place, (event, _) in enumerate(events) if event in last]
    return events[places[-1] + 1 :] if places else events


def _wrong_agreement(actor: str, before: list[tuple[str, str]]) -> list[str]:
    proposed = [place for place, (event, _) in enumerate(before) if event == "propose"]
    if not proposed:
        return [f"{actor} agreed to nothing"]
    closer, earlier = before[proposed[-1]][1], before[: proposed[-1]]
    wrong = {
        f"{actor} agreed to their own closing": actor == closer,
        "something was changed before it was agreed to": any(
            event not in HARMLESS for event, _ in before[proposed[-1] + 1 :]
        ),
        f"{closer} had not read it": ("view", closer) not in _since(earlier, "add", "reopen"),
        f"{closer} had not assessed it": ("assess", closer) not in _since(earlier, "reopen"),
        "no advice is on record": "advice" not in {event for event, _ in earlier},
    }
    return [what for what, is_wrong in wrong.items() if is_wrong]
