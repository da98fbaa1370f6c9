"""What must hold, said again by hand: who may be told of which report, whatever goes wrong."""

from __future__ import annotations

from dataclasses import dataclass

# The conversations of those who read the FLT's channel, and the channel's own.
_FLT = frozenset(("flt", "farid", "grace", "tom"))


@dataclass(frozen=True)
class Kind:
    """A kind of report: its answers, who may ever be told, who is at once, whom the ladder reaches."""

    slots: dict[str, str]
    may_know: frozenset[str]
    first: tuple[str, ...]
    ladder: tuple[str, ...]
    is_named: bool = True


KINDS = {
    "open": Kind({"kind": "colleague"}, _FLT | {"eleanor"}, ("flt",), ("farid", "eleanor")),
    "restricted": Kind(
        {"kind": "image", "nudity": "yes", "mode": "confidential"},
        frozenset(("dina", "lucy", "eleanor", "beth")),
        ("dina", "lucy", "eleanor", "beth"),
        (),
    ),
    "urgent": Kind(
        {"kind": "colleague", "danger": "yes"},
        _FLT | {"dina", "lucy", "eleanor"},
        ("flt", "dina", "lucy", "eleanor"),
        ("farid",),
    ),
    "anonymous": Kind(
        {"kind": "colleague", "mode": "anonymous"},
        _FLT | {"eleanor"},
        ("flt",),
        ("farid", "eleanor"),
        is_named=False,
    ),
}
# What is sent because nobody has taken the case: never once somebody has.
PRESSING = frozenset(("late", "withheld", "reminder", "remind"))
# What shows or tells somebody of a case; a receipt and the like tell its reporter alone.
TELLING = frozenset(("card", "notice", "withheld"))
# Who may be told what is about no single report: of the channel, that a case waits, what work waits.
PEOPLE_TOLD = {
    "channel": frozenset(("ivan",)),
    "waits": frozenset(("ivan",)),
    "work": frozenset(("farid", "grace", "tom", "dina", "lucy", "eleanor")),
}
STAGES = ("submitted", "delivered")
