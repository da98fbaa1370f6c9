"""What was received against what is stored, what was seen, and by whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from hashlib import sha256
from typing import Any
from zoneinfo import ZoneInfo

from bot.domain.escalation import Targets
from tests.acceptance.slack_office import LEADERS
from tests.slack_double import Channel, SlackDouble
from tests.torture.cases import Case
from tests.torture.covers import AWAY, COVER
from tests.torture.reading import Seen, standing
from tests.torture.staff import Told

#: Minutes at which an urgent case climbs. The others' targets are days away: none of them may.
TARGETS = (1, 2, 3)
# So long a card may stay undelivered; then others are told, by the next step of the ladder where need be.
_UNDELIVERED = Targets().undelivered
# Whom each kind is for besides its reporter, and whom the ladder may bring it to, from the routing table.
_TOLD = {
    "alert": ("dina", "omar", "lucy", "eleanor", COVER),
    "question": LEADERS,
    "urgent": (*LEADERS, "dina", "lucy", COVER),
}
_LADDER: dict[str, tuple[str, ...]] = {"alert": (), "question": (), "urgent": ("farid",)}
# How many steps each climbs in all; the last finds nobody left and tells the reporter.
_STEPS = {"alert": 1, "question": 0, "urgent": 2}
_ROUNDING = timedelta(seconds=1)
_SLACK = timedelta(seconds=60)


@dataclass
class Verdict:
    """Every list but `late` must be empty."""

    received: int = 0
    stored: int = 0
    delivered: int = 0
    timers: int = 0
    reminders: int = 0
    covered: int = 0
    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    early: list[str] = field(default_factory=list)
    timers_lost: list[str] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    silenced: list[str] = field(default_factory=list)
    late: list[float] = field(default_factory=list)

    @property
    def faults(self) -> dict[str, list[str]]:
        """What must not be, by name."""
        names = ("lost", "twice", "wrong", "early", "timers_lost", "stale", "silenced")
        return {name: found for name in names if (found := getattr(self, name))}

    def percentile(self, share: float) -> float:
        """From received to the first card that anybody saw, in seconds."""
        ordered = sorted(self.late)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0


class Judge:
    """Compares. `now` is when the last look was taken."""

    def __init__(self, slack: SlackDouble, flt: Channel, told: Told, seen: Seen, now: datetime) -> None:
        self._slack = slack
        self._flt = flt
        self._told = told
        self._seen = seen
        self._now = now
        self._verdict = Verdict(received=len(told.received), twice=list(seen.twice))

    def judge(self, cases: list[Case]) -> Verdict:
        """Everything at once."""
        verdict = self._verdict
        verdict.stored = len(cases)
        self._received({case.reference: case for case in cases})
        marked = Counter(case.marker for case in cases if case.marker)
        verdict.twice += [f"{marker}: stored twice" for marker, count in marked.items() if count > 1]
        for case in cases:
            self._delivered(case)
            self._readers(case)
            self._timers(case)
            self._reminders(case)
            self._covers(case)
        self._cards({case.reference: case for case in cases})
        return verdict

    def _received(self, cases: dict[str, Case]) -> None:
        for receipt in self._told.received:
            case = cases.get(receipt.reference)
            if case is None:
                self._verdict.lost.append(f"{receipt.reference}: received, and not stored")
            elif case.kind == receipt.kind and case.marker not in ("", receipt.marker):
                self._verdict.lost.append(f"{receipt.reference}: not what its reporter wrote")

    def _delivered(self, case: Case) -> None:
        places = [self._flt.id] if case.in_channel else []
        places += [self._dm(person) for person in sorted(case.carded)]
        missing = [place for place in places if (place, case.reference) not in self._seen.cards]
        silent = [p for p in case.noticed if (self._dm(p), case.reference) not in self._seen.words]
        if missing or silent:
            self._verdict.lost.append(f"{case.reference} ({case.kind}): not seen in {missing + silent}")
        else:
            self._verdict.delivered += 1
        came = [at for (_, reference), at in self._seen.cards.items() if reference == case.reference]
        if came:
            first = min(at for times in came for at in times)
            self._verdict.late.append(max(0.0, first - case.received_at.timestamp()))

    def _dm(self, person: str) -> str:
        return self._slack.dm_of(self._slack.user(person)).id

    def _readers(self, case: Case) -> None:
        named = _TOLD[case.kind] + (_LADDER[case.kind] if case.deadlines else ())
        allowed = {self._slack.user(person).id for person in named}
        allowed |= {found.reporter for found in self._told.received if found.reference == case.reference}
        strangers = self._seen.readers[case.reference] - allowed
        # Anybody who reported, and was never told so, is the one stranger that a stored case may have.
        known = any(found.reference == case.reference for found in self._told.received)
        staff = {user for user in strangers if self._name(user).startswith("staff")}
        if strangers - staff or len(staff) > (0 if known else 1):
            names = sorted(map(self._name, strangers))
            self._verdict.wrong.append(f"{case.reference} ({case.kind}): read by {names}")

    def _name(self, user: str) -> str:
        return self._slack.workspace.users[user].name

    def _timers(self, case: Case) -> None:
        verdict, steps = self._verdict, _STEPS[case.kind]
        verdict.timers += len(case.deadlines)
        for number, at in enumerate(case.deadlines):
            due = case.received_at + timedelta(minutes=TARGETS[min(number, 2)])
            before = number >= steps or at < due - _ROUNDING
            if before and not self._stayed_untold(case, at):
                verdict.early.append(f"{case.reference} ({case.kind}): step {number + 1} at {at}, due {due}")
            if case.taken_after is not None and number >= case.taken_after:
                verdict.early.append(f"{case.reference} ({case.kind}): step {number + 1} after it was taken")
        due_by = (case.acknowledged_at or self._now) - _SLACK - case.received_at
        expected = min(steps, sum(timedelta(minutes=minutes) < due_by for minutes in TARGETS))
        if len(case.deadlines) < expected:
            verdict.timers_lost.append(f"{case.reference}: {len(case.deadlines)} of {expected} steps")

    def _stayed_untold(self, case: Case, at: datetime) -> bool:
        """Whether at this moment somebody who is owed the card had waited for it too long."""
        too_long = case.received_at + timedelta(minutes=_UNDELIVERED)
        places = [self._dm(person) for person in case.carded] + [self._flt.id] * case.in_channel
        came = [min(self._seen.cards.get((place, case.reference), [float("inf")])) for place in places]
        return at >= too_long and any(moment >= too_long.timestamp() for moment in came)

    def _reminders(self, case: Case) -> None:
        """Each is of a step, or of a half-day; to somebody who may know; sent when it has come, and once."""
        verdict = self._verdict
        verdict.reminders += sum(item.sent_at is not None for item in case.reminders)
        known = {*_TOLD[case.kind], *_LADDER[case.kind]}
        for item in case.reminders:
            told = f"{case.reference} ({case.kind}): {item.person} reminded of {item.slot}"
            passed, minutes = item.slot - case.received_at, [timedelta(minutes=at) for at in TARGETS]
            is_step = any(abs(passed - at) < _ROUNDING for at in minutes)
            if item.person not in known:
                verdict.wrong.append(told)
            if not (is_step or _begins_half_day(item.slot)) or (item.sent_at or item.slot) < item.slot:
                verdict.early.append(f"{told}, sent at {item.sent_at}")
        each = Counter((item.person, item.slot) for item in case.reminders)
        verdict.twice += [
            f"{case.reference}: {who} reminded twice" for who, count in each.items() if count > 1
        ]

    def _covers(self, case: Case) -> None:
        """The person who is away and their cover get the card, and each addition, once each."""
        verdict, told = self._verdict, {person: set[str]() for person in (AWAY, COVER)}
        for item in case.added:
            if item.person in told:
                told[item.person].add(item.which)
                times = self._seen.keys[self._dm(item.person), sha256(item.key.encode()).hexdigest()]
                if times != 1:
                    verdict.lost.append(
                        f"{case.reference}: {item.person} was told {times} times of an addition"
                    )
        verdict.covered += len(told[COVER]) + (COVER in case.carded)
        if (AWAY in case.carded) != (COVER in case.carded) or told[AWAY] != told[COVER]:
            verdict.lost.append(f"{case.reference} ({case.kind}): not both of {AWAY} and {COVER} were told")

    def _cards(self, cases: dict[str, Case]) -> None:
        """Each card in the channel says what the database says; none is of a case that is not stored."""
        for reference, words in standing(self._slack, self._flt).items():
            case = cases.get(reference)
            if case is None or not case.in_channel:
                self._verdict.wrong.append(f"{reference}: a card in the channel of no such case")
            elif (case.acknowledged_at is None) != ("Not acknowledged yet" in words):
                self._verdict.stale.append(f"{reference}: its card shows another state")


def _begins_half_day(moment: datetime) -> bool:
    there = moment.astimezone(ZoneInfo("Europe/London"))
    return there.time() in (time(8, 30), time(12, 30))


def table(rows: Iterable[tuple[str, Any]]) -> str:
    """Two columns."""
    found = [(name, str(value)) for name, value in rows]
    width = max(len(name) for name, _ in found)
    return "\n".join(f"{name:<{width}}  {value:>12}" for name, value in found)


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)
